/** Positions labels on straight edges so that they avoid nodes, other edges and each other where possible. */

export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Possible positions of a label on its edge, as fractions of the length of the edge, the preferred ones first. */
const fractions = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.15, 0.85];

/** If there are more edges than this, all labels are placed in the middle of their edges. */
const maxEdges = 120;

/** Returns the position of the label on each edge, from 0 (source) to 1 (target). */
export function labelPositions(
  edges: readonly Segment[],
  boxes: readonly Rect[],
  label: { readonly width: number; readonly height: number },
): number[] {
  if (edges.length > maxEdges) return edges.map(() => 0.5);
  const taken: Rect[] = [];
  return edges.map((edge, index) => {
    const labelAt = (fraction: number): Rect => ({
      x: edge.x1 + fraction * (edge.x2 - edge.x1) - label.width / 2,
      y: edge.y1 + fraction * (edge.y2 - edge.y1) - label.height / 2,
      ...label,
    });
    let best = fractions[0];
    let minCost = Infinity;
    for (const [rank, fraction] of fractions.entries()) {
      const rect = labelAt(fraction);
      const overlapArea = (other: Rect) =>
        Math.max(0, Math.min(rect.x + rect.width, other.x + other.width) - Math.max(rect.x, other.x)) *
        Math.max(0, Math.min(rect.y + rect.height, other.y + other.height) - Math.max(rect.y, other.y));
      let cost = rank;
      for (const other of taken) cost += overlapArea(other);
      for (const box of boxes) cost += overlapArea(box);
      for (const [k, other] of edges.entries()) if (k !== index && crosses(other, rect)) cost += 40;
      if (cost < minCost) [best, minCost] = [fraction, cost];
    }
    taken.push(labelAt(best));
    return best;
  });
}

/** Whether a segment passes through a rectangle. */
function crosses({ x1, y1, x2, y2 }: Segment, { x, y, width, height }: Rect): boolean {
  let [from, to] = [0, 1];
  for (const [start, change, low, high] of [
    [x1, x2 - x1, x, x + width],
    [y1, y2 - y1, y, y + height],
  ]) {
    if (change === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const [a, b] = [(low - start) / change, (high - start) / change];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return from < to;
}
