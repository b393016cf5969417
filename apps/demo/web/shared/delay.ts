/** Computes the arcs and labels of delayed edges. */
import { superscript } from './format-number.js';

/** The delay operator for a number of steps, such as z⁻¹ or z⁻². */
export const delayOperator = (steps: number): string => `z⁻${superscript(steps)}`;

/** The two ends of an edge, in pixels. */
export interface Ends {
  readonly sourceX: number;
  readonly sourceY: number;
  readonly targetX: number;
  readonly targetY: number;
}

/**
 * Distances in pixels. The control points of an arc that leads backward are `lift` above its ends. Each step of the
 * delay after the first adds `liftPerStep`.
 */
const [lift, liftPerStep] = [78, 16];
/** Distance by which the control points of an arc that leads backward extend beyond its ends, in pixels. */
const overhang = 56;

/**
 * The arc of a delayed edge. It is above the nodes, or to their right if the inputs are at the top, so that it covers
 * neither its source node nor an undelayed edge between the same nodes.
 *
 * @returns The SVG path, and the position of the label, in the middle of the path.
 */
export function delayedArc(
  { sourceX, sourceY, targetX, targetY }: Ends,
  delay: number,
  direction: 'LR' | 'TB',
): readonly [path: string, x: number, y: number] {
  const isBack = direction === 'LR' ? targetX <= sourceX : targetY <= sourceY;
  const rise = (isBack ? lift : lift / 2) + liftPerStep * (Math.min(delay, 6) - 1);
  const along = isBack ? overhang : 0;
  const [x1, y1, x2, y2] =
    direction === 'LR'
      ? [sourceX + along, sourceY - rise, targetX - along, targetY - rise]
      : [sourceX + 2 * rise, sourceY + along, targetX + 2 * rise, targetY - along];
  const middle = (start: number, a: number, b: number, end: number) => (start + 3 * a + 3 * b + end) / 8;
  return [
    `M${sourceX},${sourceY} C${x1},${y1} ${x2},${y2} ${targetX},${targetY}`,
    middle(sourceX, x1, x2, targetX),
    middle(sourceY, y1, y2, targetY),
  ];
}
