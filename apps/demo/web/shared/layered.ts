/** Where the nodes of a graph are drawn: in layers, every edge forwards, as few crossings as can be found quickly. */
import { Graph, layout } from '@dagrejs/dagre';

/** What has a place and a size. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** From which node to which. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

/** `LR`: the inputs on the left; `TB`: the inputs on top, as suits a phone. */
export type Direction = 'LR' | 'TB';

/** The upper left corner of each node. */
export function layered(
  boxes: readonly Box[],
  links: readonly Link[],
  direction: Direction,
  gaps: { readonly between: number; readonly beside: number },
): Map<string, { x: number; y: number }> {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, ranksep: gaps.between, nodesep: gaps.beside, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  const centres = boxes.map(({ id }) => {
    const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number };
    return { x, y };
  });
  const across = direction === 'LR' ? 'y' : 'x';
  if (runsBackwards(centres.map((centre) => centre[across]))) {
    const most = Math.max(...centres.map((centre) => centre[across]));
    const least = Math.min(...centres.map((centre) => centre[across]));
    for (const centre of centres) centre[across] = most + least - centre[across];
  }
  return new Map(
    boxes.map(({ id, width, height }, k) => [id, { x: centres[k].x - width / 2, y: centres[k].y - height / 2 }]),
  );
}

/** Whether the author's first nodes stand last: then the mirror image, which has the same crossings, reads better. */
function runsBackwards(places: readonly number[]): boolean {
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  return places.reduce((sum, place, k) => sum + (place - mean) * k, 0) < 0;
}
