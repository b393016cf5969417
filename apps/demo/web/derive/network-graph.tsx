/** The network as a diagram: cached numbers in each node, weights and their derivatives on edges. */
import type { Graph } from '@nnbp/core';
import { nameOf, type QuantityName, type Replay } from '@nnbp/explain';
import { useMessages } from '../language.js';
import { RoundedNumber } from '../shared/rounded-number.js';
import { formatNumber } from '../shared/format-number.js';
import { type GraphEdge, type GraphNode, GraphView } from '../shared/graph-view.js';
import { Letter } from '../shared/letter.js';
import { select } from './change.js';
import { type Exercise, sameQuantity } from './exercise.js';
import styles from './graph.module.css';
import { highlightsOf } from './highlights.js';
import { messages } from './messages.js';

export interface NetworkGraphProps {
  readonly exercise: Exercise;
  readonly selected: QuantityName;
  /** The numbers computed by the steps taken so far. */
  readonly known: Replay;
  /** Number of steps taken. Null means all steps, and no step is highlighted. */
  readonly step: number | null;
}

/** If a graph has more edges than this, only the selected edge and fixed weights have labels. */
const maxLabelledEdges = 40;

type CachedQuantity = 'h' | 'g' | 'x' | 'slope' | 'dLossDx';
const letters: Record<CachedQuantity, string> = { h: 'h', g: 'g', x: 'x', slope: 'slope', dLossDx: '∂loss/∂x' };

/** The numbers shown in each node. Graphs with more than `maxDetailedNodes` nodes show `mainNumbers`: no h and no g. */
const inputNumbers: readonly CachedQuantity[] = ['x', 'dLossDx'];
const allNumbers: readonly CachedQuantity[] = ['h', 'g', 'x', 'slope', 'dLossDx'];
const mainNumbers: readonly CachedQuantity[] = ['x', 'slope', 'dLossDx'];
const maxDetailedNodes = 16;

export const nodeWidth = 142;
/** Width on phones, where three nodes fit next to each other. */
export const narrowNodeWidth = 106;
/** Height in pixels of a node with the given number of rows. */
export const nodeHeight = (rows: number): number => 26 + 20 * rows;

export function NetworkGraph({ exercise, selected, known, step }: NetworkGraphProps) {
  const say = useMessages(messages);
  const { network, trace, assumed } = exercise;
  const { graph } = network;
  const current = step === null || step === 0 ? undefined : trace.steps[step - 1];
  const fresh = new Set(current?.writes.map(nameOf));
  const read = new Set(current?.reads.map(nameOf));
  const highlights = highlightsOf(graph, selected);
  const isCrowded = graph.edgeCount > maxLabelledEdges;
  const slots = graph.slots(network.parameters.vector);

  const valueOf = (quantity: QuantityName): number | undefined => {
    const value = known.value(quantity);
    return value !== undefined && quantity.quantity === 'x' ? (assumed[quantity.node] ?? value) : value;
  };
  const marks = (quantity: QuantityName) =>
    [
      sameQuantity(quantity, selected) && styles.selected,
      fresh.has(nameOf(quantity)) && styles.fresh,
      read.has(nameOf(quantity)) && styles.read,
    ]
      .filter(Boolean)
      .join(' ');

  const row = (quantity: QuantityName, kind: CachedQuantity, caseNumber: 1 | 2 | 3 | undefined) => {
    const value = valueOf(quantity);
    const name = nameOf(quantity);
    return (
      <button
        key={kind}
        type="button"
        className={`${styles.cached} ${marks(quantity)} nodrag nopan`}
        data-case={caseNumber}
        aria-pressed={sameQuantity(quantity, selected)}
        data-name={name}
        aria-describedby={`term-${kind}`}
        aria-label={say.select(name, value === undefined ? say.unknown : formatNumber(value))}
        onClick={() => select(quantity)}
      >
        <span>
          <Letter>{letters[kind]}</Letter>
          {kind === 'x' && quantity.node in assumed && <small> {say.assumed}</small>}
        </span>
        {value === undefined ? (
          <span className={styles.blank}>·</span>
        ) : (
          <RoundedNumber value={value} digits={Math.abs(value) < 0.01 ? 4 : 5} />
        )}
      </button>
    );
  };

  const nodes = graph.ids.map((id, i): GraphNode => {
    const isInput = i < graph.inputCount;
    const isLast = graph.outputPosition[i] >= 0 && graph.successorStart[i + 1] === graph.successorStart[i];
    const kinds = isInput ? inputNumbers : graph.nodeCount > maxDetailedNodes ? mainNumbers : allNumbers;
    const caseOf: Partial<Record<CachedQuantity, 1 | 2 | 3>> = { slope: 3, dLossDx: isLast ? 1 : 2 };
    return {
      id,
      width: nodeWidth,
      narrowWidth: narrowNodeWidth,
      height: nodeHeight(kinds.length),
      className: [styles.node, highlights.nodes.has(i) && styles.lit, current?.node === id && styles.current]
        .filter(Boolean)
        .join(' '),
      content: (
        <>
          <div className={styles.head}>
            <b title={id}>{id}</b>
            {!isInput && <NodeFunction name={functionsOf(graph, i)} c={network.getParameters(id).c} />}
          </div>
          {kinds.map((kind) => row({ quantity: kind, node: id }, kind, caseOf[kind]))}
        </>
      ),
    };
  });

  const edges: GraphEdge[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const from = graph.ids[graph.predecessors[e]];
      const node = graph.ids[i];
      const quantity: QuantityName = { quantity: 'dLossDw', node, from };
      const isSelected = sameQuantity(quantity, selected);
      const isLit = highlights.edges.has(e);
      const isFixed = graph.weightIndex(e, i) < 0;
      const w = slots[graph.weightSlot(e, i)];
      const gradient = isFixed ? undefined : known.value(quantity);
      const name = nameOf(quantity);
      edges.push({
        from,
        to: node,
        width: isSelected ? 4 : isLit && !isCrowded ? 2.5 : 1.5,
        className: isSelected ? styles.selectedEdge : isLit ? styles.litEdge : '',
        // A fixed weight has no derivative. A fixed weight of 1 has no label.
        ...(isFixed && w !== 1 && { label: <span className={styles.weight}>{formatNumber(w, 3)}</span> }),
        ...(!isFixed &&
          (!isCrowded || isSelected) && {
            label: (
              <button
                type="button"
                className={`${styles.weight} ${marks(quantity)}`}
                data-name={name}
                data-lit={(isLit && !isSelected) || undefined}
                aria-pressed={isSelected}
                aria-label={say.select(name, gradient === undefined ? say.unknown : formatNumber(gradient))}
                onClick={() => select(quantity)}
              >
                <RoundedNumber value={w} digits={3} />
                {gradient !== undefined && (
                  <span data-case={3}>
                    <RoundedNumber value={gradient} digits={3} />
                  </span>
                )}
              </button>
            ),
          }),
      });
    }
  }
  return <GraphView label={say.graph} nodes={nodes} edges={edges} height={chartHeight(graph.nodeCount)} />;
}

/** The names of a node's aggregation (omitted if it is the sum) and activation. */
export function functionsOf(graph: Graph, i: number): string {
  const { name } = graph.activations[graph.activationOf[i]];
  const aggregation = graph.aggregation(i);
  return aggregation === undefined ? name : `${aggregation.name}, ${name}`;
}

function NodeFunction({ name, c }: { readonly name: string; readonly c: number | undefined }) {
  const text = c === undefined ? name : `${name}, c = ${formatNumber(c, 3)}`;
  return (
    <span title={text} data-term="c">
      {text}
    </span>
  );
}

/** Height in pixels of a diagram with the given number of nodes. */
export const chartHeight = (nodes: number): number => (nodes > 30 ? 640 : 440);
