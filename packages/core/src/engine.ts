/** The plugin interface for engines: an engine prepares a graph and returns an executor, which runs it. */
import type { FloatArray, Loss, Optimizer } from './contract.js';
import type { Graph } from './graph.js';

/**
 * The per-node values of an executor's last pass. `id` is the id of a node, `sample` an index in the batch, and `step`
 * an index in the sample's sequence; both default to 0. All methods throw `UNKNOWN_ID` for an unknown id and
 * `OUT_OF_RANGE` for a sample or a step that the last pass did not have.
 */
export interface GradientCache {
  /** The node's value, x = c · g(h). */
  x(id: string, sample?: number, step?: number): number;
  /** c · g'(h): the derivative of x with respect to h. 0 for an input, which has no h. */
  slope(id: string, sample?: number, step?: number): number;
  /** dloss/dx of a node at a step. The loss is the weighted sum of the losses at all steps of the sample. */
  dLossDx(id: string, sample?: number, step?: number): number;
}

/**
 * The number of samples of a call. A number stands for that many samples of one step each. An array stands for
 * sequences: entry t is the number of samples that have a step t. Entries never increase, since sequences are sorted by
 * length, longest first: `[3, 3, 1]` is one sequence of 3 steps and two of 2.
 *
 * Rows are in this order, without gaps: all samples of step 0, then all samples of step 1, and so on.
 */
export type SampleCounts = number | ArrayLike<number>;

/** Options of a pass. */
export interface PassOptions {
  /**
   * The weight of each row's loss, ≥ 0. At least one must be above 0. The loss to minimize is
   * Σ weight · loss / Σ weight. The loss of a row with weight 0 is not evaluated. Default: 1 for each row.
   */
  readonly weights?: FloatArray;
  /**
   * The values read by delayed edges before the first step, `[samples × graph.stateSize]`, in the order of
   * `graph.stateStart`. Overwritten with the state after the last step of each sample, so that the next call continues
   * the sequence. Gradients do not flow through it. Default: `graph.initialState()` for each sample.
   */
  readonly state?: FloatArray;
}

/** A table of samples: sample k is row k of `inputs` and of `targets`. */
export interface SampleTable {
  /** Inputs, `[samples × inputs]`, row-major. */
  readonly inputs: FloatArray;
  /** Targets, `[samples × outputs]`, row-major. */
  readonly targets: FloatArray;
}

/**
 * A graph prepared for batches of up to `batchSize` samples of up to `steps` steps. It owns a parameter vector, a
 * gradient vector and the gradient cache, all allocated once.
 *
 * Rows are flat: `inputs[r * inputCount + k]` is input k of row r, and likewise for targets and outputs. For the order
 * of the rows, see {@link SampleCounts}.
 */
export interface Executor {
  /** The largest number of samples per call. */
  readonly batchSize: number;
  /** The largest number of steps per call. */
  readonly steps: number;
  /** The parameters, in the graph's layout. Write to this vector to change them. */
  readonly parameters: FloatArray;
  /** The gradient of the batch's loss, in the same layout as `parameters`. Written by `backpropagate`. */
  readonly gradients: FloatArray;
  /** The per-node values of the last pass. */
  readonly cache: GradientCache;
  /**
   * Runs a forward pass. Returns one row of outputs per row of inputs, as a view that the next call overwrites.
   * Afterwards, the cache's `slope` and `dLossDx` are unspecified.
   *
   * @throws NnbpError `OUT_OF_RANGE` (more than `batchSize` samples or `steps` steps, or fewer than 1; counts that
   * increase), `WRONG_LENGTH` (fewer rows than the counts require, a state of a different length), `DISPOSED`. All other
   * methods except `dispose` throw the same errors; those with weights also throw `OUT_OF_RANGE` if a weight is
   * negative or all are 0, and `WRONG_LENGTH` if there are fewer weights than rows.
   */
  predict(inputs: FloatArray, samples: SampleCounts, options?: Pick<PassOptions, 'state'>): FloatArray;
  /** Runs a forward and a backward pass. Returns the mean loss over the rows and writes `gradients`. */
  backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    options?: PassOptions,
  ): number;
  /**
   * Computes the derivative of every output with respect to every parameter, with one backward pass per output. Writes
   * dx_k/dp for each row, output k and parameter p to `out[(row * outputCount + k) * parameterCount + p]`. In a
   * sequence, the outputs of a step also depend on earlier steps. To bound the size of `out`, pass a few samples at a
   * time. Afterwards, the cache's `slope` and `dLossDx` are unspecified.
   *
   * @returns The outputs, like `predict`.
   * @throws NnbpError any error thrown by `predict`; also `WRONG_LENGTH` if `out` is too short
   */
  jacobian(
    inputs: FloatArray,
    samples: SampleCounts,
    out: FloatArray,
    options?: Pick<PassOptions, 'state'>,
  ): FloatArray;
  /**
   * Runs a forward and a backward pass, then updates the parameters with the optimizer. Returns the mean loss before
   * the update. If the loss, a gradient or an updated parameter is not finite, the parameters do not change, and the
   * returned loss is not finite either. `gradients` is unspecified afterwards: an engine may update parameters during
   * the pass. If an engine runs the optimizer's update itself, the optimizer's `state()` must include this update. If
   * the optimizer's `restore` has been called, the next update must start from the restored state.
   */
  step(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    optimizer: Optimizer,
    options?: PassOptions,
  ): number;
  /**
   * Takes several steps in one call, for networks so small that the overhead of a call is comparable to a step. Step k
   * trains on `batchSize` rows of the table. Their indices are the entries of `order` from first + k · batchSize on.
   *
   * @param losses - Receives the mean loss of each step, before its update.
   * @param count - The maximum number of steps, at most the length of `losses`.
   * @returns The number of steps taken, from 0 to `count`. Only full batches are used. If the method cannot take a
   * step, for example because a parameter would not be finite after it, the method changes nothing in that step and
   * returns. Call `step` for the steps that were not taken.
   */
  stepMany?(
    table: SampleTable,
    order: Uint32Array,
    first: number,
    loss: Loss,
    optimizer: Optimizer,
    losses: Float64Array,
    count: number,
  ): number;
  /**
   * Frees the executor's memory. All later calls of other methods throw `DISPOSED`. Calling `dispose` again has no
   * effect.
   */
  dispose(): void;
}

/** Prepares graphs for execution, and determines where they run and in which precision. */
export interface Engine {
  /** The name in messages. */
  readonly name: string;
  /** Returns the reasons why the engine cannot run a graph, one sentence each. Empty if it can. */
  supports(graph: Graph): readonly string[];
  /**
   * Allocates the memory for batches of up to `batchSize` samples of up to `steps` steps.
   *
   * @param steps - The maximum number of steps per sequence. Default: 1 (no sequences).
   * @throws NnbpError `OUT_OF_RANGE` (a batch size or a number of steps that is not an integer ≥ 1), `UNSUPPORTED` (a
   * graph that the engine does not support)
   */
  prepare(graph: Graph, batchSize: number, steps?: number): Executor;
}
