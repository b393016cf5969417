/**
 * A printable exercise sheet: a network with the numbers of an exercise, quantities to compute, and a page of
 * solutions.
 */
import { useMessages } from '../language.js';
import { update, usePlayground } from '../store.js';
import { articleExercise } from './article-exercise.js';
import { GraphPicture } from './graph-picture.js';
import { messages } from './messages.js';
import { RichText } from './rich-text.js';
import { Rows } from './rows.js';
import styles from './exercise-sheet.module.css';
import { show } from './show.js';

/** The quantities to compute, each after those that it depends on. */
const quantities = [
  'x_2',
  'x_3',
  'h_4',
  'x_4',
  'x_7',
  'loss',
  'dloss/dx_7',
  'dloss/dx_4',
  'dloss/dx_2',
  'dloss/dw_2to4',
];

export default function ExerciseSheet({ seed }: { readonly seed: number }) {
  const language = usePlayground(({ language }) => language);
  const answers = usePlayground(({ display }) => display.answers);
  const say = useMessages(messages);
  const exercise = articleExercise(seed);
  const { network, target, pass } = exercise;
  const { cache, gradients } = pass;
  const valueOf = (name: string): number => {
    if (name === 'loss') return pass.loss;
    if (name === 'dloss/dw_2to4') return gradients.of('4').w['2'];
    const [kind, node] = name.split('_');
    return kind === 'h' ? cache.h(node) : kind === 'x' ? cache.x(node) : cache.dLossDx(node);
  };
  return (
    <article className={styles.sheet} lang={language === 'zh' ? 'zh-CN' : 'en'}>
      <div className={styles.controls}>
        <button type="button" className="primary" onClick={() => print()}>
          {say.printSheet}
        </button>
        <button type="button" onClick={() => showSheet(seed + 1)}>
          {say.vary}
        </button>
        <button type="button" onClick={() => showSheet(null)}>
          {say.closeSheet}
        </button>
      </div>
      <section className={styles.page}>
        <h2>
          {say.sheetTitle} <small>{say.sheetSeed(seed)}</small>
        </h2>
        <p className={styles.student}>
          {say.student} <span className={styles.blank} />
        </p>
        <p>
          <RichText text={say.sheetIntro(show(cache.x('1')), show(target))} />
        </p>
        <GraphPicture
          label={say.graph}
          graph={network.graph}
          nodeHeight={{ wide: 104, narrow: 104 }}
          node={(id) => {
            if (id === '1') return { content: <Rows id={id} rows={[]} /> };
            const { b, c } = network.getParameters(id);
            const rows = [
              { name: `b_${id}`, value: b },
              { name: `c_${id}`, value: c },
            ];
            return { content: <Rows id={id} rows={rows} /> };
          }}
          edge={(from, to) => ({ label: show(network.getParameters(to).w[from]) })}
        />
        <ol className={styles.questions}>
          {quantities.map((name) => (
            <li key={name}>
              <RichText text={name} /> = <span className={styles.blank} />
            </li>
          ))}
        </ol>
      </section>
      {answers === 'shown' && (
        <section className={styles.page}>
          <h2>
            {say.solutions} <small>{say.sheetSeed(seed)}</small>
          </h2>
          <ol className={styles.questions}>
            {quantities.map((name) => (
              <li key={name}>
                <RichText text={name} /> = {show(valueOf(name))}
              </li>
            ))}
          </ol>
        </section>
      )}
    </article>
  );
}

const showSheet = (sheet: number | null) => update((state) => ({ ...state, sheet }));
