/** One comparison of a report: a derivative as the code computes it, and by finite differences. */

/** One derivative, computed in two ways. */
export interface Comparison {
  /** The name of the derivative: "h = 0.5", "dloss/dw_2to4". */
  readonly name: string;
  /** The derivative that the code returns. */
  readonly analytic: number;
  /** The derivative by finite differences. */
  readonly numeric: number;
  /** Largest allowed difference: the estimated error of the finite differences plus the relative tolerance. */
  readonly tolerance: number;
  /** The argument at which it was evaluated, for hints. */
  readonly at?: number;
  /** The function's value at `at`. */
  readonly value?: number;
}

/** The absolute difference between the two derivatives. */
export const errorOf = ({ analytic, numeric }: Comparison): number => Math.abs(analytic - numeric);

/** Whether the two derivatives agree; false if one of them is NaN. */
export const agrees = (comparison: Comparison): boolean => errorOf(comparison) <= comparison.tolerance;
