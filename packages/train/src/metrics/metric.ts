/** The interface of metrics. */

/**
 * A metric is any object with these members. Outputs and targets are in the original units of the data, with one number
 * per output node. An unknown target is NaN.
 *
 * @example
 * ```ts
 * import type { Metric } from '@nnbp/train';
 *
 * const worst: Metric = {
 *   name: 'worst',
 *   start() {
 *     let largest = 0;
 *     return {
 *       add: (output, target) => void (largest = Math.max(largest, Math.abs(output[0] - target[0]))),
 *       result: () => largest,
 *     };
 *   },
 * };
 * ```
 */
export interface Metric {
  /** The name under which the result is reported. */
  readonly name: string;
  /** Starts an evaluation of a network with `outputCount` outputs. */
  start(outputCount: number): MetricAccumulator;
}

/** Accumulates one metric during an evaluation. */
export interface MetricAccumulator {
  /**
   * Adds one sample or, in a sequence, one step that has a target. The arrays are overwritten afterwards.
   *
   * @param step - The index of the step in its sequence; 0 without sequences.
   */
  add(output: ArrayLike<number>, target: ArrayLike<number>, step: number): void;
  /** Returns the metric over all samples so far. */
  result(): MetricResult;
}

/** A number, an array of numbers, or a table of numbers. */
export type MetricResult = number | readonly MetricResult[];
