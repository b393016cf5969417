/** A data set of the Train view: training and validation samples, and the task. Numbers are in their original units. */
import type { Task } from '../../shared/training-settings.js';

/** An input field for one column of the data. */
export interface InputField {
  readonly name: string;
  /** The categories of a categorical column. Each is an input that is 0 or 1. Absent for a numeric column. */
  readonly categories?: readonly string[];
}

export interface SampleSet {
  readonly count: number;
  /** Shape: [count × inputs]. */
  readonly inputs: Float64Array;
  /** Target of each sample: a number, or the index of the class. */
  readonly targets: Float64Array;
}

export interface Dataset {
  readonly task: Task;
  readonly inputNames: readonly string[];
  /**
   * The fields in which a user enters a sample. A categorical column is one field, but several inputs. Default: one
   * field per input.
   */
  readonly fields?: readonly InputField[];
  /** Side of the image in pixels, if the inputs are a square image. */
  readonly side?: number;
  /** For regression, the name of the target. */
  readonly targetName: string;
  /** Class names; empty for regression. */
  readonly classes: readonly string[];
  readonly training: SampleSet;
  /** The validation set; absent if there are too few samples. */
  readonly validation?: SampleSet;
  /** Whether the inputs and, for regression, the targets are standardized. */
  readonly standardize: boolean;
  /**
   * For data with one or two inputs: minimum and maximum of the plot's input axes, the same for both axes. Default: for
   * each axis, the range of its input, with a margin.
   */
  readonly range?: readonly [number, number];
}

export function sampleSetOf(rows: readonly ArrayLike<number>[], targets: readonly number[]): SampleSet {
  const width = rows.length === 0 ? 0 : rows[0].length;
  const inputs = new Float64Array(rows.length * width);
  for (let s = 0; s < rows.length; s++) inputs.set(rows[s], s * width);
  return { count: rows.length, inputs, targets: Float64Array.from(targets) };
}
