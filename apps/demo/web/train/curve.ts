/** The loss as it went: think of a strip of paper of fixed length, on which old points move closer together. */
import type { Both } from './observe.js';

export interface Curve {
  readonly steps: readonly number[];
  readonly training: readonly number[];
  /** null where nothing is held out. */
  readonly heldOut: readonly (number | null)[];
}

export const emptyCurve: Curve = { steps: [], training: [], heldOut: [] };

const longest = 800;

/** The curve with one more point; the second of two looks at the same step says nothing new. */
export function withPoint(curve: Curve, step: number, loss: Both): Curve {
  if (curve.steps.at(-1) === step) return curve;
  const { steps, training, heldOut } = curve.steps.length < longest ? curve : thinned(curve);
  return {
    steps: [...steps, step],
    training: [...training, loss.training],
    heldOut: [...heldOut, loss.heldOut ?? null],
  };
}

/** Every second point. */
function thinned({ steps, training, heldOut }: Curve): Curve {
  const even = <Value>(values: readonly Value[]) => values.filter((_, k) => k % 2 === 0);
  return { steps: even(steps), training: even(training), heldOut: even(heldOut) };
}
