/** `fit`, `evaluate` and `compile` with `auto()` as the default engine, started once for all calls. */
import { compile as compileOn, type CompileOptions, type Engine, type Network, type Predictor } from '@nnbp/core';
import {
  type Assessment,
  type Data,
  evaluate as evaluateOn,
  type EvaluateOptions,
  fit as fitOn,
  type FitOptions,
  type Report,
} from '@nnbp/train';
import { auto } from '@nnbp/wasm';

let started: Promise<Engine> | undefined;

async function withEngine<Options extends { readonly engine?: Engine }>(
  options: Options,
): Promise<Options & { readonly engine: Engine }> {
  return { ...options, engine: options.engine ?? (await (started ??= auto())) };
}

/**
 * Trains a network; see `fit` of `@nnbp/train`. Default engine: `auto()`, which computes in float32 where the host has
 * WebAssembly. Pass `engine: js()` for float64.
 *
 * @example
 * ```ts
 * import { adam, fit, identity, mlp, mse, Network, tanh } from 'nnbp';
 *
 * const network = new Network(mlp([2, 8, 1], { activation: tanh, outputActivation: identity }), { seed: 1 });
 * const data = { inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]] };
 * await fit(network, data, { loss: mse(), optimizer: adam({ learningRate: 0.05 }), epochs: 300 });
 * Math.round(network.predict([0, 1])[0]); // 1
 * ```
 */
export async function fit(network: Network, data: Data, options: FitOptions): Promise<Report> {
  return fitOn(network, data, await withEngine(options));
}

/** Mean loss and metrics; see `evaluate` of `@nnbp/train`. Default engine: `auto()`. */
export async function evaluate(network: Network, data: Data, options: EvaluateOptions): Promise<Assessment> {
  return evaluateOn(network, data, await withEngine(options));
}

/** Prepares a network for many predictions; see `compile` of `@nnbp/core`. Default engine: `auto()`, in float32. */
export async function compile(network: Network, options: CompileOptions = {}): Promise<Predictor> {
  return compileOn(network, await withEngine(options));
}
