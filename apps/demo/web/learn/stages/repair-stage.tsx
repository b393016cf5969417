/** The challenge's picture: the graph with its forward numbers, probes, and the accusation. */
import { useMessages } from '../../language.js';
import { Figure } from '../../shared/figure.js';
import { usePlayground } from '../../store.js';
import { bugNames, type Gradients } from '../bugs.js';
import {
  type Accusation,
  accusationAnswer,
  bugTexts,
  maxProbes,
  parseAccusation,
  type RepairExercise,
} from '../chapters/repair.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import { Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

export function RepairStage({ exercise, draft, onDraft }: StageProps<RepairExercise>) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const { network, pass, broken, right, suspects } = exercise;
  const { graph } = network;
  const accusation = parseAccusation(draft);
  const { probes } = accusation;
  const change = (part: Partial<Accusation>) => onDraft?.(accusationAnswer({ ...accusation, ...part }));
  const left = maxProbes - probes.length;
  return (
    <>
      <GraphPicture
        label={say.graph}
        graph={graph}
        node={(id) => ({
          tone: id === accusation.node ? 'focus' : 'plain',
          content: (
            <>
              <Rows
                id={id}
                rows={[
                  { name: `x_${id}`, value: pass.cache.x(id) },
                  ...(graph.indexOf(id) < graph.inputCount
                    ? []
                    : [
                        { name: `slope_${id}`, value: pass.cache.slope(id) },
                        ...Object.entries(network.getParameters(id).w).map(([from, w]) => ({
                          name: `w_${from}to${id}`,
                          value: w,
                        })),
                      ]),
                ]}
              />
              {graph.indexOf(id) >= graph.inputCount && !probes.includes(id) && left > 0 && onDraft !== undefined && (
                <button type="button" className={styles.probe} onClick={() => change({ probes: [...probes, id] })}>
                  {say.probe}
                  <span className="visually-hidden"> {say.node(id)}</span>
                </button>
              )}
            </>
          ),
        })}
        edge={() => ({})}
        nodeHeight={150}
      />
      <div className={styles.accuse}>
        <label>
          {say.buggyNode}{' '}
          <select
            value={accusation.node}
            disabled={onDraft === undefined}
            onChange={(event) => change({ node: event.target.value })}
          >
            <option value="">–</option>
            {suspects.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <label>
          {say.bug}{' '}
          <select
            value={accusation.bug}
            disabled={onDraft === undefined}
            onChange={(event) => change({ bug: event.target.value })}
          >
            <option value="">–</option>
            {bugNames.map((name) => (
              <option key={name} value={name}>
                {bugTexts[name][language]}
              </option>
            ))}
          </select>
        </label>
        <span className={styles.readout} aria-live="polite">
          {say.probesLeft(left)}
        </span>
      </div>
      {probes.length > 0 && (
        <div className={styles.scroll} role="region" aria-label={say.probes} tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{say.quantity}</th>
                <th scope="col">{say.program}</th>
                <th scope="col">{say.correct}</th>
              </tr>
            </thead>
            <tbody>
              {probes.map((id) =>
                numbersAt(exercise, id).map(([name, of]) => (
                  <tr key={name}>
                    <th scope="row">
                      <RichText text={name} />
                    </th>
                    <td>
                      <Figure value={of(broken)} digits={4} />
                    </td>
                    <td>
                      <Figure value={of(right)} digits={4} />
                    </td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** What a probe shows at a node. */
function numbersAt({ network: { graph } }: RepairExercise, id: string): [string, (of: Gradients) => number][] {
  const i = graph.indexOf(id);
  const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  return [
    [`dloss/dx_${id}`, ({ dLossDx }) => dLossDx[i]],
    [`dloss/db_${id}`, ({ dLossDb }) => dLossDb[i]],
    ...edges.map((e): [string, (of: Gradients) => number] => [
      `dloss/dw_${graph.ids[graph.predecessors[e]]}to${id}`,
      ({ dLossDw }) => dLossDw[e],
    ]),
  ];
}
