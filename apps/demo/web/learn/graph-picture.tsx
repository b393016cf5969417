/**
 * A small graph in layers, drawn with CSS and one SVG: inputs on the left, or on top where the place is narrow. Whatever a
 * chapter wants to show stands in the nodes and on the edges.
 */
import type { Graph } from '@nnbp/core';
import type { ReactNode } from 'react';
import styles from './graph-picture.module.css';

/** `focus`: what the task is about; `dim`: what it is not about; `wrong`; `done`. */
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
  /** What the graph is, for screen readers. */
  readonly label: string;
  readonly graph: Graph;
  readonly node: (id: string) => PictureNode;
  readonly edge: (from: string, to: string) => PictureEdge;
  /** Height of a node with its surroundings, in pixels. Absent: the picture keeps the height that the page gives it. */
  readonly nodeHeight?: number;
}

export function GraphPicture({ label, graph, node, edge, nodeHeight }: GraphPictureProps) {
  const layers = layersOf(graph);
  const places = placesOf(graph, layers);
  const edges = edgesOf(graph).map(({ from, to, turn }) => ({ ...edge(from, to), from, to, turn }));
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
              className={`${styles.edge} ${styles[tone]}`}
              x1={places.get(from)!.along}
              y1={places.get(from)!.across}
              x2={places.get(to)!.along}
              y2={places.get(to)!.across}
            />
          ))}
        </g>
      </svg>
      {edges.map(({ from, to, label: text, turn }) => {
        if (text === undefined) return null;
        const [start, end] = [places.get(from)!, places.get(to)!];
        const part = turn % 2 === 0 ? 0.42 : 0.6;
        return (
          <div
            key={`${from} ${to}`}
            className={styles.label}
            style={placed(
              start.along + part * (end.along - start.along),
              start.across + part * (end.across - start.across),
            )}
          >
            {text}
          </div>
        );
      })}
      {graph.ids.map((id) => {
        const { content, tone = 'plain' } = node(id);
        const { along, across } = places.get(id)!;
        return (
          <div key={id} className={`${styles.node} ${styles[tone]}`} style={placed(along, across)}>
            {content}
          </div>
        );
      })}
    </div>
  );
}

const placed = (along: number, across: number) => ({ '--along': `${along}%`, '--across': `${across}%` }) as object;

/** Each edge, and its number among those into the same node, by which labels keep clear of each other. */
function edgesOf({ ids, inputCount, nodeCount, edgeStart, predecessors }: Graph) {
  const edges: { from: string; to: string; turn: number }[] = [];
  for (let i = inputCount; i < nodeCount; i++) {
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
      edges.push({ from: ids[predecessors[e]], to: ids[i], turn: e - edgeStart[i] + i });
    }
  }
  return edges;
}

const heights = (layers: readonly (readonly number[])[], nodeHeight: number) =>
  ({
    '--wide': `${Math.max(...layers.map((layer) => layer.length)) * nodeHeight}px`,
    '--narrow': `${layers.length * nodeHeight}px`,
  }) as object;

/** Node numbers by depth: each node a layer after the last of its predecessors. */
function layersOf(graph: Graph): number[][] {
  const layerOf: number[] = [];
  const layers: number[][] = [];
  for (let i = 0; i < graph.nodeCount; i++) {
    layerOf[i] = 0;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      layerOf[i] = Math.max(layerOf[i], layerOf[graph.predecessors[e]] + 1);
    }
    (layers[layerOf[i]] ??= []).push(i);
  }
  return layers;
}

/** The centre of each node in percent of the frame: along the layers, and across them. */
function placesOf({ ids }: Graph, layers: readonly (readonly number[])[]) {
  const places = new Map<string, { along: number; across: number }>();
  layers.forEach((layer, depth) => {
    // A lone node stands aside by turns, so that an edge past it stays visible.
    const aside =
      layers.length > 4 && layer.length === 1 && depth < layers.length - 1 ? (depth % 2 === 0 ? 14 : -14) : 0;
    layer.forEach((i, k) => {
      places.set(ids[i], {
        along: 9 + (82 * depth) / Math.max(1, layers.length - 1),
        across: (100 * (k + 0.5)) / layer.length + aside,
      });
    });
  });
  return places;
}
