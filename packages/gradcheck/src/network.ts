/** Checks all derivatives of a network at once: what backpropagation says against what the loss does. */
import { expectFinite, expectLength, type Loss, type Network, Random, ReferenceExecutor, type Row } from '@nnbp/core';
import type { Comparison } from './comparison.js';
import { differentiate } from './differences.js';
import { type Exclusion, Report } from './report.js';

/** Options of {@link checkNetwork}. */
export interface NetworkCheckOptions {
  /** At most so many derivatives are checked, drawn by the seed. Default 1000. */
  readonly most?: number;
  /** Default 0. */
  readonly seed?: number;
  /** What the two may differ by, relatively to the larger of the derivative and the loss, beyond the differences' own error. Default 1e-7. */
  readonly relativeTolerance?: number;
}

/**
 * Compares dloss/db, dloss/dc and dloss/dw of every node, and dloss/dx of every input, with central differences of the
 * mean loss over the samples. Where a step would carry a node over a kink of its activation, or an output over one of
 * the loss, the derivative is left out, and the report says so.
 *
 * @param inputs - A row a sample, in the data's units, as for `network.backpropagateBatch`.
 * @throws NnbpError as `network.backpropagateBatch`
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { checkNetwork } from '@nnbp/gradcheck';
 * import { mse } from '@nnbp/losses';
 *
 * const network = new Network(mlp([2, 3, 1], { activation: sigmoid }), { seed: 1 });
 * checkNetwork(network, [[0.5, -1]], [[1]], mse()).comparisons.length; // 19
 * ```
 */
export function checkNetwork(
  network: Network,
  inputs: readonly Row[],
  targets: readonly Row[],
  loss: Loss,
  options: NetworkCheckOptions = {},
): Report {
  const { most = 1000, seed = 0, relativeTolerance = 1e-7 } = options;
  const { graph } = network;
  const pass = network.backpropagateBatch(inputs, targets, loss);
  const probe = new Probe(network, inputs, targets, loss);
  const names = parameterNames(network);

  const places = [
    ...Array.from({ length: graph.parameterCount }, (_, p) => ({
      place: names[p],
      vector: probe.parameters,
      index: p,
      analytic: pass.gradients.vector[p],
    })),
    ...inputs.flatMap((_, s) =>
      Array.from({ length: graph.inputCount }, (__, k) => ({
        place: `sample ${s}, dloss/dx_${graph.ids[k]}`,
        vector: probe.inputs,
        index: s * graph.inputCount + k,
        // The cache has the sample's own loss; the probe measures the mean.
        analytic: pass.cache.dLossDx(graph.ids[k], s) / inputs.length,
      })),
    ),
  ];
  if (places.length > most) {
    new Random(seed).shuffle(places as unknown as Float64Array);
    places.length = most;
  }

  // A loss may take outputs of 20 apart to find 1e-8.
  const largestOutput = Math.max(...pass.outputs.flat().map(Math.abs));
  const comparisons: Comparison[] = [];
  const excluded: Exclusion[] = [];
  for (const { place, vector, index, analytic } of places) {
    const start = vector[index];
    const along = (value: number) => {
      vector[index] = value;
      const found = probe.loss();
      vector[index] = start;
      return found;
    };
    const reach = probe.smoothReach(vector, index);
    if (reach === undefined) {
      excluded.push({ place, reason: 'a kink within the smallest step' });
      continue;
    }
    const numeric = differentiate(along, start, reach, largestOutput);
    comparisons.push({
      place,
      analytic,
      numeric: numeric.value,
      tolerance:
        10 * numeric.error + relativeTolerance * Math.max(Math.abs(numeric.value), 1e-3 * Math.abs(pass.loss)) + 1e-12,
    });
  }
  return new Report(`Network of ${graph.nodeCount} nodes under ${loss.name}`, comparisons, excluded);
}

/** The network's loss as a function of parameters and inputs that one may turn. */
class Probe {
  readonly parameters: Float64Array;
  readonly inputs: Float64Array;
  readonly #executor: ReferenceExecutor;
  readonly #targets: readonly Float64Array[];

  constructor(
    readonly network: Network,
    inputs: readonly Row[],
    targets: readonly Row[],
    readonly lossFunction: Loss,
  ) {
    const { graph, inputScaler, outputScaler } = network;
    expectLength('targets', targets.length, inputs.length);
    this.#executor = new ReferenceExecutor(graph, inputs.length);
    this.parameters = this.#executor.parameters;
    this.parameters.set(network.parameters.vector);
    expectFinite('parameters', this.parameters);
    this.inputs = Float64Array.from(
      inputs.flatMap((row) => Array.from(row, (value, k) => inputScaler?.apply(value, k) ?? value)),
    );
    this.#targets = targets.map((row) => Float64Array.from(row, (value, k) => outputScaler?.apply(value, k) ?? value));
  }

  /** The mean loss. */
  loss(): number {
    const samples = this.#targets.length;
    const width = this.network.graph.outputs.length;
    const outputs = this.#executor.predict(this.inputs, samples);
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      sum += this.lossFunction.value(outputs.subarray(s * width, (s + 1) * width), this.#targets[s]);
    }
    return sum / samples;
  }

  /** How far a number can be turned both ways without anything crossing a kink; undefined if hardly at all. */
  smoothReach(vector: Float64Array, index: number): number | undefined {
    const start = vector[index];
    for (let reach = 0.02 * Math.max(1, Math.abs(start)); reach > 1e-5; reach /= 8) {
      const sides = [-reach, 0, reach].map((step) => {
        vector[index] = start + step;
        this.loss();
        return this.#sidesOfKinks();
      });
      vector[index] = start;
      if (sides[0] === sides[1] && sides[1] === sides[2]) return reach;
    }
    return undefined;
  }

  /** On which side of every kink every node and output is. */
  #sidesOfKinks(): string {
    const { graph } = this.network;
    let sides = '';
    this.#executor.cache.samples.forEach(({ h, x }, s) => {
      for (let i = graph.inputCount; i < graph.nodeCount; i++) {
        for (const kink of graph.activations[graph.activationOf[i]].kinks ?? []) sides += h[i] < kink ? '<' : '>';
      }
      for (let k = 0; k < graph.outputs.length; k++) {
        for (const kink of this.lossFunction.kinks?.(this.#targets[s][k]) ?? [])
          sides += x[graph.outputs[k]] < kink ? '<' : '>';
      }
    });
    return sides;
  }
}

/** For each parameter what it is: dloss/db_4, dloss/dw_2to4; a shared weight by its first edge. */
function parameterNames({ graph }: Network): string[] {
  const names: string[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    names[graph.biasIndex(i)] = `dloss/db_${graph.ids[i]}`;
    if (graph.scaleIndex(i) >= 0) names[graph.scaleIndex(i)] = `dloss/dc_${graph.ids[i]}`;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      names[graph.weightIndex(e, i)] ??= `dloss/dw_${graph.ids[graph.predecessors[e]]}to${graph.ids[i]}`;
    }
  }
  return names;
}
