/**
 * One sample, worked through: think of a finished exercise sheet. The reference engine has done the pass; what is kept
 * here are its numbers, and the few it does not keep (case 1 alone, the targets in the network's own units).
 */
import {
  expectFeatures,
  type Graph,
  type Loss,
  type Network,
  outputValues,
  type Pass,
  type Row,
  type SampleCache,
} from '@nnbp/core';
import { edgeBetween, type QuantityName } from './quantity.js';

/** A pass and all that its numbers came from, safe from later changes of the network. */
export interface Worked {
  readonly graph: Graph;
  readonly loss: Loss;
  readonly pass: Pass;
  /** What the pass kept of its one sample. */
  readonly sample: SampleCache;
  /** As they were. */
  readonly parameters: Float64Array;
  /** The outputs' values, their targets and case 1 of each, in the graph's order and the network's units. */
  readonly x: Float64Array;
  readonly t: Float64Array;
  readonly caseOne: Float64Array;
  /** Where an input is standardised: its number in the data's own units, with mean and deviation. */
  readonly inputScaler: ((k: number) => { value: number; mean: number; deviation: number }) | undefined;
  /** Whether the targets were standardised. */
  readonly targetUnits: boolean;
}

/** @throws NnbpError as `network.backpropagate` */
export function workThrough(network: Network, input: Row, target: Row, loss: Loss): Worked {
  const { graph, inputScaler, outputScaler } = network;
  expectFeatures('explain', graph);
  const pass = network.backpropagate(input, target, loss);
  const row = Float64Array.from(input);
  const x = Float64Array.from(pass.outputs[0]);
  const t = Float64Array.from(target, (value, k) => outputScaler?.apply(value, k) ?? value);
  const caseOne = new Float64Array(x.length);
  outputValues(loss, x, t, caseOne);
  return {
    graph,
    loss,
    pass,
    sample: pass.cache.samples[0],
    parameters: network.parameters.vector.slice(),
    x,
    t,
    caseOne,
    inputScaler:
      inputScaler && ((k) => ({ value: row[k], mean: inputScaler.mean[k], deviation: inputScaler.deviation[k] })),
    targetUnits: outputScaler !== undefined,
  };
}

/** The number under a name; of a shared weight the whole gradient. */
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
      return gradients[graph.weightIndex(edgeBetween(graph, from!, i), i)];
    default:
      return sample[quantity][i];
  }
}
