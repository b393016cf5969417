/** Decides which graphs run on one thread, and why. */
import type { Graph, Plan } from '@nnbp/core';
import { activationKernelOf, aggregationNumberOf, noKernel } from './builtins.js';
import type { TimeGraph } from './time.js';
import { isUnrollable } from './unrolled/form.js';

/**
 * If `minThreadedWork` is not set, an executor with at least this much work (edges times samples) measures whether
 * several threads are faster. A forward pass with this work takes about a microsecond, and so does one barrier.
 */
export const minMeasuredWork = 20_000;

/**
 * Returns why a graph runs on one thread; undefined if several threads can share the work.
 *
 * @param plan - The plan of `graph`. The graph contains the nodes of all steps.
 * @param stepWork - The number of edges in one step, times the number of samples.
 */
export function oneThreadReason(
  { graph, original }: TimeGraph,
  plan: Plan,
  batchSize: number,
  stepWork: number,
  minThreadedWork: number,
): string | undefined {
  const activation = graph.activations.find((candidate) => activationKernelOf(candidate).number === noKernel);
  if (activation) return `the activation ${activation.name} has no kernel, so only the calling thread can run it`;
  const aggregation = graph.aggregations.find((candidate) => aggregationNumberOf(candidate) === noKernel);
  if (aggregation) return `the aggregation ${aggregation.name} has no kernel, so only the calling thread can run it`;
  const isTiny = batchSize === 1 && isUnrollable(original);
  if (isTiny || stepWork < minThreadedWork) return 'there is too little work to share';
  if (sharesWithinUnit(graph, plan)) {
    return 'nodes on the same level share parameters, whose gradients two threads would write at once';
  }
  return undefined;
}

/**
 * Whether two threads could write the gradient of the same parameter at once, because two nodes that write it are
 * processed between the same two barriers of the backward pass. A node writes the gradients of its own b and c, and of
 * the weights of its outgoing edges, except edges to nodes of dense units. The nodes of a dense unit never share
 * weights.
 */
function sharesWithinUnit(graph: Graph, { units }: Plan): boolean {
  if (graph.weightSlots === undefined) return false;
  // The backward pass processes the inputs together, after all units.
  const unitOf = new Uint32Array(graph.nodeCount).fill(units.length, 0, graph.inputCount);
  units.forEach(({ nodes }, n) => {
    for (const i of nodes) unitOf[i] = n;
  });
  const writers = new Map<number, number>();
  /**
   * Records that node i writes the gradient of this slot. Returns whether an earlier call recorded another node of the
   * same unit for the same slot.
   */
  const isShared = (slot: number, i: number): boolean => {
    if (slot >= graph.parameterCount) return false;
    const key = unitOf[i] * graph.parameterCount + slot;
    const writer = writers.get(key) ?? i;
    writers.set(key, writer);
    return writer !== i;
  };
  return units.some(({ dense, nodes }) =>
    nodes.some((i) => {
      if (isShared(graph.biasSlot(i), i)) return true;
      if (graph.scaleTrainable[i] === 1 && isShared(graph.scaleSlot(i), i)) return true;
      if (dense) return false;
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        if (isShared(graph.weightSlot(e, i), graph.predecessors[e])) return true;
      }
      return false;
    }),
  );
}
