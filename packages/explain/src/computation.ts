/**
 * Runs the reference engine on a sample or a sequence. A sequence runs on the unrolled graph, which yields
 * bit-identical results.
 */
import {
  backpropagate,
  backpropagateSequence,
  type Graph,
  type Loss,
  Network,
  NnbpError,
  outputDerivatives,
  type Pass,
  type Row,
  type SampleCache,
  Standardization,
  unroll,
} from '@nnbp/core';
import { edgeNamed, expectQuantity, type QuantityName } from './quantity.js';

/** A pass and everything its numbers depend on. Later changes to the network do not affect it. */
export interface Computation {
  readonly graph: Graph;
  /** The loss function of one step. */
  readonly loss: Loss;
  readonly pass: Pass;
  /** Cache of the only sample. */
  readonly sample: SampleCache;
  /** Copy of the parameters and constants; see `Graph`. */
  readonly slots: Float64Array;
  /**
   * For each output of the graph: its value, its target, and its case 1 part, which is the derivative of the loss
   * function with respect to this output. Standardized if `targetsStandardized`.
   */
  readonly x: Float64Array;
  readonly t: Float64Array;
  readonly caseOne: Float64Array;
  /** Number of outputs per step. */
  readonly width: number;
  /** Number of steps with a target. Gradients are divided by this number. */
  readonly stepsWithTarget: number;
  /** For a sequence: the graph before unrolling. */
  readonly delayedGraph: Graph | undefined;
  /** If inputs are standardized: the original value of input k, and its mean and standard deviation over the data. */
  readonly inputScaling: ((k: number) => { value: number; mean: number; deviation: number }) | undefined;
  readonly targetsStandardized: boolean;
}

/** @throws NnbpError `UNSUPPORTED` (a graph with delays), and any error thrown by `backpropagate` */
export function computePass(network: Network, input: Row, target: Row, loss: Loss): Computation {
  const { graph } = network;
  if (graph.edgeDelay !== undefined) {
    throw new NnbpError('UNSUPPORTED', 'The graph has delayed edges. Use explainSequence or traceSequence.');
  }
  return compute(network, input, target, loss, {
    loss,
    width: graph.outputs.length,
    stepsWithTarget: 1,
    delayedGraph: undefined,
  });
}

/** @throws NnbpError any error thrown by `backpropagateSequence` */
export function computeSequence(
  network: Network,
  inputs: ArrayLike<Row>,
  targets: ArrayLike<Row | null>,
  loss: Loss,
): Computation {
  // backpropagateSequence checks the arguments.
  backpropagateSequence(network, inputs, targets, loss);
  const { graph, inputScaler, outputScaler } = network;
  const width = graph.outputs.length;
  const withTarget = Array.from(targets, (_, t) => t).filter((t) => targets[t] !== null);
  const unrolled = new Network(unroll(graph, inputs.length, withTarget), { initializer: () => 0 });
  unrolled.parameters.vector.set(network.parameters.vector);
  unrolled.inputScaler = inputScaler && repeated(inputScaler, inputs.length);
  unrolled.outputScaler = outputScaler && repeated(outputScaler, withTarget.length);
  const input = Array.from(inputs, (row) => Array.from(row)).flat();
  const target = withTarget.flatMap((t) => Array.from(targets[t]!));
  return compute(unrolled, input, target, sumOverSteps(loss, width), {
    loss,
    width,
    stepsWithTarget: withTarget.length,
    delayedGraph: graph,
  });
}

function compute(
  network: Network,
  input: Row,
  target: Row,
  loss: Loss,
  properties: Pick<Computation, 'loss' | 'width' | 'stepsWithTarget' | 'delayedGraph'>,
): Computation {
  const { graph, inputScaler, outputScaler } = network;
  const pass = backpropagate(network, input, target, loss);
  const row = Float64Array.from(input);
  const x = Float64Array.from(pass.outputs[0]);
  const t = outputScaler?.applyRow(target) ?? Float64Array.from(target);
  const caseOne = new Float64Array(x.length);
  outputDerivatives(loss, x, t, caseOne);
  return {
    ...properties,
    graph,
    pass,
    sample: pass.cache.samples[0],
    slots: graph.slots(network.parameters.vector),
    x,
    t,
    caseOne,
    inputScaling:
      inputScaler && ((k) => ({ value: row[k], mean: inputScaler.mean[k], deviation: inputScaler.deviation[k] })),
    targetsStandardized: outputScaler !== undefined,
  };
}

const sumOverSteps = (loss: Loss, width: number): Loss => ({
  name: loss.name,
  value(x, t) {
    let sum = 0;
    for (let from = 0; from < x.length; from += width) sum += loss.value(step(x, from, width), step(t, from, width));
    return sum;
  },
  derivative(x, t, dLossDx) {
    for (let from = 0; from < x.length; from += width) {
      loss.derivative(step(x, from, width), step(t, from, width), dLossDx.subarray(from, from + width));
    }
  },
});

const step = (values: ArrayLike<number>, from: number, width: number) =>
  Float64Array.from({ length: width }, (_, k) => values[from + k]);

function repeated({ mean, deviation }: Standardization, times: number): Standardization {
  const all = (column: readonly number[]) => Array.from({ length: times }, () => column).flat();
  return new Standardization(all(mean), all(deviation));
}

/**
 * Returns the index of the quantity's node and, for `dLossDw` and `dAdz`, the index of its edge. The steps of an
 * unrolled graph share their parameters: for a derivative with respect to a parameter, returns the indices at step 0.
 */
export function indicesOf(
  { graph, delayedGraph }: Computation,
  { quantity, node, from }: QuantityName,
): { i: number; edge: number } {
  const ofParameter = quantity === 'dLossDb' || quantity === 'dLossDc' || quantity === 'dLossDw';
  if (delayedGraph === undefined || !ofParameter) {
    const i = graph.indexOf(node);
    return { i, edge: from === undefined ? -1 : edgeNamed(graph, from, i) };
  }
  const i = graph.indexOf(`${node}@0`);
  const original = delayedGraph.indexOf(node);
  const offset = from === undefined ? -1 : edgeNamed(delayedGraph, from, original) - delayedGraph.edgeStart[original];
  return { i, edge: graph.edgeStart[i] + offset };
}

/**
 * Returns the quantity if the graph has it. For a sequence, a derivative with respect to a parameter is looked up in
 * `delayedGraph`, and any other quantity in the unrolled graph.
 *
 * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`
 */
export function expectComputed(computation: Computation, name: QuantityName): QuantityName {
  const ofParameter = name.quantity === 'dLossDb' || name.quantity === 'dLossDc' || name.quantity === 'dLossDw';
  return expectQuantity(ofParameter ? (computation.delayedGraph ?? computation.graph) : computation.graph, name);
}

/** Returns the value of a quantity. For a shared parameter, the total gradient. */
export function numberOf(computation: Computation, name: QuantityName): number {
  const { graph, sample, pass, stepsWithTarget } = computation;
  const { i, edge } = indicesOf(computation, name);
  const gradient = (index: number) => pass.gradients.vector[index] / stepsWithTarget;
  switch (name.quantity) {
    case 'dLossDb':
      return gradient(graph.biasIndex(i));
    case 'dLossDc':
      return gradient(graph.scaleIndex(i));
    case 'dLossDw':
      return gradient(graph.weightIndex(edge, i));
    case 'dAdz':
      return sample.aggregated!.dAdz[edge];
    default:
      return sample[name.quantity][i];
  }
}

/** Returns the value of a quantity in the given cache and gradients. */
export function numberIn(
  graph: Graph,
  sample: SampleCache,
  gradients: Float64Array,
  { quantity, node, from }: QuantityName,
): number {
  const i = graph.indexOf(node);
  switch (quantity) {
    case 'dLossDb':
      return gradients[graph.biasIndex(i)];
    case 'dLossDc':
      return gradients[graph.scaleIndex(i)];
    case 'dLossDw':
      return gradients[graph.weightIndex(edgeNamed(graph, from!, i), i)];
    case 'dAdz':
      return sample.aggregated!.dAdz[edgeNamed(graph, from!, i)];
    default:
      return sample[quantity][i];
  }
}
