/** Networks with a sample and a loss, and functions that list quantities and steps. */
import { everyLoss, type LossCase, randomGraph, type RandomGraphOptions, randomParameters } from '@nnbp/conformance';
import { sigmoid } from '@nnbp/activations';
import { type Graph, GraphBuilder, type Loss, Network, Random } from '@nnbp/core';
import type { QuantityName, Step } from '../src/index.js';

/** A network with a sample and a loss. */
export interface Sample {
  readonly network: Network;
  readonly input: number[];
  readonly target: number[];
  readonly loss: Loss;
}

/** A random network with a sample that is valid for the loss. */
export function randomSample(
  seed: number,
  options: RandomGraphOptions = {},
  { loss, target, onProbabilities }: LossCase = everyLoss[seed % everyLoss.length],
): Sample {
  const random = new Random(seed);
  const probabilities = { output: { activation: sigmoid, fixed: { c: 1 } } } as const;
  const graph = randomGraph(random, { ...options, ...(onProbabilities && probabilities) });
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  const draw = () => 2 * random.uniform() - 1;
  return {
    network,
    input: Array.from({ length: graph.inputCount }, draw),
    target: [...(target?.(random, graph.outputs.length) ?? Array.from(graph.outputs, draw))],
    loss,
  };
}

/**
 * The chain 1 → 2 → 3 → 4, whose edges share a weight, and the edges 1 → 3 and 2 → 4. Node 3 is an output that has a
 * successor.
 */
export function outputInTheMiddle(): Sample {
  const builder = new GraphBuilder();
  const shared = (from: string[]) => ({ from, activation: sigmoid, shared: { w: { [from[0]]: 'the shared weight' } } });
  builder.input('1');
  builder.node('2', shared(['1']));
  builder.node('3', shared(['2', '1']));
  builder.node('4', shared(['3', '2']));
  builder.output('3');
  builder.output('4');
  return { network: new Network(builder.build(), { seed: 3 }), input: [0.5], target: [1, 0], loss: everyLoss[0].loss };
}

/** All quantities of a graph, except the derivatives dA/dz of aggregations. */
export function everyQuantity(graph: Graph): QuantityName[] {
  return graph.ids.flatMap((node, i): QuantityName[] => {
    const ofEveryNode = (['x', 'dLossDx'] as const).map((quantity) => ({ quantity, node }));
    if (i < graph.inputCount) return ofEveryNode;
    const ofNonInputs = (['h', 'g', 'slope', 'dLossDb'] as const).map((quantity) => ({ quantity, node }));
    const edges = Array.from(graph.predecessors).slice(graph.edgeStart[i], graph.edgeStart[i + 1]);
    return [
      ...ofEveryNode,
      ...ofNonInputs,
      ...(graph.scaleIndex(i) < 0 ? [] : [{ quantity: 'dLossDc', node } as const]),
      ...edges.map((j) => ({ quantity: 'dLossDw', node, from: graph.ids[j] }) as const),
    ];
  });
}

/** All steps of a derivation in depth-first order, without the steps below a reused step. */
export function* stepsOf(root: Step): Generator<Step> {
  const stack = [root];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    yield step;
    if (step.state === 'computed') stack.push(...step.terms.toReversed());
  }
}
