/**
 * Draws a small graph in layers with CSS and one SVG, with the inputs on the left, or at the top on narrow screens.
 * Each chapter decides what is in the nodes and on the edges.
 */
import { type Graph, successorsOf } from '@nnbp/core';
import type { ReactNode } from 'react';
import styles from './graph-picture.module.css';

/** Appearance of a node or edge. `focus`: the task is about it. `dim`: it does not matter for the task. */
export type Tone = 'plain' | 'focus' | 'dim' | 'wrong' | 'done';

export interface PictureNode {
  readonly content: ReactNode;
  readonly tone?: Tone;
}

export interface PictureEdge {
  readonly label?: ReactNode;
  readonly tone?: Tone;
}

export interface GraphPictureProps {
  /** Description of the graph for screen readers. */
  readonly label: string;
  readonly graph: Graph;
  readonly node: (id: string) => PictureNode;
  readonly edge: (from: string, to: string) => PictureEdge;
  /**
   * On wide screens, the frame is `wide` pixels high per node of the largest layer; on narrow screens, `narrow` pixels
   * per layer. Default: the height in the style sheet.
   */
  readonly nodeHeight?: { readonly wide: number; readonly narrow: number };
}

export function GraphPicture({ label, graph, node, edge, nodeHeight }: GraphPictureProps) {
  const layers = layersOf(graph);
  const positions = positionsOf(graph, layers);
  const edges = edgesOf(graph).map((link) => ({ ...edge(link.from, link.to), ...link }));
  return (
    <div
      className={styles.frame}
      role="group"
      aria-label={label}
      style={nodeHeight === undefined ? undefined : heights(layers, nodeHeight)}
    >
      <svg className={styles.edges} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
        <g>
          {edges.map(({ from, to, tone = 'plain' }) => (
            <line
              key={`${from} ${to}`}
              className={`${styles.edge} ${styles[tone] ?? ''}`}
              x1={positions.get(from)!.along}
              y1={positions.get(from)!.across}
              x2={positions.get(to)!.along}
              y2={positions.get(to)!.across}
            />
          ))}
        </g>
      </svg>
      {edges.map(({ from, to, label: text, wide, narrow }) => {
        if (text === undefined) return null;
        const [start, end] = [positions.get(from)!, positions.get(to)!];
        return (
          <div
            key={`${from} ${to}`}
            className={styles.label}
            style={positioned(between(start, end, wide), between(start, end, narrow))}
          >
            {text}
          </div>
        );
      })}
      {graph.ids.map((id) => {
        const { content, tone = 'plain' } = node(id);
        const position = positions.get(id)!;
        return (
          <div
            key={id}
            data-node={id}
            className={`${styles.node} ${styles[tone] ?? ''}`}
            style={positioned(position, position)}
          >
            {content}
          </div>
        );
      })}
    </div>
  );
}

/**
 * A position in percent of the frame without its margins: `along` from the first layer to the last, `across` within a
 * layer.
 */
interface Position {
  readonly along: number;
  readonly across: number;
}

const between = (start: Position, end: Position, part: number): Position => ({
  along: start.along + part * (end.along - start.along),
  across: start.across + part * (end.across - start.across),
});

/** CSS variables of a position: `wide` with the inputs on the left, `narrow` with the inputs at the top. */
const positioned = (wide: Position, narrow: Position) =>
  ({
    '--wide-along': wide.along,
    '--wide-across': wide.across,
    '--narrow-along': narrow.along,
    '--narrow-across': narrow.across,
  }) as object;

/**
 * All edges, with the position of the label as a fraction of the edge's length, for wide and narrow screens. If more
 * edges enter `to` than leave `from`, the label is moved towards `from`. In the opposite case, it is moved towards `to`,
 * but only on narrow screens. There, labels of edges into the same node also alternate between two heights, because
 * labels are wider than they are tall.
 */
function edgesOf({ ids, inputCount, nodeCount, edgeStart, predecessors, successorStart }: Graph) {
  const edges: { from: string; to: string; wide: number; narrow: number }[] = [];
  for (let j = inputCount; j < nodeCount; j++) {
    for (let e = edgeStart[j]; e < edgeStart[j + 1]; e++) {
      const i = predecessors[e];
      const fanOut = successorStart[i + 1] - successorStart[i];
      const shift = 0.05 * Math.sign(fanOut - (edgeStart[j + 1] - edgeStart[j]));
      const offset = (e - edgeStart[j]) % 2 === 0 ? -0.12 : 0.12;
      edges.push({ from: ids[i], to: ids[j], wide: 0.5 + Math.min(0, shift), narrow: 0.5 + 2 * shift + offset });
    }
  }
  return edges;
}

const heights = (layers: readonly (readonly number[])[], { wide, narrow }: { wide: number; narrow: number }) =>
  ({
    '--wide-height': `${Math.max(...layers.map((layer) => layer.length)) * wide}px`,
    '--narrow-height': `${layers.length * narrow}px`,
    '--side': '0px',
  }) as object;

/**
 * Node indices by layer. Each node is in the layer after its deepest predecessor. A node without predecessors is in the
 * layer before the first layer that contains one of its successors.
 */
function layersOf(graph: Graph): number[][] {
  const layerOf: number[] = [];
  const layers: number[][] = [];
  for (let i = 0; i < graph.nodeCount; i++) {
    layerOf[i] = 0;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      layerOf[i] = Math.max(layerOf[i], layerOf[graph.predecessors[e]] + 1);
    }
  }
  const { nodes } = successorsOf(graph);
  for (let i = 0; i < graph.nodeCount; i++) {
    const hasNoPredecessors = graph.edgeStart[i] === graph.edgeStart[i + 1];
    let next = Infinity;
    for (let k = graph.successorStart[i]; k < graph.successorStart[i + 1]; k++) {
      next = Math.min(next, layerOf[nodes[k]]);
    }
    const layer = hasNoPredecessors && next < Infinity ? next - 1 : layerOf[i];
    (layers[layer] ??= []).push(i);
  }
  return layers;
}

/** The centre of each node. */
function positionsOf({ ids }: Graph, layers: readonly (readonly number[])[]) {
  const positions = new Map<string, Position>();
  layers.forEach((layer, depth) => {
    // If there are more than four layers, a node that is alone in its layer is moved to one side, so that an edge that
    // skips the layer stays visible. The side alternates. The last layer is not moved.
    const offset =
      layers.length > 4 && layer.length === 1 && depth < layers.length - 1 ? (depth % 2 === 0 ? 14 : -14) : 0;
    layer.forEach((i, k) => {
      positions.set(ids[i], {
        along: (100 * depth) / Math.max(1, layers.length - 1),
        across: (100 * (k + 0.5)) / layer.length + offset,
      });
    });
  });
  return positions;
}
