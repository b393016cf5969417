/**
 * The view of the debugging challenge: the graph with its forward-pass values, the gradients at the nodes that the
 * learner has probed, and menus for choosing the node and the bug. On phones, a node shows only its value x, and a panel
 * shows all numbers of the selected node.
 */
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { usePlayground } from '../../store.js';
import { bugNames, type Gradients } from '../bugs.js';
import {
  type Diagnosis,
  diagnosisAnswer,
  bugTexts,
  maxProbes,
  parseDiagnosis,
  type RepairExercise,
} from '../chapters/repair.js';
import { GraphPicture } from '../graph-picture.js';
import { messages } from '../messages.js';
import { RichText } from '../rich-text.js';
import { type Row, Rows } from '../rows.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

export function RepairStage({ exercise, draft, onDraft }: StageProps<RepairExercise>) {
  const language = usePlayground(({ language }) => language);
  const say = useMessages(messages);
  const { network, pass, candidates } = exercise;
  const { graph } = network;
  const diagnosis = parseDiagnosis(draft);
  const { probes } = diagnosis;
  const change = (part: Partial<Diagnosis>) => onDraft?.(diagnosisAnswer({ ...diagnosis, ...part }));
  const left = maxProbes - probes.length;
  const [selected, select] = useState<string>();
  const isInput = (id: string) => graph.indexOf(id) < graph.inputCount;
  const rowsOf = (id: string): Row[] => [
    { name: `x_${id}`, value: pass.cache.x(id) },
    ...(isInput(id)
      ? []
      : [
          { name: `slope_${id}`, value: pass.cache.slope(id) },
          ...Object.entries(network.getParameters(id).w).map(([from, w]) => ({ name: `w_${from}to${id}`, value: w })),
        ]),
  ];
  const probeButton = (id: string) =>
    !isInput(id) &&
    !probes.includes(id) &&
    left > 0 &&
    onDraft !== undefined && (
      <button type="button" className={styles.probe} onClick={() => change({ probes: [...probes, id] })}>
        {say.probe}
        <span className="visually-hidden"> {say.node(id)}</span>
      </button>
    );
  return (
    <>
      <GraphPicture
        label={say.graph}
        graph={graph}
        node={(id) => ({
          tone: id === diagnosis.node ? 'focus' : 'plain',
          content: (
            <>
              <div className={styles.onWide}>
                <Rows id={id} rows={rowsOf(id)} />
                {probeButton(id)}
              </div>
              <button
                type="button"
                className={styles.onNarrow}
                aria-label={say.node(id)}
                aria-pressed={id === selected}
                onClick={() => select(id)}
              >
                <b>
                  {id}
                  {probes.includes(id) && <Search size={11} aria-hidden />}
                </b>
                <RoundedNumber value={pass.cache.x(id)} digits={3} />
              </button>
            </>
          ),
        })}
        edge={() => ({})}
        nodeHeight={{ wide: 150, narrow: 48 }}
      />
      <div className={styles.onNarrow} aria-live="polite">
        {selected === undefined ? (
          <p className={styles.values}>
            {say.tapNode} <span className={styles.readout}>{say.probesLeft(left)}</span>
          </p>
        ) : (
          <>
            <p className={styles.values}>
              <b>{say.node(selected)}</b>
              {rowsOf(selected).map(({ name, value }) => (
                <span key={name}>
                  <RichText text={name} /> <RoundedNumber value={value!} digits={4} />
                </span>
              ))}
              <span className={styles.readout}>{say.probesLeft(left)}</span>
            </p>
            {probeButton(selected)}
            {probes.includes(selected) && <ProbedNode exercise={exercise} id={selected} />}
          </>
        )}
      </div>
      <div className={styles.diagnosis}>
        <label>
          {say.buggyNode}{' '}
          <select
            value={diagnosis.node}
            disabled={onDraft === undefined}
            onChange={(event) => change({ node: event.target.value })}
          >
            <option value="">–</option>
            {candidates.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <label>
          {say.bug}{' '}
          <select
            value={diagnosis.bug}
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
        <span className={`${styles.readout} ${styles.onWide}`} aria-live="polite">
          {say.probesLeft(left)}
        </span>
      </div>
      {probes.length > 0 && (
        <div className={`${styles.scroll} ${styles.onWide}`} role="region" aria-label={say.probes} tabIndex={0}>
          <ProbedNodes exercise={exercise} ids={probes} />
        </div>
      )}
    </>
  );
}

/** Table of the gradients at the probed nodes: those of the buggy program next to the correct ones. */
function ProbedNodes({ exercise, ids }: { readonly exercise: RepairExercise; readonly ids: readonly string[] }) {
  const say = useMessages(messages);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{say.quantity}</th>
          <th scope="col">{say.program}</th>
          <th scope="col">{say.correct}</th>
        </tr>
      </thead>
      <tbody>
        {ids.flatMap((id) =>
          quantitiesAt(exercise, id).map(([name, read]) => (
            <tr key={name}>
              <th scope="row">
                <RichText text={name} />
              </th>
              <td>
                <RoundedNumber value={read(exercise.broken)} digits={4} />
              </td>
              <td>
                <RoundedNumber value={read(exercise.correct)} digits={4} />
              </td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

/** The same table for one node, with one column per quantity, so that it fits on a phone. */
function ProbedNode({ exercise, id }: { readonly exercise: RepairExercise; readonly id: string }) {
  const say = useMessages(messages);
  const quantities = quantitiesAt(exercise, id);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{say.quantity}</span>
          </th>
          {quantities.map(([name]) => (
            <th key={name} scope="col">
              <RichText text={name} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(
          [
            ['program', exercise.broken],
            ['correct', exercise.correct],
          ] as const
        ).map(([row, gradients]) => (
          <tr key={row}>
            <th scope="row">{say[row]}</th>
            {quantities.map(([name, read]) => (
              <td key={name}>
                <RoundedNumber value={read(gradients)} digits={3} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The quantities that a probe shows at a node, each with a function that reads it from the gradients. */
function quantitiesAt(
  { network: { graph } }: RepairExercise,
  id: string,
): [string, (gradients: Gradients) => number][] {
  const i = graph.indexOf(id);
  const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  return [
    [`dloss/dx_${id}`, ({ dLossDx }) => dLossDx[i]],
    [`dloss/db_${id}`, ({ dLossDb }) => dLossDb[i]],
    ...edges.map((e): [string, (gradients: Gradients) => number] => [
      `dloss/dw_${graph.ids[graph.predecessors[e]]}to${id}`,
      ({ dLossDw }) => dLossDw[e],
    ]),
  ];
}
