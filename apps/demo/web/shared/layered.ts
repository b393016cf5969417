/** Lays out a graph in layers, so that all edges point forward and few edges cross. */
import { Graph, layout } from '@dagrejs/dagre';

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
}

/** `LR`: inputs on the left. `TB`: inputs at the top, for phones. */
export type Direction = 'LR' | 'TB';

/** Returns the upper left corner of each node. Nodes must be in topological order, inputs first. */
export function layered(
  boxes: readonly Box[],
  links: readonly Link[],
  direction: Direction,
  gaps: Gaps,
): Map<string, { x: number; y: number }> {
  const layers = layersWithoutSkips(boxes, links);
  return layers === undefined ? dagreLayout(boxes, links, direction, gaps) : stacked(layers, direction, gaps);
}

/** Gaps between layers, and between the nodes of a layer, in pixels. */
interface Gaps {
  readonly layerGap: number;
  readonly nodeGap: number;
}

/** The layers, if every edge leads from one layer to the next; otherwise undefined. */
function layersWithoutSkips(boxes: readonly Box[], links: readonly Link[]): Box[][] | undefined {
  const into = new Map<string, string[]>();
  for (const { from, to } of links) into.set(to, [...(into.get(to) ?? []), from]);
  const layerOf = new Map<string, number>();
  const layers: Box[][] = [];
  for (const box of boxes) {
    const before = (into.get(box.id) ?? []).map((from) => layerOf.get(from) ?? -1);
    const layer = before.length === 0 ? 0 : before[0] + 1;
    if (before.some((other) => other < 0 || other + 1 !== layer)) return undefined;
    layerOf.set(box.id, layer);
    (layers[layer] ??= []).push(box);
  }
  return layers;
}

/** Places each layer in a centred column (or row). Short layers are spread out. */
function stacked(layers: readonly (readonly Box[])[], direction: Direction, gaps: Gaps) {
  const positions = new Map<string, { x: number; y: number }>();
  const along = direction === 'LR' ? 'width' : 'height';
  const across = direction === 'LR' ? 'height' : 'width';
  const totalSize = (layer: readonly Box[]) => layer.reduce((sum, box) => sum + box[across], 0);
  const maxExtent = Math.max(...layers.map((layer) => totalSize(layer) + gaps.nodeGap * (layer.length - 1)));
  let layerStart = 0;
  for (const layer of layers) {
    const layerSize = Math.max(...layer.map((box) => box[along]));
    const evenGap = (maxExtent - totalSize(layer)) / Math.max(1, layer.length - 1);
    const gap = Math.max(gaps.nodeGap, Math.min(8 * gaps.nodeGap, evenGap));
    let offset = (maxExtent - totalSize(layer) - gap * (layer.length - 1)) / 2;
    for (const box of layer) {
      const start = layerStart + (layerSize - box[along]) / 2;
      positions.set(box.id, direction === 'LR' ? { x: start, y: offset } : { x: offset, y: start });
      offset += box[across] + gap;
    }
    layerStart += layerSize + gaps.layerGap;
  }
  return positions;
}

/** Lays out a graph with edges that skip layers. */
function dagreLayout(
  boxes: readonly Box[],
  links: readonly Link[],
  direction: Direction,
  gaps: Gaps,
): Map<string, { x: number; y: number }> {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, ranksep: gaps.layerGap, nodesep: gaps.nodeGap, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  const centres = boxes.map(({ id }) => {
    const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number };
    return { x, y };
  });
  const across = direction === 'LR' ? 'y' : 'x';
  if (isReversed(centres.map((centre) => centre[across]))) {
    const max = Math.max(...centres.map((centre) => centre[across]));
    const min = Math.min(...centres.map((centre) => centre[across]));
    for (const centre of centres) centre[across] = max + min - centre[across];
  }
  return new Map(
    boxes.map(({ id, width, height }, k) => [id, { x: centres[k].x - width / 2, y: centres[k].y - height / 2 }]),
  );
}

/**
 * Whether later nodes tend to have smaller positions. If so, the mirror image is easier to read. It has the same number
 * of crossings.
 */
function isReversed(positions: readonly number[]): boolean {
  const mean = positions.reduce((sum, position) => sum + position, 0) / positions.length;
  return positions.reduce((sum, position, k) => sum + (position - mean) * k, 0) < 0;
}
