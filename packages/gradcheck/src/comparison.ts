/** The smallest piece of a report: the same number from two sources. */

/** One derivative, found twice. */
export interface Comparison {
  /** Where: "h = 0.5", "dloss/dw_2to4". */
  readonly place: string;
  /** As the code computes it. */
  readonly analytic: number;
  /** From differences. */
  readonly numeric: number;
  /** How far apart they may be: the differences' own error and the relative tolerance. */
  readonly tolerance: number;
  /** The number at which it was taken, for hints. */
  readonly at?: number;
  /** The function's value there. */
  readonly value?: number;
}
