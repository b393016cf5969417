/**
 * The unrolled network: one column per time step, with the numbers of each node. The paths of the selected derivative
 * are highlighted.
 */
import { nameOf, type QuantityName } from '@nnbp/explain';
import type { CSSProperties } from 'react';
import { useMessages } from '../../language.js';
import { RoundedNumber } from '../../shared/rounded-number.js';
import { NumberField } from '../../shared/number-field.js';
import { formatNumber } from '../../shared/format-number.js';
import { Letter } from '../../shared/letter.js';
import { usePlayground } from '../../store.js';
import { change, select } from '../change.js';
import { sameQuantity } from '../exercise.js';
import graphStyles from '../graph.module.css';
import { messages as deriveMessages } from '../messages.js';
import { functionsOf } from '../network-graph.js';
import { highlightsInTime, type KnownInTime, splitId, type TimeExercise } from './exercise.js';
import { messages } from './messages.js';
import styles from './time.module.css';

/** Sizes in pixels. */
const box = { width: 148, head: 24, row: 21, field: 34 };
const gap = { columns: 56, rows: 34 };
const headHeight = 30;

interface Position {
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

export interface ColumnsProps {
  readonly exercise: TimeExercise;
  readonly selected: QuantityName;
  readonly known: KnownInTime;
  /** Number of trace steps taken. Null means all steps, with none highlighted. */
  readonly step: number | null;
  /** Uses of the selected parameter are highlighted from this time step on. */
  readonly firstStep: number;
}

export function Columns({ exercise, selected, known, step, firstStep }: ColumnsProps) {
  const say = useMessages(messages);
  const { unrolled, network, steps } = exercise;
  const { graph } = network;
  const highlights = highlightsInTime(exercise, selected, firstStep);
  const current = step === null || step === 0 ? undefined : exercise.trace.steps[step - 1];
  const fresh = new Set(current?.writes.map(nameOf));
  const read = new Set(current?.reads.map(nameOf));
  const marksOf = (name: string) =>
    [fresh.has(name) && graphStyles.fresh, read.has(name) && graphStyles.read].filter(Boolean).join(' ');
  const firstColumn = Math.min(0, ...unrolled.ids.map((id) => splitId(id)[1]));
  const heights = graph.ids.map((_, i) =>
    i < graph.inputCount
      ? box.head + box.field
      : box.head + 3 * box.row + (graph.outputPosition[i] < 0 ? 4 : box.field),
  );
  const tops: number[] = [];
  let below = headHeight;
  for (const height of heights) {
    tops.push(below);
    below += height + gap.rows;
  }
  const positionOf = (id: string): Position => {
    const [node, t] = splitId(id);
    const i = graph.indexOf(node);
    const isBefore = t < 0;
    return {
      left: (t - firstColumn) * (box.width + gap.columns),
      top: tops[i],
      height: isBefore ? box.head + box.row + 4 : heights[i],
    };
  };
  const width = (steps - firstColumn) * (box.width + gap.columns) - gap.columns;
  const height = below - gap.rows + 6;
  return (
    <div className={styles.scroller} role="group" aria-label={say.columns(steps)} tabIndex={0}>
      <div className={styles.canvas} style={{ width, height }}>
        <svg className={styles.edges} width={width} height={height} aria-hidden>
          {edgesOf(exercise).map(({ e, from, to }) => (
            <path
              key={e}
              d={pathBetween(positionOf(from), positionOf(to), splitId(to)[1] - splitId(from)[1])}
              className={highlights.edges.has(e) ? styles.lit : undefined}
              strokeDasharray={splitId(from)[1] === splitId(to)[1] ? undefined : '6 5'}
            />
          ))}
        </svg>
        {Array.from({ length: steps - firstColumn }, (_, k) => (
          <div
            key={k}
            className={styles.step}
            style={{ left: k * (box.width + gap.columns), width: box.width }}
            data-opened={k + firstColumn >= firstStep}
          >
            {k + firstColumn < 0 ? say.before(k + firstColumn) : say.step(k + firstColumn)}
          </div>
        ))}
        {unrolled.ids.map((id, j) => (
          <NodeAtStep
            key={id}
            id={id}
            exercise={exercise}
            selected={selected}
            known={known}
            marksOf={marksOf}
            isLit={highlights.nodes.has(j)}
            style={{ ...positionOf(id), width: box.width }}
          />
        ))}
      </div>
    </div>
  );
}

interface NodeAtStepProps extends Pick<ColumnsProps, 'exercise' | 'selected' | 'known'> {
  /** Id in the unrolled graph, for example `h@1`. */
  readonly id: string;
  /** The CSS classes that mark a number if the current trace step reads or writes it. */
  readonly marksOf: (name: string) => string;
  readonly isLit: boolean;
  readonly style: CSSProperties;
}

function NodeAtStep({ id, exercise, selected, known, marksOf, isLit, style }: NodeAtStepProps) {
  const derive = usePlayground(({ derive }) => derive);
  const say = useMessages(messages);
  const { graph } = exercise.network;
  const [node, t] = splitId(id);
  const i = graph.indexOf(node);
  const k = graph.outputPosition[i];
  const isInput = i < graph.inputCount;
  const row = (kind: 'x' | 'slope' | 'dLossDx', symbol: string, caseNumber?: 1 | 2 | 3) => (
    <CachedNumber
      quantity={{ quantity: kind, node: id }}
      symbol={symbol}
      caseNumber={caseNumber}
      known={known}
      selected={selected}
      marksOf={marksOf}
    />
  );
  const hasTarget = t >= 0 && k >= 0 && exercise.targets[t] !== null;
  const inputs = exercise.inputs.flat();
  return (
    <div className={styles.node} data-lit={isLit} data-before={t < 0} style={style}>
      <div className={styles.head}>
        <b>{node}</b>
        {!isInput && t >= 0 && <span>{functionsOf(graph, i)}</span>}
      </div>
      {isInput && t >= 0 ? (
        <label className={styles.field}>
          <Letter>x</Letter>
          <NumberField
            label={say.inputAt(node, t)}
            value={exercise.inputs[t][i]}
            onChange={(value) => change({ input: inputs.with(t * graph.inputCount + i, value) })}
          />
        </label>
      ) : (
        row('x', 'x')
      )}
      {!isInput && t >= 0 && (
        <>
          {row('slope', 'slope', 3)}
          {row('dLossDx', '∂loss/∂x', hasTarget ? 1 : 2)}
          {hasTarget && (
            <label className={styles.field}>
              <Letter>t</Letter>
              <NumberField
                label={say.targetAt(node, t)}
                value={exercise.targets[t]![k]}
                onChange={(value) => {
                  const width = graph.outputs.length;
                  const all = Array.from({ length: exercise.steps * width }, (_, at) => derive.target[at] ?? 0);
                  change({ target: all.with(t * width + k, value) });
                }}
              />
            </label>
          )}
        </>
      )}
    </div>
  );
}

interface CachedNumberProps extends Pick<NodeAtStepProps, 'known' | 'selected' | 'marksOf'> {
  readonly quantity: QuantityName;
  readonly symbol: string;
  /** The case of backpropagation that computes the number. Undefined for x. */
  readonly caseNumber: 1 | 2 | 3 | undefined;
}

function CachedNumber({ quantity, symbol, caseNumber, known, selected, marksOf }: CachedNumberProps) {
  const say = useMessages(deriveMessages);
  const name = nameOf(quantity);
  const value = known.value(quantity);
  const isSelected = sameQuantity(quantity, selected);
  return (
    <button
      type="button"
      className={`${graphStyles.cached} ${isSelected ? graphStyles.selected : ''} ${marksOf(name)}`}
      data-case={caseNumber}
      aria-pressed={isSelected}
      data-name={name}
      aria-label={say.select(name, value === undefined ? say.unknown : formatNumber(value))}
      onClick={() => select(quantity)}
    >
      <Letter>{symbol}</Letter>
      {value === undefined ? '?' : <RoundedNumber value={value} digits={Math.abs(value) < 0.01 ? 4 : 5} />}
    </button>
  );
}

function edgesOf({ unrolled }: TimeExercise): { readonly e: number; readonly from: string; readonly to: string }[] {
  const { ids, nodeCount, edgeStart, predecessors } = unrolled;
  return Array.from({ length: nodeCount }, (_, j) =>
    Array.from({ length: edgeStart[j + 1] - edgeStart[j] }, (_, k) => {
      const e = edgeStart[j] + k;
      return { e, from: ids[predecessors[e]], to: ids[j] };
    }),
  ).flat();
}

/** SVG path of an edge: a line down a column, or an arc to a later column. */
function pathBetween(from: Position, to: Position, delay: number): string {
  if (delay === 0) {
    const [x1, y1, x2, y2] = [from.left + box.width / 2, from.top + from.height, to.left + box.width / 2, to.top];
    // Bend around a node in between.
    const detour = y2 - y1 > gap.rows + 8 ? box.width / 2 + 22 : 0;
    return `M${x1},${y1} C${x1 + detour},${y1 + 18} ${x2 + detour},${y2 - 18} ${x2},${y2}`;
  }
  const [x1, y1] = [from.left + box.width, from.top + from.height / 2];
  const [x2, y2] = [to.left, to.top + to.height / 2];
  const bend = gap.columns / 2;
  if (delay === 1) return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
  // Route the edge above the row, past the columns in between.
  const above = Math.min(from.top, to.top) - 12;
  return `M${x1},${y1} C${x1 + bend},${y1} ${x1 + bend / 2},${above} ${x1 + gap.columns},${above} L${x2 - gap.columns},${above} C${x2 - bend / 2},${above} ${x2 - bend},${y2} ${x2},${y2}`;
}
