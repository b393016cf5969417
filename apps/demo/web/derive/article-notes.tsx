/** The errors in the article. */
import { sigmoid } from '@nnbp/activations';
import { useMessages } from '../language.js';
import { formatNumber } from '../shared/format-number.js';
import styles from './article-notes.module.css';
import type { Exercise } from './exercise.js';
import { messages } from './messages.js';

export function ArticleNotes({ exercise }: { readonly exercise: Exercise }) {
  const { article: say } = useMessages(messages);
  const { cache } = exercise.trace.pass;
  const g = cache.g('7').toPrecision(9);
  const meant = formatNumber(cache.slope('7'), 8);
  const taken = sigmoid.value(7);
  const literal = formatNumber(sigmoid.derivative(7, taken), 6);
  return (
    <section className={`panel ${styles.panel}`} aria-label={say.title}>
      <h2>{say.title}</h2>
      <p className="quiet">{say.intro}</p>
      <div className={styles.notes}>
        {say.notes.map(({ title, text }) => (
          <article key={title}>
            <h3>{title}</h3>
            <p>{text(g, meant, literal)}</p>
          </article>
        ))}
      </div>
    </section>
  );
}
