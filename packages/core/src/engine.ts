/** The plugin interface of engines: an engine prepares a graph, and the executor that it returns runs it. */
import type { FloatArray, Loss, Optimizer } from './contract.js';
import type { Graph } from './graph.js';

/**
 * The numbers of an engine's last pass. `id` is the id of a node, `sample` is an index in the batch, `step` an index in the
 * sequence of the sample. All methods throw `UNKNOWN_ID` or `OUT_OF_RANGE` for one that does not exist.
 */
export interface GradientCache {
  /** The node's value, x = c · g(h). */
  x(id: string, sample?: number, step?: number): number;
  /** c · g'(h): the derivative of x with respect to h. 0 for an input, which has no h. */
  slope(id: string, sample?: number, step?: number): number;
  /** The per-sample dloss/dx at that step, times the sample's weight. */
  dLossDx(id: string, sample?: number, step?: number): number;
}

/**
 * The number of samples of a call. A number: that many samples of one step each. A list: sequences, with the number of
 * samples that have step 0, step 1, …; entries never grow, since sequences are sorted by length, the longest first.
 * `[3, 3, 1]` is one sequence of 3 steps and two of 2.
 *
 * Rows follow this order: all samples of step 0, then all samples of step 1, and so on without gaps. A number `n` means
 * the same as `[n]`.
 */
export type SampleCounts = number | ArrayLike<number>;

/** Options of a pass. */
export interface PassOptions {
  /**
   * The weight of each row's loss: ≥ 0, and not all 0. The loss to minimize is Σ weight · loss / Σ weight, so an integer
   * weight has the effect of repeating the sample. The loss of a row of weight 0 is not evaluated. Default: 1 for each row.
   */
  readonly weights?: FloatArray;
  /**
   * The values that delayed edges read before the first step, `[samples × graph.stateSize]`, ordered as
   * `graph.stateStart`. Overwritten with the state after the last step of each sample, so that the next call continues
   * the sequence. No derivative flows through it. Default: `graph.initialState()` for each sample.
   */
  readonly state?: FloatArray;
}

/** Samples in memory: sample k is row k of `inputs` and of `targets`. */
export interface SampleTable {
  /** Inputs, [samples × inputs], row by row. */
  readonly inputs: FloatArray;
  /** Targets, [samples × outputs], row by row. */
  readonly targets: FloatArray;
}

/**
 * A graph prepared for batches of up to `batchSize` samples of up to `steps` steps. It owns a parameter vector, a gradient
 * vector and the gradient cache, all allocated once.
 *
 * Rows are flat: `inputs[r * inputCount + k]` is input k of row r, targets and outputs likewise. A batch without
 * sequences has a row per sample; for sequences see {@link SampleCounts}.
 */
export interface Executor {
  /** The largest number of samples per call. */
  readonly batchSize: number;
  /** The largest number of steps per call. */
  readonly steps: number;
  /** The parameters it computes with, in the graph's layout. Write to it to set them. */
  readonly parameters: FloatArray;
  /** The gradient of the loss of the batch, in the same layout. Written by `backpropagate`. */
  readonly gradients: FloatArray;
  /** The numbers of the last pass. */
  readonly cache: GradientCache;
  /**
   * Forward only. Returns a row of outputs per row of inputs: a view that the next call overwrites. Afterwards the
   * cache's `slope` and `dLossDx` are unspecified.
   *
   * @throws NnbpError `OUT_OF_RANGE` (samples other than 1 to `batchSize`, more than `steps` steps, counts that grow,
   * weights that are negative or all 0), `WRONG_LENGTH` (fewer rows or weights than that, a state of another length),
   * `DISPOSED`; the next two methods throw the same
   */
  predict(inputs: FloatArray, samples: SampleCounts, options?: Pick<PassOptions, 'state'>): FloatArray;
  /** Forward and backward. Returns the mean loss over the rows and writes `gradients`. */
  backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    options?: PassOptions,
  ): number;
  /**
   * The derivative of every output with respect to every parameter, by the same cases, where case 1 is 1 for one output
   * and 0 for the others. Writes dx_k/dp for each row, output k and parameter p, in this order, to `out[(row *
   * outputCount + k) * parameterCount + p]`. In a sequence, the outputs of a step also depend on earlier steps. For
   * bounded memory pass a few samples at a time. Afterwards the cache's `slope` and `dLossDx` are unspecified.
   *
   * @returns The outputs, as `predict`.
   * @throws NnbpError as `predict`; also `WRONG_LENGTH` if `out` is too short
   */
  jacobian(
    inputs: FloatArray,
    samples: SampleCounts,
    out: FloatArray,
    options?: Pick<PassOptions, 'state'>,
  ): FloatArray;
  /**
   * Backpropagates, then lets the optimizer update the parameters. Returns the mean loss before the update.
   * If the loss, a gradient or an updated parameter is not finite, the parameters do not change, and the returned loss is
   * not finite either. `gradients` is unspecified afterwards: an engine may update parameters during the pass. An engine
   * that runs the optimizer's update itself keeps the optimizer's `state()` and `restore` valid.
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
   * Several steps in one call, for networks so small that a call takes as long as a step: step k trains on `batchSize`
   * samples of the table, whose rows are order[first + k · batchSize] and the following entries. Optional: training
   * calls `step` for the steps that this method does not take.
   *
   * @param losses - Receives the mean loss of each step, before its update.
   * @param count - The maximum number of steps, at most the length of `losses`.
   * @returns The number of steps taken, from 0 to `count`, on full batches only. It ends before a step that it leaves to `step`, such as one after
   * which a parameter is not finite; the parameters are then as if that step had not begun.
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
  /** Frees its memory. Using it afterwards throws `DISPOSED`. Calling it twice has no effect. */
  dispose(): void;
}

/** Prepares graphs to run. The engine decides where and in which precision numbers are computed. */
export interface Engine {
  /** The name in messages. */
  readonly name: string;
  /** The reasons why the engine cannot run a graph, one sentence each. Empty if it can. */
  supports(graph: Graph): readonly string[];
  /**
   * Allocates the memory for batches of up to `batchSize` samples of up to `steps` steps.
   *
   * @param steps - Default: 1, no sequences.
   * @throws NnbpError `OUT_OF_RANGE` (a batch size or a number of steps that is not an integer ≥ 1), `UNSUPPORTED` (a
   * graph for which `supports` has reasons)
   */
  prepare(graph: Graph, batchSize: number, steps?: number): Executor;
}
