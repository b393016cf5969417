/** Gradient-checks a network: compares backpropagation with finite differences of the loss. */
import {
  backpropagateBatch,
  backpropagateSequence,
  expectFinite,
  expectLength,
  type Graph,
  type Loss,
  type Network,
  type ParameterVector,
  Random,
  ReferenceExecutor,
  type Row,
  type SampleCache,
  shuffle,
} from '@nnbp/core';
import { agrees, type Comparison } from './comparison.js';
import { differentiate } from './differences.js';
import { type Exclusion, Report } from './report.js';

/** Options of {@link checkNetwork}. */
export interface NetworkCheckOptions {
  /** The maximum number of derivatives to check. If there are more, a random selection is checked. Default: 1000. */
  readonly maxDerivatives?: number;
  /** Seed of the random selection. Default: 0. */
  readonly seed?: number;
  /**
   * Allowed relative error, in addition to the estimated error of the finite differences. Relative to the derivative or
   * to a thousandth of the loss, whichever is larger. Default: 1e-7.
   */
  readonly relativeTolerance?: number;
}

/**
 * Compares dloss/db, dloss/dc and dloss/dw of every node, and dloss/dx of every input, with central differences of the
 * mean loss over the samples. A derivative is skipped, and listed in the report, if even the smallest step crosses a
 * kink of an activation, an aggregation or the loss.
 *
 * @param inputs - [samples × inputs], in the units of the data, as for `backpropagateBatch`.
 * @throws NnbpError any error thrown by `backpropagateBatch`
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
  const { gradients, cache, outputs, loss: mean } = backpropagateBatch(network, inputs, targets, loss);
  const probe = new Probe(network, inputs, targets, loss, inputs.length);
  const dLossDx = (id: string, s: number) => cache.dLossDx(id, s);
  return compare(network, probe, { gradients, dLossDx, outputs, loss: mean }, 'sample', options);
}

/**
 * Gradient-checks backpropagation through time on one sequence: compares dloss/db, dloss/dc and dloss/dw of every node,
 * and dloss/dx of every input at every step, with central differences.
 *
 * @param inputs - [steps × inputs], in the units of the data, as for `backpropagateSequence`.
 * @param targets - One row per step, or null for a step without a target.
 * @throws NnbpError any error thrown by `backpropagateSequence`
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { delayed, GraphBuilder, Network } from '@nnbp/core';
 * import { checkSequence } from '@nnbp/gradcheck';
 * import { mse } from '@nnbp/losses';
 *
 * const builder = new GraphBuilder();
 * builder.output(builder.node('h', { from: [builder.input('x'), delayed('h')], activation: tanh }));
 * const network = new Network(builder.build(), { seed: 1 });
 * checkSequence(network, [[1], [0.5]], [null, [1]], mse()).comparisons.length; // 6
 * ```
 */
export function checkSequence(
  network: Network,
  inputs: readonly Row[],
  targets: readonly (Row | null)[],
  loss: Loss,
  options: NetworkCheckOptions = {},
): Report {
  const { gradients, cache, outputs, loss: mean } = backpropagateSequence(network, inputs, targets, loss);
  const probe = new Probe(network, inputs, targets, loss, new Array<number>(inputs.length).fill(1));
  const dLossDx = (id: string, t: number) => cache.dLossDx(id, 0, t);
  return compare(network, probe, { gradients, dLossDx, outputs, loss: mean }, 'step', options);
}

interface PassResult {
  readonly gradients: ParameterVector;
  readonly dLossDx: (id: string, row: number) => number;
  readonly outputs: readonly (readonly number[])[];
  readonly loss: number;
}

function compare(
  { graph }: Network,
  probe: Probe,
  pass: PassResult,
  kind: 'sample' | 'step',
  options: NetworkCheckOptions,
): Report {
  const { maxDerivatives = 1000, seed = 0, relativeTolerance = 1e-7 } = options;
  const names = parameterNames(graph);

  const candidates = [
    ...Array.from({ length: graph.parameterCount }, (_, p) => ({
      name: names[p],
      vector: probe.parameters,
      index: p,
      analytic: pass.gradients.vector[p],
    })),
    ...pass.outputs.flatMap((_, row) =>
      Array.from({ length: graph.inputCount }, (__, k) => ({
        name: `${kind} ${row}, dloss/dx_${graph.ids[k]}`,
        vector: probe.inputs,
        index: row * graph.inputCount + k,
        // The cache holds the derivatives of per-row losses, but the probe computes the mean loss.
        analytic: pass.dLossDx(graph.ids[k], row) / probe.rowsWithTarget,
      })),
    ),
  ];
  if (candidates.length > maxDerivatives) {
    shuffle(candidates as unknown as Float64Array, new Random(seed));
    candidates.length = maxDerivatives;
  }

  // Rounding errors depend on the size of the outputs: a loss of 1e-8 can be the difference of numbers near 20.
  const largestOutput = Math.max(...pass.outputs.flat().map(Math.abs));
  const comparisons: Comparison[] = [];
  const excluded: Exclusion[] = [];
  for (const { name, vector, index, analytic } of candidates) {
    const start = vector[index];
    const along = (value: number) => {
      vector[index] = value;
      const loss = probe.loss();
      vector[index] = start;
      return loss;
    };
    const maxStep = probe.maxSmoothStep(vector, index);
    if (maxStep === undefined) {
      excluded.push({ name, reason: 'a kink within the smallest step' });
      continue;
    }
    const comparisonWithin = (maxStep: number): Comparison => {
      const { value, error } = differentiate(along, start, maxStep, largestOutput);
      const scale = Math.max(Math.abs(value), 1e-3 * Math.abs(pass.loss));
      return { name, analytic, numeric: value, tolerance: 10 * error + relativeTolerance * scale + 1e-12 };
    };
    const comparison = comparisonWithin(maxStep);
    // A jump in a second derivative, such as that of softsign at 0, can make the estimated error too small. Smaller
    // steps avoid the jump, but do not make a wrong derivative agree.
    const shorter = () => [maxStep / 8, maxStep / 64].map(comparisonWithin).find(agrees);
    comparisons.push(agrees(comparison) ? comparison : (shorter() ?? comparison));
  }
  return new Report(`Network of ${graph.nodeCount} nodes with loss ${probe.lossFunction.name}`, comparisons, excluded);
}

/** Evaluates the loss of a network as a function of its parameters and inputs. */
class Probe {
  readonly parameters: Float64Array;
  readonly inputs: Float64Array;
  readonly rowsWithTarget: number;
  readonly #graph: Graph;
  readonly #executor: ReferenceExecutor;
  readonly #targets: readonly (Float64Array | null)[];

  /** @param counts - For samples, the number of samples. For one sequence, an array with a 1 for each step. */
  constructor(
    network: Network,
    inputs: readonly Row[],
    targets: readonly (Row | null)[],
    readonly lossFunction: Loss,
    readonly counts: number | readonly number[],
  ) {
    const { graph, inputScaler, outputScaler } = network;
    expectLength('targets', targets.length, inputs.length);
    this.#graph = graph;
    this.#executor =
      typeof counts === 'number'
        ? new ReferenceExecutor(graph, counts)
        : new ReferenceExecutor(graph, 1, counts.length);
    this.parameters = this.#executor.parameters;
    this.parameters.set(network.parameters.vector);
    expectFinite('parameters', this.parameters);
    this.inputs = Float64Array.from(inputs.flatMap((row) => Array.from(inputScaler?.applyRow(row) ?? row)));
    this.#targets = targets.map((row) => row && (outputScaler?.applyRow(row) ?? Float64Array.from(row)));
    this.rowsWithTarget = targets.filter((row) => row !== null).length;
  }

  /** Returns the mean loss over the rows that have a target. */
  loss(): number {
    const width = this.#graph.outputs.length;
    const outputs = this.#executor.predict(this.inputs, this.counts);
    let sum = 0;
    this.#targets.forEach((target, row) => {
      if (target !== null) sum += this.lossFunction.value(outputs.subarray(row * width, (row + 1) * width), target);
    });
    return sum / this.rowsWithTarget;
  }

  /**
   * Returns the largest of several step sizes that crosses no kink in either direction, or undefined if even the
   * smallest crosses one.
   */
  maxSmoothStep(vector: Float64Array, index: number): number | undefined {
    const start = vector[index];
    for (let maxStep = 0.02 * Math.max(1, Math.abs(start)); maxStep > 1e-5; maxStep /= 8) {
      const [middle, ...ends] = [0, -maxStep, maxStep].map((step) => {
        vector[index] = start + step;
        this.loss();
        return { sides: this.#sidesOfKinks(), aggregations: this.#aggregations() };
      });
      vector[index] = start;
      const crossesNoKink = ends.every(
        ({ sides, aggregations }) =>
          sides === middle.sides &&
          middle.aggregations.every(({ z, distance }, k) =>
            z.every((value, e) => Math.abs(value - aggregations[k].z[e]) < distance),
          ),
      );
      if (crossesNoKink) return maxStep;
    }
    return undefined;
  }

  /** Returns the cache of each row: every step of every sample. */
  #rows(): SampleCache[] {
    return this.#executor.cache.sequences.flatMap(({ steps, length }) => steps.slice(0, length));
  }

  /** Encodes on which side of each kink the values lie: h of each node and x of each output. */
  #sidesOfKinks(): string {
    const graph = this.#graph;
    let sides = '';
    this.#rows().forEach(({ h, x }, row) => {
      for (let i = graph.inputCount; i < graph.nodeCount; i++) {
        for (const kink of graph.activations[graph.activationOf[i]].kinks ?? []) sides += h[i] < kink ? '<' : '>';
      }
      const target = this.#targets[row];
      for (let k = 0; k < graph.outputs.length && target !== null; k++) {
        for (const kink of this.lossFunction.kinks?.(target[k]) ?? []) sides += x[graph.outputs[k]] < kink ? '<' : '>';
      }
    });
    return sides;
  }

  /**
   * For each node whose aggregation has kinks, returns the operands z of the aggregation (w · x of each incoming edge)
   * and their distance to the nearest kink.
   */
  #aggregations(): { z: Float64Array; distance: number }[] {
    const graph = this.#graph;
    if (graph.aggregationOf === undefined) return [];
    return this.#rows().flatMap(({ aggregated }) =>
      graph.ids.flatMap((_, i) => {
        const kinkDistance = graph.aggregation(i)?.kinkDistance;
        if (kinkDistance === undefined) return [];
        const z = aggregated!.z.slice(graph.edgeStart[i], graph.edgeStart[i + 1]);
        return [{ z, distance: kinkDistance(z) }];
      }),
    );
  }
}

/**
 * Returns the name of the derivative with respect to each parameter, such as dloss/db_4 or dloss/dw_2to4. A shared
 * parameter is named after its first use.
 */
function parameterNames(graph: Graph): string[] {
  const names: string[] = [];
  const name = (index: number, text: string) => {
    if (index >= 0) names[index] ??= text;
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    name(graph.biasIndex(i), `dloss/db_${graph.ids[i]}`);
    name(graph.scaleIndex(i), `dloss/dc_${graph.ids[i]}`);
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      name(graph.weightIndex(e, i), `dloss/dw_${graph.edgeName(e)}to${graph.ids[i]}`);
    }
  }
  return names;
}
