/**
 * The five plugin interfaces: activation, aggregation, loss, optimizer, engine. A plugin is any object of the right
 * shape: no registration, no subclass. Core never asks which plugin it holds; what it must know of one, the plugin
 * declares in an optional property.
 */
import type { Graph } from './graph.js';

/** A flat vector of numbers, in the precision of the engine that owns it. */
export type FloatArray = Float64Array | Float32Array;

/**
 * What a shipped activation, loss or optimizer says of itself: "I am the published function of this name, with these
 * options". An engine may then run it inside, and a file may name it. A custom plug-in leaves it out.
 */
export interface Builtin {
  /** The name under which the package exports it. */
  readonly name: string;
  /** Its options, as numbers. */
  readonly options: Readonly<Record<string, number>>;
}

/** An option of a built-in, as its record describes it. */
export interface OptionRecord {
  /** Its value when it is not given. */
  readonly default: number;
  /** Its symbol in the formulas, in LaTeX. */
  readonly symbol: string;
}

/**
 * g: what a node does to its pre-activation h. Cases 2 and 3 use its derivative.
 *
 * @example
 * ```ts
 * import type { Activation } from '@nnbp/core';
 *
 * const cube: Activation = {
 *   name: 'cube',
 *   value: (h) => h ** 3,
 *   derivative: (h) => 3 * h ** 2,
 * };
 * ```
 */
export interface Activation {
  /** For messages and files. */
  readonly name: string;
  /** g(h), for any finite h. */
  value(h: number): number;
  /** g'(h); `g` is value(h), so that a sigmoid can return g * (1 - g). */
  derivative(h: number, g: number): number;
  /** Each h at which g has no derivative (there, `derivative` returns one of the one-sided ones). Absent: none. */
  readonly kinks?: readonly number[];
  /** Only for shipped ones. */
  readonly builtin?: Builtin;
}

/**
 * A: how a node combines what arrives over its edges, $z_e = w_e x$, before b is added: $h = b + A(z)$. Cases 2 and 3
 * use its derivative. A node without an aggregation adds its z.
 *
 * @example
 * ```ts
 * import type { Aggregation } from '@nnbp/core';
 *
 * const sumOfSquares: Aggregation = {
 *   name: 'sumOfSquares',
 *   value: (z) => Array.from(z).reduce((sum, ze) => sum + ze * ze, 0),
 *   derivative: (z, _, dAdz) => {
 *     for (let e = 0; e < z.length; e++) dAdz[e] = 2 * z[e];
 *   },
 * };
 * ```
 */
export interface Aggregation {
  /** For messages and files. */
  readonly name: string;
  /** A(z). `z` has an entry per incoming edge, in the order of `from`: at least one, all finite. */
  value(z: ArrayLike<number>): number;
  /** Writes dA/dz_e for every edge; `a` is value(z). Every entry is written; none is read. */
  derivative(z: ArrayLike<number>, a: number, dAdz: FloatArray): void;
  /**
   * The distance from z to the nearest point at which A has no derivative, measured so that no kink is crossed while
   * every entry moves by less. Absent: A is differentiable everywhere.
   */
  kinkDistance?(z: ArrayLike<number>): number;
  /** True if A(z) is the sum of z: engines then add without calling it. */
  readonly isSum?: boolean;
  /** Only for built-in ones. */
  readonly builtin?: Builtin;
}

/** One sample's loss over all output nodes. `x` and `t` have one entry an output node, in the graph's order. */
export interface Loss {
  /** For messages and files. */
  readonly name: string;
  /** The loss of one sample. */
  value(x: ArrayLike<number>, t: ArrayLike<number>): number;
  /** Case 1: writes dloss/dx_k for every output node k. Every entry is written; none is read. */
  derivative(x: ArrayLike<number>, t: ArrayLike<number>, dLossDx: FloatArray): void;
  /** Each x_k at which the loss has no derivative, for an output whose target is t. Absent: none. */
  kinks?(t: number): readonly number[];
  /** What is wrong with a sample's targets, such as "expected -1 or 1, received 0"; undefined if they are valid. */
  targetProblem?(t: ArrayLike<number>): string | undefined;
  /**
   * Present if a sample's loss is a sum of squares, Σ r_k² with one residual per output. Least-squares optimizers need
   * it: they see each residual, not only the sum.
   */
  readonly residuals?: Residuals;
  /** Only for shipped ones. */
  readonly builtin?: Builtin;
}

/** The residuals r_k of a loss that is Σ r_k². Residual k depends on x_k and t_k only. */
export interface Residuals {
  /** Writes r_k for every output k. */
  value(x: ArrayLike<number>, t: ArrayLike<number>, residuals: FloatArray): void;
  /** Writes dr_k/dx_k for every output k. */
  derivative(x: ArrayLike<number>, t: ArrayLike<number>, dResidualDx: FloatArray): void;
}

/**
 * The loss to minimize as a function of the parameters: the mean over the samples of one step. For optimizers that
 * choose themselves where to evaluate it; see {@link Optimizer.iterate}.
 */
export interface Objective {
  /** Residuals per evaluation, samples × outputs. 0 if the loss declares none. */
  readonly residualCount: number;
  /** The mean loss at `parameters`. Not finite where a number overflows. */
  loss(parameters: FloatArray): number;
  /** The mean loss at `parameters`; writes its gradient, in the layout of `parameters`. */
  gradient(parameters: FloatArray, gradients: FloatArray): number;
  /**
   * The mean loss at `parameters`, with the Jacobian of its residuals: the loss is the sum of their squares. Calls
   * `visit` with one block of rows after another, so that memory stays bounded.
   *
   * @param visit - Receives `rows` residuals and their derivatives, row-major, [rows × parameters]. It may overwrite
   * both; the next call does.
   */
  jacobian(
    parameters: FloatArray,
    visit: (residuals: Float64Array, jacobian: Float64Array, rows: number) => void,
  ): number;
}

/** All that an optimizer needs to continue exactly where it was: plain data, owned by whoever holds it. */
export interface OptimizerState {
  /** Whose state it is. */
  readonly name: string;
  /** Step counts and the like, by name. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Vectors of the parameter vector's length (momenta, squared gradients); empty before the first step. */
  readonly vectors: Readonly<Record<string, FloatArray>>;
  /** The states of what it is made of, when it is a chain. */
  readonly parts?: readonly OptimizerState[];
}

/**
 * A built-in optimizer as an engine sees it that runs the update itself: the rule's name and options, the numbers of
 * the coming step, and the optimizer's own step count and vectors, so that `state()` and `restore` stay valid whichever
 * of the two does the work.
 */
export interface BuiltinOptimizer extends Builtin {
  /** Steps taken so far. */
  readonly steps: number;
  /** The learning rate of the coming step. */
  learningRate(): number;
  /** The numbers of the coming step by name, such as Adam's bias corrections; see the optimizer's `scalars`. */
  scalars(): Readonly<Record<string, number>>;
  /** Counts a step that the engine has taken. */
  advance(): void;
  /** The vectors it keeps, by name, and the value each starts from. */
  readonly initial: Readonly<Record<string, number>>;
  /**
   * The vectors themselves; empty before the first step. An engine may replace them by vectors in its own memory with
   * the same numbers.
   */
  vectors: Readonly<Record<string, FloatArray>>;
  /** What is done to the mean gradient first, in this order. An engine that cannot do all of it calls `step`. */
  readonly transforms?: readonly Builtin[];
}

/** Updates the flat parameter vector in place from the gradient vector of the same layout. */
export interface Optimizer {
  /** For messages and files. */
  readonly name: string;
  /** One update. `gradients` may be overwritten (a clipping transform does). */
  step(parameters: FloatArray, gradients: FloatArray): void;
  /** A copy of all it needs to continue exactly. */
  state(): OptimizerState;
  /** Continues from a state; throws `NnbpError` and keeps its own if that state is another optimizer's. */
  restore(state: OptimizerState): void;
  /** Told the loss (held-out, if there is one) after each epoch, for a learning rate that reacts to it. */
  observe?(loss: number): void;
  /**
   * Present if the optimizer evaluates the objective itself (a line search, a trust region): one iteration, which
   * changes `parameters` in place, in float64, and leaves them as they were if it finds nothing better. Training calls
   * it instead of `step`.
   *
   * @returns The mean loss at the parameters it started from.
   */
  iterate?(objective: Objective, parameters: Float64Array): number;
  /** True once no further iteration can lower the loss; training then ends. */
  readonly converged?: boolean;
  /** True if a step makes sense only for the gradient over all samples, as for resilient backpropagation. */
  readonly fullBatch?: boolean;
  /** Only for shipped ones that an engine may run inside. */
  readonly builtin?: BuiltinOptimizer;
}

/**
 * The numbers of an engine's last pass. `id` is the author's id of a node, `sample` counts from 0 within the batch,
 * `step` from 0 within the sample's sequence. All three throw `NnbpError` for an id, sample or step that does not exist.
 */
export interface GradientCache {
  /** The node's value, x = c · g(h). */
  x(id: string, sample?: number, step?: number): number;
  /** c · g'(h): the derivative of x with respect to h. 0 for an input, which has no h. */
  slope(id: string, sample?: number, step?: number): number;
  /** The derivative of the sample's own loss, times its weight, with respect to x at that step. */
  dLossDx(id: string, sample?: number, step?: number): number;
}

/**
 * How many samples a call has. A number: so many samples of one step each. A list: sequences, with the number of
 * samples that have step 0, step 1, …; no entry is larger than the one before, since sequences are sorted by length,
 * the longest first. `[3, 3, 1]` is one sequence of 3 steps and two of 2.
 *
 * Rows are in this order too: all samples of step 0, then all samples of step 1, and so on without gaps. A number `n`
 * means the same as `[n]`.
 */
export type SampleCounts = number | ArrayLike<number>;

/** What a pass may be given beside its rows. */
export interface PassOptions {
  /**
   * The weight of each row's loss: not negative, and not all 0. The loss to minimize is Σ weight · loss / Σ weight, so
   * that an integer weight does what repeating the sample does. A row of weight 0 has no target: its loss is not
   * evaluated. Default: 1 for each row.
   */
  readonly weights?: FloatArray;
  /**
   * What delayed edges read before the first step: a row of `graph.stateSize` numbers per sample, as `graph.stateStart`
   * orders them. Overwritten with the state after each sample's last step, so that the next call continues the
   * sequence. No derivative flows through it. Default: every sample starts from `graph.initialState()`.
   */
  readonly state?: FloatArray;
}

/**
 * A graph made ready to run on batches of up to `batchSize` samples of up to `steps` steps. It owns a parameter vector,
 * a gradient vector and the gradient cache, all allocated once.
 *
 * Rows are flat: `inputs[r * inputCount + k]` is input k of row r, targets and outputs likewise. A batch without
 * sequences has a row per sample; for sequences see {@link SampleCounts}.
 */
export interface Executor {
  /** The largest number of samples per call. */
  readonly batchSize: number;
  /** The largest number of steps per call. */
  readonly steps: number;
  /** The parameters it computes with, in the graph's layout: write them to set them. */
  readonly parameters: FloatArray;
  /** The gradient of the batch's loss, in the same layout, as left by `backpropagate`. */
  readonly gradients: FloatArray;
  /** The numbers of the last pass. */
  readonly cache: GradientCache;
  /**
   * Forward only. Returns a row of outputs per row of inputs: a view that the next call overwrites. Afterwards the
   * cache's `slope` and `dLossDx` are undefined.
   *
   * @throws NnbpError `OUT_OF_RANGE` (samples other than 1 to `batchSize`, more than `steps` steps, counts that grow,
   * weights that are negative or all 0), `WRONG_LENGTH` (fewer rows, weights or state than that), `DISPOSED`; so do the
   * next two
   */
  predict(inputs: FloatArray, samples: SampleCounts, options?: Pick<PassOptions, 'state'>): FloatArray;
  /** Forward and backward. Returns the mean loss over the rows and leaves the gradients. */
  backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    options?: PassOptions,
  ): number;
  /**
   * The derivative of every output by every parameter, from the same cases: case 1 is 1 for one output and 0 for the
   * others. Writes dx_k/dp for each row, output k and parameter p, in this order, to
   * `out[(row * outputCount + k) * parameterCount + p]`. In a sequence, the outputs of a step depend on the steps before.
   * For bounded memory pass a few samples at a time. Afterwards the cache's `slope` and `dLossDx` are undefined.
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
   * If the loss, a gradient or an updated parameter is not finite, the parameters stay as they were, and the returned
   * loss is not finite either. `gradients` is not meaningful afterwards: an engine may update on the way. An
   * engine that does the optimizer's work itself keeps the optimizer's `state()` true, and obeys its `restore`.
   */
  step(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    optimizer: Optimizer,
    options?: PassOptions,
  ): number;
  /** Frees what it holds. Using it afterwards throws. Disposing twice does nothing. */
  dispose(): void;
}

/** Turns a graph into something that runs. */
export interface Engine {
  /** For messages. */
  readonly name: string;
  /** Why the engine cannot run a graph, a sentence per reason. Empty: it can. */
  supports(graph: Graph): readonly string[];
  /**
   * Allocates all that batches of up to `batchSize` samples of up to `steps` steps need.
   *
   * @param steps - Default 1: no sequences.
   * @throws NnbpError `OUT_OF_RANGE` (a batch size or a number of steps that is not an integer ≥ 1), `UNSUPPORTED` (a
   * graph for which `supports` has reasons)
   */
  prepare(graph: Graph, batchSize: number, steps?: number): Executor;
}
