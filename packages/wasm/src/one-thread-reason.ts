/** Decides which graphs run on one thread, and for what reason. */
import type { Graph } from '@nnbp/core';
import { activationKernelOf, aggregationCodeOf } from './builtins.js';
import { customActivation } from './kernels/activation.js';
import { customAggregation } from './kernels/aggregation.js';
import { isUnrollable } from './unrolled/form.js';

/** Below this work a forward pass takes about a microsecond, as long as a barrier: threads cannot help. */
export const minMeasuredWork = 20_000;

/** Why a graph runs on one thread; undefined if several threads can share the work. */
export function oneThreadReason(
  graph: Graph,
  batchSize: number,
  steps: number,
  minThreadedWork: number,
): string | undefined {
  if (steps > 1 || graph.stateSize > 0) {
    return 'the steps of a sequence share weights, whose gradients two threads would write at once';
  }
  if (graph.sharedWeights !== undefined) return 'edges share weights, whose gradients two threads would write at once';
  const activation = graph.activations.find((one) => activationKernelOf(one).code === customActivation);
  if (activation) return `the activation ${activation.name} is a custom one, which only this thread can call`;
  const aggregation = graph.aggregations.find((one) => aggregationCodeOf(one) === customAggregation);
  if (aggregation) return `the aggregation ${aggregation.name} is a custom one, which only this thread can call`;
  const isTiny = batchSize === 1 && isUnrollable(graph);
  if (isTiny || graph.edgeCount * batchSize < minThreadedWork) return 'there is too little work to share';
  return undefined;
}
