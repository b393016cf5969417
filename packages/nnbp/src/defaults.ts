/** `fit`, `evaluate` and `compile` with the fastest engine as the default, started once for all calls. */
import { compile as compileOn, type CompileOptions, type Engine, js, type Network, type Predictor } from '@nnbp/core';
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

/**
 * Minimum edges × rows × epochs for the fast engine. Below it, the js engine takes less than 0.1 s, as long as compiling the
 * kernels.
 */
const minFastWork = 4e6;

let started: Promise<Engine> | undefined;
const fastest = () => (started ??= auto());

/** The engine for a call. It depends on the call alone, so that the result is bit-identical on every run. */
async function engineFor({ graph }: Network, data: Data, epochs: number): Promise<Engine> {
  return graph.edgeCount * rowsIn(data) * epochs < minFastWork ? js() : fastest();
}

/** The samples of the data, or the steps of all sequences. A stream may have any number. */
function rowsIn(data: Data): number {
  if ('inputs' in data) return data.inputs.length;
  if ('sequences' in data) {
    const { sequences } = data;
    if (typeof sequences === 'function' || Symbol.asyncIterator in sequences) return Infinity;
    return sequences.reduce((sum, { inputs }) => sum + inputs.length, 0);
  }
  return Array.isArray(data) ? data.length : Infinity;
}

/**
 * Trains a network; see `fit` of `@nnbp/train`. Default engine: `js()`, in float64, if edges × samples × epochs are fewer
 * than 4 million, which takes less than 0.1 s; else `auto()`, which computes in float32 where the host has WebAssembly.
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
  return fitOn(network, data, {
    ...options,
    engine: options.engine ?? (await engineFor(network, data, options.epochs)),
  });
}

/** Mean loss and metrics; see `evaluate` of `@nnbp/train`. Default engine: that of `fit` for one epoch. */
export async function evaluate(network: Network, data: Data, options: EvaluateOptions): Promise<Assessment> {
  return evaluateOn(network, data, { ...options, engine: options.engine ?? (await engineFor(network, data, 1)) });
}

/** Prepares a network for many predictions; see `compile` of `@nnbp/core`. Default engine: `auto()`, in float32. */
export async function compile(network: Network, options: CompileOptions = {}): Promise<Predictor> {
  return compileOn(network, { ...options, engine: options.engine ?? (await fastest()) });
}
