/**
 * What a network of the Train view learns: think of a table, one part of it to learn from, one held out, and what is
 * asked of it. Numbers are in the data's own units.
 */

/** `regression`: a number; `binary`: one class of two, one output node; `classes`: one of several, a node each. */
export type Task = 'regression' | 'binary' | 'classes';

/** Some samples, row after row. */
export interface Part {
  readonly count: number;
  /** `count` rows of a number an input. */
  readonly inputs: Float64Array;
  /** The right answer of each: a number, or the number of the class. */
  readonly answers: Float64Array;
}

export interface Dataset {
  readonly task: Task;
  readonly inputNames: readonly string[];
  /** What a regression is about. */
  readonly answerName: string;
  /** Empty for a regression. */
  readonly classes: readonly string[];
  readonly training: Part;
  /** Absent where there are too few samples to spare any. */
  readonly heldOut?: Part;
  /** Whether inputs (and a regression's answers) are brought to mean 0 and deviation 1. */
  readonly standardize: boolean;
  /** The least and largest value on the picture's axes; for one or two inputs. */
  readonly range?: readonly [number, number];
}

/** Rows of inputs and their answers as a part. */
export function partOf(rows: readonly ArrayLike<number>[], answers: readonly number[]): Part {
  const width = rows.length === 0 ? 0 : rows[0].length;
  const inputs = new Float64Array(rows.length * width);
  for (let s = 0; s < rows.length; s++) inputs.set(rows[s], s * width);
  return { count: rows.length, inputs, answers: Float64Array.from(answers) };
}
