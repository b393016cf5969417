/** The loss curve. It has a limited number of points, which are thinned out as training continues. */
import type { PerSet } from './observe.js';

export interface Curve {
  readonly steps: readonly number[];
  readonly training: readonly number[];
  /** Validation losses; null without a validation set. */
  readonly validation: readonly (number | null)[];
}

export const emptyCurve: Curve = { steps: [], training: [], validation: [] };

const maxPoints = 800;

/** Adds a point, unless the curve already ends with this step. */
export function withPoint(curve: Curve, step: number, loss: PerSet): Curve {
  if (curve.steps.at(-1) === step) return curve;
  const { steps, training, validation } = curve.steps.length < maxPoints ? curve : thinned(curve);
  return {
    steps: [...steps, step],
    training: [...training, loss.training],
    validation: [...validation, loss.validation ?? null],
  };
}

/** Keeps every second point. */
function thinned({ steps, training, validation }: Curve): Curve {
  const even = <Value>(values: readonly Value[]) => values.filter((_, k) => k % 2 === 0);
  return { steps: even(steps), training: even(training), validation: even(validation) };
}
