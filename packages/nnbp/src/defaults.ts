/** `fit`, `evaluate` and `compile` with a default engine. All calls share the fast engines. */
import {
  compile as compileOn,
  type CompileOptions,
  type Engine,
  js,
  type Network,
  NnbpError,
  type Predictor,
} from '@nnbp/core';
import {
  type Assessment,
  type Data,
  evaluate as evaluateOn,
  type EvaluateOptions,
  fit as fitOn,
  type FitOptions,
  type Report,
} from '@nnbp/train';
import { auto, cores } from '@nnbp/wasm';

/**
 * Minimum edges × rows × epochs for the fast engine. Below it, the js engine takes less than 0.1 s, the time
 * that compiling the kernels takes.
 */
const minFastWork = 4e6;

/**
 * Minimum edges × rows × epochs for several threads: about a second of work, because threads take 0.1 s to start. The
 * result is bit-identical for any number of threads.
 */
const minThreadedWork = 4e9;
const maxThreads = 4;

let started: Promise<Engine> | undefined;
let threaded: Promise<Engine> | undefined;
const fastest = () => (started ??= auto());
const fastestWithThreads = () => (threaded ??= auto({ threads: Math.min(cores(), maxThreads) }));

/**
 * Returns the default engine for a call. Its precision depends only on the call, so the result is bit-identical on
 * every run.
 *
 * @internal
 */
export async function engineFor({ graph }: Network, data: Data, epochs: number): Promise<Engine> {
  const work = graph.edgeCount * rowsIn(data) * epochs;
  if (work < minFastWork) return js();
  return work < minThreadedWork ? fastest() : fastestWithThreads();
}

/** The number of samples, or of steps in all sequences. Infinity for a stream. */
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
 * Trains a network; see `fit` from `@nnbp/train`. Default engine: `js()`, in float64, if edges × samples × epochs is
 * below 4 million (less than 0.1 s of training). Otherwise `auto()`, in float32 where the host has WebAssembly, with up
 * to four threads if the product is at least 4 billion. For a stream, the product counts as more than 4 billion.
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
  if (options.engine !== undefined) return fitOn(network, data, options);
  return onEngineFor(network, data, options.epochs, (engine) => fitOn(network, data, { ...options, engine }));
}

/**
 * Computes the mean loss and metrics; see `evaluate` from `@nnbp/train`. Default engine: the same as for one epoch of
 * `fit`.
 */
export async function evaluate(network: Network, data: Data, options: EvaluateOptions): Promise<Assessment> {
  if (options.engine !== undefined) return evaluateOn(network, data, options);
  return onEngineFor(network, data, 1, (engine) => evaluateOn(network, data, { ...options, engine }));
}

/** Runs a call on its default engine. If a thread was lost, the next call starts new threads. */
async function onEngineFor<T>(network: Network, data: Data, epochs: number, run: (engine: Engine) => Promise<T>) {
  try {
    return await run(await engineFor(network, data, epochs));
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'THREAD_LOST') threaded = undefined;
    throw error;
  }
}

/**
 * Prepares a network for many predictions; see `compile` from `@nnbp/core`. Default engine: `auto()`, in float32 where
 * the host has WebAssembly.
 */
export async function compile(network: Network, options: CompileOptions = {}): Promise<Predictor> {
  const { engine = await fastest() } = options;
  return compileOn(network, { ...options, engine });
}
