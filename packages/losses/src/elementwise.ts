/** Creates losses that are the mean, over the outputs, of a function of one output and its target. */
import type { Builtin, FloatArray, Loss, Residuals } from '@nnbp/core';

/** A loss of one output, with its derivative. */
export interface ElementwiseLoss {
  /** The name in error messages. */
  readonly name: string;
  /** Returns the loss of output x with target t. */
  value(x: number, t: number): number;
  /** Returns $\partial loss / \partial x$. */
  derivative(x: number, t: number): number;
  /** The values of x at which the loss has no derivative, for target t. Default: none. */
  kinks?(t: number): readonly number[];
  /** Returns what is wrong with a target, such as "expected -1 or 1, received 0", or undefined if it is valid. */
  targetProblem?(t: number): string | undefined;
  /** Present if the loss of one output is the square of a residual. */
  readonly residual?: {
    /** Returns the residual r of output x with target t. */
    value(x: number, t: number): number;
    /** Returns dr/dx. */
    derivative(x: number, t: number): number;
  };
  /** The name and options of a built-in loss; see `Loss`. */
  readonly builtin?: Builtin;
}

/**
 * Creates a {@link Loss} from the loss and derivative of one output: $\frac1n \sum_k loss(x_k, t_k)$ over the $n$
 * outputs. An output whose target is unknown (NaN) contributes 0.
 *
 * @example
 * ```ts
 * import { elementwise } from '@nnbp/losses';
 *
 * const cautious = elementwise({
 *   name: 'cautious',
 *   value: (x, t) => (x > t ? 3 : 1) * (x - t) ** 2,
 *   derivative: (x, t) => (x > t ? 6 : 2) * (x - t),
 * });
 * cautious.value([3], [1]); // 12
 * ```
 */
export function elementwise(loss: ElementwiseLoss): Loss {
  const { name, value, derivative, kinks, targetProblem, residual, builtin } = loss;
  return {
    name,
    value(x, t) {
      let sum = 0;
      for (let k = 0; k < x.length; k++) if (!Number.isNaN(t[k])) sum += value(x[k], t[k]);
      return sum / x.length;
    },
    derivative(x, t, dLossDx: FloatArray) {
      for (let k = 0; k < x.length; k++) dLossDx[k] = Number.isNaN(t[k]) ? 0 : derivative(x[k], t[k]) / x.length;
    },
    unknownTargets: true,
    ...(kinks && { kinks }),
    ...(residual && { residuals: residualsOf(residual) }),
    ...(targetProblem && {
      targetProblem: (t: ArrayLike<number>) =>
        firstProblem(t, (value) => (Number.isNaN(value) ? undefined : targetProblem(value))),
    }),
    ...(builtin && { builtin }),
  };
}

/** Creates the residuals of a sample. The mean of r² over n outputs is the sum of the squares of r/√n. */
function residualsOf({ value, derivative }: NonNullable<ElementwiseLoss['residual']>): Residuals {
  const fill = (entry: typeof value) => (x: ArrayLike<number>, t: ArrayLike<number>, out: FloatArray) => {
    for (let k = 0; k < x.length; k++) out[k] = Number.isNaN(t[k]) ? 0 : entry(x[k], t[k]) / Math.sqrt(x.length);
  };
  return { value: fill(value), derivative: fill(derivative) };
}

/** Returns a message about the first invalid target, such as "output 1: expected -1 or 1, received 0". */
export function firstProblem(t: ArrayLike<number>, problem: (t: number) => string | undefined): string | undefined {
  for (let k = 0; k < t.length; k++) {
    const message = problem(t[k]);
    if (message !== undefined) return `output ${k}: ${message}`;
  }
  return undefined;
}
