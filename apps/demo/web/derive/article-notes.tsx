/** Panel that lists the errors in the article, with the correct values. */
import { sigmoid } from '@nnbp/activations';
import { useMessages } from '../language.js';
import { formatNumber } from '../shared/format-number.js';
import styles from './article-notes.module.css';
import type { Exercise } from './exercise.js';
import { messages } from './messages.js';

export function ArticleNotes({ exercise }: { readonly exercise: Exercise }) {
  const { article: say } = useMessages(messages);
  const { cache } = exercise.trace.pass;
  const gOfNode7 = cache.g('7').toPrecision(9);
  const correctSlope = formatNumber(cache.slope('7'), 8);
  // The article writes g(x7) · (1 − g(x7)) for g′(h7). `literalSlope` is the value of this formula at x7 = 7.
  const sigmoidOf7 = sigmoid.value(7);
  const literalSlope = formatNumber(sigmoid.derivative(7, sigmoidOf7), 6);
  return (
    <section className={`panel ${styles.panel}`} aria-label={say.title}>
      <h2>{say.title}</h2>
      <p className="quiet">{say.intro}</p>
      <div className={styles.notes}>
        {say.notes.map(({ title, text }) => (
          <article key={title}>
            <h3>{title}</h3>
            <p>{text(gOfNode7, correctSlope, literalSlope)}</p>
          </article>
        ))}
      </div>
    </section>
  );
}
