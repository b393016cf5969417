/** Panel of the “Break it” mode: choose a mistake and see its result and an explanation. */
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { usePlayground } from '../store.js';
import { depthFirst, forwardOrder, isWrong, correctOrder, oneTooEarly, visits } from '../shared/broken-pass.js';
import type { Broken } from './broken-graph.js';
import styles from './break-it.module.css';
import { change } from './change.js';
import type { Exercise } from './exercise.js';
import { messages } from './messages.js';
import { grouped } from '../shared/format-number.js';
import layout from './view.module.css';

interface BreakItProps {
  readonly broken: Broken;
}

const presets = { depthFirst, early: oneTooEarly, forward: forwardOrder, correct: correctOrder } as const;

export function BreakIt({ broken }: BreakItProps) {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const { break: say } = useMessages(messages);
  return (
    <section className={`panel ${styles.panel} ${layout.side}`} aria-label={say.title}>
      <h2>{say.title}</h2>
      <fieldset>
        <legend className="visually-hidden">{say.choose}</legend>
        {(['order', 'without-dLossDx', 'without-slope'] as const).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="mistake"
              checked={mistake === name}
              onChange={() => change({ mistake: name, step: null })}
            />{' '}
            {say.mistakes[name]}
          </label>
        ))}
      </fieldset>
      <Verdict broken={broken} />
      <p>{say.explained[mistake]}</p>
      {mistake === 'order' && <Order exercise={broken.exercise} />}
      <Comparison broken={broken} />
    </section>
  );
}

function Verdict({ broken: { exercise, pass, shownSteps, states } }: BreakItProps) {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const { verdict: say } = useMessages(messages).break;
  const total = grouped(pass.total);
  const correct = String(pass.correctTotal);
  if (mistake !== 'order') {
    return (
      <p className={styles.verdict} role="status">
        {say.allCorrect} <b>{say.counts(total, correct)}</b>
      </p>
    );
  }
  const wrong = states.filter(isWrong).length;
  const { nodeCount } = exercise.network.graph;
  return (
    <p className={wrong > 0 ? `${styles.verdict} ${styles.wrong}` : styles.verdict} role="status">
      <b>
        {shownSteps < pass.steps.length
          ? say.soFar(wrong, nodeCount)
          : wrong > 0
            ? say.wrong(wrong, nodeCount)
            : say.allCorrect}
      </b>{' '}
      {pass.total !== BigInt(pass.correctTotal) && say.visits(total, correct)}
    </p>
  );
}

/** Maximum length of an editable list of visits. */
const maxEditableVisits = 24;

function Order({ exercise }: { readonly exercise: Exercise }) {
  const chosen = usePlayground(({ derive }) => derive.order);
  const { break: say } = useMessages(messages);
  const { graph } = exercise.network;
  const order = visits(exercise, chosen).map((i) => graph.ids[i]);
  const setOrder = (next: readonly string[]) => change({ order: [...next], step: null });
  const swap = (k: number, other: number) => setOrder(order.with(k, order[other]).with(other, order[k]));
  return (
    <div className={styles.order}>
      <p className={styles.presets}>
        {say.startFrom}{' '}
        {(Object.keys(presets) as (keyof typeof presets)[]).map((name) => (
          <button
            key={name}
            type="button"
            title={say.orderTasks[name]}
            onClick={() => setOrder(presets[name](graph).map((i) => graph.ids[i]))}
          >
            {say.orders[name]}
          </button>
        ))}
      </p>
      <p className="quiet">{say.visits}</p>
      {order.length > maxEditableVisits ? (
        <p className={styles.visitsText}>{order.join(' ')}</p>
      ) : (
        <ol className={styles.visits}>
          {order.map((id, k) => (
            <li key={k}>
              <b>{id}</b>
              <button
                type="button"
                disabled={k === 0}
                aria-label={say.earlier(id, k + 1)}
                onClick={() => swap(k, k - 1)}
              >
                <ChevronUp size={14} aria-hidden />
              </button>
              <button
                type="button"
                disabled={k === order.length - 1}
                aria-label={say.later(id, k + 1)}
                onClick={() => swap(k, k + 1)}
              >
                <ChevronDown size={14} aria-hidden />
              </button>
              <button
                type="button"
                disabled={order.length === 1}
                aria-label={say.remove(id, k + 1)}
                onClick={() => setOrder(order.toSpliced(k, 1))}
              >
                <X size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Maximum number of rows in the table of nodes. */
const maxRows = 40;

function Comparison({ broken: { exercise, pass, accumulated, states } }: BreakItProps) {
  const mistake = usePlayground(({ derive }) => derive.mistake);
  const { break: say } = useMessages(messages);
  const { graph } = exercise.network;
  const { dLossDx, slope } = exercise.trace.pass.cache.samples[0];
  // For the mistake `order`: the number of visits to node i so far. For the other mistakes: how many times the whole
  // pass computes dloss/dx (`without-dLossDx`) or slope (`without-slope`) of node i.
  const countOf = (i: number) => (mistake === 'order' ? BigInt(accumulated.counts[i]) : pass.counts[i]);
  const rows = graph.ids.map((id, i) => ({ id, i })).slice(0, maxRows);
  const pair = (name: string, correct: number, actual: number, wrong: boolean) => (
    <>
      <td>
        <RoundedNumber value={correct} digits={4} />
      </td>
      <td className={wrong ? styles.wrong : undefined} data-quantity={name}>
        <RoundedNumber value={actual} digits={4} />
        {wrong && <span className="visually-hidden"> {say.wrongMark}</span>}
      </td>
    </>
  );
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={say.title}>
      <table className={styles.comparison}>
        <thead>
          <tr>
            <th scope="col">{say.node}</th>
            <th scope="col">{say.times[mistake]}</th>
            {mistake === 'order' && (
              <>
                <th scope="col">dloss/dx, {say.correct}</th>
                <th scope="col">{say.computed}</th>
                <th scope="col">dloss/db, {say.correct}</th>
                <th scope="col">{say.computed}</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, i }) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              <td className={countOf(i) > 1n ? styles.repeated : undefined} data-times={id}>
                {grouped(countOf(i))}
              </td>
              {mistake === 'order' && (
                <>
                  {pair(`dloss/dx_${id}`, dLossDx[i], accumulated.dLossDx[i], states[i].wrongDx)}
                  {i < graph.inputCount ? (
                    <td colSpan={2} />
                  ) : (
                    pair(`dloss/db_${id}`, dLossDx[i] * slope[i], accumulated.dLossDb[i], states[i].wrongDb)
                  )}
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
