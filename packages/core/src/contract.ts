/**
 * The plugin interfaces for activations, aggregations, losses and optimizers. (The interface for engines is in
 * `engine.ts`.) Any object that implements one of these interfaces is a plugin. Core never checks which plugin it was
 * given. Instead, optional properties of the plugin declare what core needs to know.
 */

/** A flat vector of numbers in the precision of the engine that owns it. */
export type FloatArray = Float64Array | Float32Array;

/**
 * Name and options of a built-in plugin. With them, an engine can replace the plugin with its own code, and a file can
 * refer to the plugin by name. Custom plugins have no `Builtin`. If you change a copy of a built-in, remove `builtin` from
 * the copy: engines and files would use the original.
 */
export interface Builtin {
  /** The name under which its package exports the plugin. */
  readonly name: string;
  /** The options of the plugin, as numbers; a boolean is 0 or 1. */
  readonly options: Readonly<Record<string, number>>;
}

/** Describes an option of a built-in plugin, for example in `activationRecords` from @nnbp/activations. */
export interface OptionRecord {
  /** The default value. */
  readonly default: number;
  /** The symbol of the option in formulas, in LaTeX. */
  readonly symbol: string;
}

/**
 * The activation g, which a node applies to its pre-activation h.
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
  /** The name in messages and files. */
  readonly name: string;
  /** Returns g(h), for any finite h. */
  value(h: number): number;
  /** Returns g'(h). `g` is value(h), so that a sigmoid can return g * (1 - g). */
  derivative(h: number, g: number): number;
  /**
   * The values of h at which g has no derivative (`derivative` returns a one-sided derivative there). Default: none.
   */
  readonly kinks?: readonly number[];
  /** The name and options of a built-in plugin; undefined for custom plugins. */
  readonly builtin?: Builtin;
}

/**
 * The aggregation A, which combines the values of a node's edges, $z_e = w_e x$, before b is added: $h = b + A(z)$. A
 * node without an aggregation uses the sum.
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
  /** The name in messages and files. */
  readonly name: string;
  /**
   * Returns A(z). `z` has one entry per incoming edge, in the order of the node's option `from`. It is never empty, and
   * all entries are finite.
   */
  value(z: ArrayLike<number>): number;
  /** Must set `dAdz[e]` to dA/dz_e for every edge e, and must not read `dAdz`. `a` is value(z). */
  derivative(z: ArrayLike<number>, a: number, dAdz: FloatArray): void;
  /**
   * The distance from z to the nearest point at which A has no derivative: if every entry of z changes by less than
   * this distance, no kink is crossed. Default: A is differentiable everywhere.
   */
  kinkDistance?(z: ArrayLike<number>): number;
  /** True if A(z) is the sum of z, so that engines can add without calling `value`. Default: false. */
  readonly isSum?: boolean;
  /** The name and options of a built-in plugin; undefined for custom plugins. */
  readonly builtin?: Builtin;
}

/** The loss of one sample over all output nodes. `x` and `t` have one entry per output node, in the graph's order. */
export interface Loss {
  /** The name in messages and files. */
  readonly name: string;
  /** Returns the loss of one sample. */
  value(x: ArrayLike<number>, t: ArrayLike<number>): number;
  /**
   * Must set `dLossDx[k]` to dloss/dx_k for every output node k, and must not read `dLossDx`. This is case 1 of
   * backpropagation.
   */
  derivative(x: ArrayLike<number>, t: ArrayLike<number>, dLossDx: FloatArray): void;
  /** The values of x_k at which the loss has no derivative, for an output whose target is t. Default: none. */
  kinks?(t: number): readonly number[];
  /**
   * True if targets may be NaN, which means unknown: an output with an unknown target adds nothing to the loss, and
   * its derivative is 0. `targetProblem` and `residuals` must accept NaN too.
   */
  readonly unknownTargets?: boolean;
  /**
   * Returns what is wrong with a sample's targets, such as "expected -1 or 1, received 0", or undefined if they are
   * valid.
   */
  targetProblem?(t: ArrayLike<number>): string | undefined;
  /**
   * Present if the loss of a sample is a sum of squares, Σ r_k², with one residual r_k per output. Least-squares
   * optimizers require it.
   */
  readonly residuals?: Residuals;
  /** The name and options of a built-in plugin; undefined for custom plugins. */
  readonly builtin?: Builtin;
}

/** The residuals r_k of a loss that is Σ r_k². Residual k depends only on x_k and t_k. */
export interface Residuals {
  /** Writes r_k for every output k. */
  value(x: ArrayLike<number>, t: ArrayLike<number>, residuals: FloatArray): void;
  /** Writes dr_k/dx_k for every output k. */
  derivative(x: ArrayLike<number>, t: ArrayLike<number>, dResidualDx: FloatArray): void;
}

/**
 * The loss to minimize, as a function of the parameters: the mean over the samples of one training step. Used by
 * optimizers that choose where to evaluate the loss; see {@link Optimizer.iterate}.
 */
export interface Objective {
  /** Number of residuals: samples × outputs, or 0 if the loss declares no residuals. */
  readonly residualCount: number;
  /** Returns the mean loss at `parameters`. The result is not finite if a number overflows. */
  loss(parameters: FloatArray): number;
  /** Returns the mean loss at `parameters` and writes its gradient to `gradients`, in the layout of `parameters`. */
  gradient(parameters: FloatArray, gradients: FloatArray): number;
  /**
   * Returns the mean loss at `parameters` and computes the Jacobian of the residuals whose squares add up to this loss.
   * Calls `visit` with one block of rows after another, so that memory stays bounded.
   *
   * @param visit - Receives `rows` residuals and their derivatives, `[rows × parameters]`, row-major. It may overwrite
   * both arrays, which the next call reuses.
   */
  jacobian(
    parameters: FloatArray,
    visit: (residuals: Float64Array, jacobian: Float64Array, rows: number) => void,
  ): number;
}

/** A saved state from which an optimizer resumes bit-for-bit: plain data that later steps do not change. */
export interface OptimizerState {
  /** The name of the optimizer. */
  readonly name: string;
  /** Scalars such as step counts, by name. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Vectors as long as the parameter vector (momenta, squared gradients), by name; empty before the first step. */
  readonly vectors: Readonly<Record<string, FloatArray>>;
  /** Only for an optimizer made of several parts (a chain): the states of the parts. */
  readonly parts?: readonly OptimizerState[];
}

/**
 * The data that an engine needs to run the update of a built-in optimizer itself. The engine and the optimizer share
 * this data, so the optimizer's `state` and `restore` work even if the engine runs the updates.
 */
export interface BuiltinOptimizer extends Builtin {
  /** Steps taken so far. */
  readonly steps: number;
  /** The learning rate of the next step. */
  learningRate(): number;
  /** The scalars of the next step by name, such as Adam's bias corrections. */
  scalars(): Readonly<Record<string, number>>;
  /** Whether the learning rate is the same at every step. Default: false. */
  readonly constantRate?: boolean;
  /** Whether an update without transforms is parameters −= learning rate · gradients. Default: false. */
  readonly isPlainDescent?: boolean;
  /** Increments the step count. The engine calls it after every update that it runs. */
  advance(): void;
  /** The initial value of the entries of each vector, by the vector's name. */
  readonly initial: Readonly<Record<string, number>>;
  /** The vectors by name; empty before the first step. An engine may replace them with copies in its own memory. */
  vectors: Readonly<Record<string, FloatArray>>;
  /**
   * Gradient transforms to apply before the update, in this order. If an engine cannot run all of them, it calls the
   * optimizer's `step` instead.
   */
  readonly transforms?: readonly Builtin[];
}

/** Updates a flat parameter vector in place, from a gradient vector of the same layout. */
export interface Optimizer {
  /** The name in messages and files. */
  readonly name: string;
  /** Updates the parameters once. May overwrite `gradients`, as a clipping transform does. */
  step(parameters: FloatArray, gradients: FloatArray): void;
  /** Returns a copy of the state, from which the optimizer resumes bit-for-bit. */
  state(): OptimizerState;
  /**
   * Resumes from a saved state. Throws `WRONG_STATE`, without changing anything, if the state is from another
   * optimizer.
   */
  restore(state: OptimizerState): void;
  /** Called after each epoch with the validation loss, or with the training loss if there is no validation data. */
  observe?(loss: number): void;
  /**
   * Present if the optimizer evaluates the objective itself (a line search, a trust region): runs one iteration, which
   * updates `parameters` in place, in float64, or leaves them unchanged if it finds no lower loss. Training calls it
   * instead of `step`.
   *
   * @returns The mean loss before the iteration.
   */
  iterate?(objective: Objective, parameters: Float64Array): number;
  /** True once the optimizer has converged; training then ends. */
  readonly converged?: boolean;
  /** True if every step requires the gradient over all samples, as in resilient backpropagation. Default: false. */
  readonly fullBatch?: boolean;
  /** Set only for built-in optimizers whose update an engine may run itself. */
  readonly builtin?: BuiltinOptimizer;
}
