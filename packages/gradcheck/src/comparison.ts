/** One derivative, computed in two ways. */
export interface Comparison {
  /** Identifies the derivative: by its name, such as "dloss/dw_2to4", or by its argument, such as "h = 0.5". */
  readonly name: string;
  /** The derivative that the code returns. */
  readonly analytic: number;
  /** The derivative estimated by finite differences. */
  readonly numeric: number;
  /** The maximum difference allowed: the estimated error of the finite differences plus the relative tolerance. */
  readonly tolerance: number;
  /** The argument at which the derivative was evaluated. */
  readonly at?: number;
  /** The function's value at `at`. */
  readonly value?: number;
}

/** The absolute difference between the two derivatives. */
export const errorOf = ({ analytic, numeric }: Comparison): number => Math.abs(analytic - numeric);

/** Whether the two derivatives agree; false if one of them is NaN. */
export const agrees = (comparison: Comparison): boolean => errorOf(comparison) <= comparison.tolerance;
