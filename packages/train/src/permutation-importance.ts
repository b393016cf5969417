/**
 * Permutation importance of an input: the increase of the loss when the values of that input are shuffled between
 * samples.
 */
import { type Engine, expectInteger, type Loss, mismatch, type Network, Random, shuffle } from '@nnbp/core';
import { type MeanAndDeviation, meanAndDeviation } from './cross-validate.js';
import { type Sample, type Tables, tablesOf } from './data.js';
import { evaluate } from './evaluate.js';

/** Options of {@link permutationImportance}. */
export interface PermutationOptions {
  /** The loss whose increase is measured. */
  readonly loss: Loss;
  /** The number of times that each input is shuffled, an integer ≥ 2. Default: 5. */
  readonly repeats?: number;
  /**
   * Groups of inputs that are shuffled together, given by their indices, such as the inputs of one categorical column.
   * Default: each input alone.
   */
  readonly columns?: readonly (readonly number[])[];
  /** Seed of the shuffling. Default: 0. */
  readonly seed?: number;
  /** The engine; see `evaluate`. */
  readonly engine?: Engine;
  /** Aborts the measurement: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The increase of the loss when some inputs are shuffled: its mean and standard deviation over the repeats. */
export interface Importance extends MeanAndDeviation {
  /** The ids of the shuffled inputs. */
  readonly inputs: readonly string[];
}

/**
 * Shuffles each input (or each group in `columns`) and returns the increase of the loss: the mean and standard
 * deviation over the repeats. If the mean is near 0, the network does not need the input, or another input
 * contains the same information. Use data on which the network was not trained.
 *
 * @throws NnbpError `OUT_OF_RANGE`, and any error thrown by `evaluate`
 *
 * @example
 * ```ts
 * import { identity } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 * import { permutationImportance } from '@nnbp/train';
 *
 * const network = new Network(mlp([2, 1], { activation: identity, fixed: { c: 1 } }));
 * network.setParameters('output.0', { b: 0, w: { 'input.0': 3, 'input.1': 0 } });
 * const inputs = Array.from({ length: 50 }, (_, k) => [k % 7, k % 5]);
 * const data = { inputs, targets: inputs.map(([x]) => [3 * x]) };
 * const [first, second] = await permutationImportance(network, data, { loss: mse() });
 * [first.mean > 10, second.mean]; // [true, 0]
 * ```
 */
export async function permutationImportance(
  network: Network,
  data: Tables | readonly Sample[],
  options: PermutationOptions,
): Promise<Importance[]> {
  const { graph } = network;
  const { loss, repeats = 5, seed = 0, engine, signal } = options;
  const columns = options.columns ?? Array.from({ length: graph.inputCount }, (_, k) => [k]);
  expectInteger('repeats', repeats, 2);
  for (const index of columns.flat()) {
    if (!(Number.isInteger(index) && index >= 0 && index < graph.inputCount)) {
      throw mismatch('OUT_OF_RANGE', 'columns', `integers ≥ 0 and < ${graph.inputCount}`, index);
    }
  }
  const tables = tablesOf(data);
  const evaluation = { loss, ...(engine && { engine }), ...(signal && { signal }) };
  const lossOf = async (inputs: Tables['inputs']) => (await evaluate(network, { ...tables, inputs }, evaluation)).loss;
  const baseline = await lossOf(tables.inputs);
  const random = new Random(seed);
  const order = Uint32Array.from({ length: tables.inputs.length }, (_, s) => s);
  const importances: Importance[] = [];
  for (const indices of columns) {
    const increases: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      shuffle(order, random);
      const shuffled = Array.from(order, (other, s) => {
        const row = Float64Array.from(tables.inputs[s]);
        for (const k of indices) row[k] = tables.inputs[other][k];
        return row;
      });
      increases.push((await lossOf(shuffled)) - baseline);
    }
    importances.push({ inputs: indices.map((k) => graph.ids[k]), ...meanAndDeviation(increases) });
  }
  return importances;
}
