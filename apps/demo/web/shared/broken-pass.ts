/** Backward passes with a mistake: nodes are visited too early or twice, or a cache is missing. */
import { type Loss, type Network, type Pass, type SampleCache, successorsOf } from '@nnbp/core';
import type { PlaygroundState } from '../state.js';

export type Mistake = PlaygroundState['derive']['mistake'];

/** A network with a sample and its correct pass. */
export interface Exercise {
  readonly network: Network;
  readonly target: readonly number[];
  readonly loss: Loss;
  readonly trace: { readonly pass: Pass };
}

/** The accumulated values after some steps, one entry per node; NaN if not known yet. */
export interface PassState {
  /** For each node, how many times the pass has visited it or computed its dloss/dx or slope. */
  readonly counts: Float64Array;
  readonly dLossDx: Float64Array;
  readonly dLossDb: Float64Array;
  /** The dloss/dx that each node has passed on, summed over the visits to the node. */
  readonly passedOn: Float64Array;
}

export interface BrokenPass {
  /** Node index of each step. Contains only the first steps if there are more than `maxSteps`. */
  readonly steps: readonly number[];
  /** Total number of steps in this pass. */
  readonly total: bigint;
  readonly correctTotal: number;
  /** For each node, its entry of {@link PassState.counts} at the end of the pass. */
  readonly counts: readonly bigint[];
  /** Returns the values after the first `steps` steps. */
  at(steps: number): PassState;
}

/** Maximum number of steps that are listed. */
const maxSteps = 2000;

export function brokenPass(exercise: Exercise, mistake: Mistake, order: readonly string[]): BrokenPass {
  if (mistake === 'order') return wronglyOrdered(exercise, visits(exercise, order));
  return mistake === 'without-dLossDx' ? withoutDLossDx(exercise) : withoutSlope(exercise);
}

/** Returns the node indices of the known ids in `order`. If `order` has no known id, returns the depth-first order. */
export function visits({ network: { graph } }: Exercise, order: readonly string[]): number[] {
  const known = new Map(graph.ids.map((id, i) => [id, i]));
  const chosen = order.flatMap((id) => known.get(id) ?? []);
  return chosen.length > 0 ? chosen : depthFirst(graph);
}

type Graph = Exercise['network']['graph'];

/** The correct order: each node before its predecessors, inputs last. */
export const correctOrder = (graph: Graph): number[] => Array.from(graph.ids, (_, i) => graph.nodeCount - 1 - i);

/** The order of the forward pass: each node before its successors. */
export const forwardOrder = (graph: Graph): number[] => Array.from(graph.ids, (_, i) => i);

/** The correct order, except that one node comes before one of its successors. Unchanged in a graph without edges. */
export function oneTooEarly(graph: Graph): number[] {
  const order = correctOrder(graph);
  const { successorStart: start } = graph;
  const { nodes: successors } = successorsOf(graph);
  const early =
    order.find((i) => start[i + 1] - start[i] > 1 && i >= graph.inputCount) ??
    order.findLast((i) => start[i + 1] > start[i]);
  if (early === undefined) return order;
  const waitsFor = successors[start[early]];
  const others = order.filter((i) => i !== early);
  others.splice(others.indexOf(waitsFor), 0, early);
  return others;
}

/** The order of a simple recursion, which visits each node once per path from an output. Ends after 400 visits. */
export function depthFirst({ outputs, edgeStart, predecessors }: Graph): number[] {
  const order: number[] = [];
  const stack = Array.from(outputs).reverse();
  while (stack.length > 0 && order.length < 400) {
    const i = stack.pop()!;
    order.push(i);
    for (let e = edgeStart[i + 1] - 1; e >= edgeStart[i]; e--) stack.push(predecessors[e]);
  }
  return order;
}

/**
 * Each visit passes on what the node has accumulated so far:
 *
 *     dloss/dx_j += dloss/dx_i · slope_i · dA/dz_ji · w_ji   for every predecessor j
 *     dloss/db_i += dloss/dx_i · slope_i
 */
function wronglyOrdered({ network, trace, target, loss }: Exercise, order: readonly number[]): BrokenPass {
  const { graph } = network;
  const { slope, x, aggregated } = sampleOf(trace);
  const slots = graph.slots(network.parameters.vector);
  const outputDLossDx = new Float64Array(graph.outputs.length);
  const outputs = Float64Array.from(graph.outputs, (i) => x[i]);
  loss.derivative(outputs, Float64Array.from(target), outputDLossDx);
  const counts = Array.from(graph.ids, (_, i) => BigInt(order.filter((visited) => visited === i).length));
  return {
    steps: order,
    total: BigInt(order.length),
    correctTotal: graph.nodeCount,
    counts,
    at(steps) {
      const accumulated = emptyState(graph.nodeCount, 0);
      for (let k = 0; k < outputDLossDx.length; k++) accumulated.dLossDx[graph.outputs[k]] += outputDLossDx[k];
      for (const i of order.slice(0, steps)) {
        accumulated.counts[i]++;
        if (i < graph.inputCount) continue;
        accumulated.passedOn[i] += accumulated.dLossDx[i];
        const dLossDb = accumulated.dLossDx[i] * slope[i];
        accumulated.dLossDb[i] += dLossDb;
        for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
          accumulated.dLossDx[graph.predecessors[e]] +=
            dLossDb * (aggregated?.dAdz[e] ?? 1) * slots[graph.weightSlot(e, i)];
        }
      }
      return accumulated;
    },
  };
}

/**
 * Without a cache, dloss/dx of a node is recomputed for each of its parameters, and again for every computation of
 * dloss/dx of a predecessor.
 *
 *     counts_i = parameters of i (1 for an input)  +  Σ over predecessors j of  counts_j
 */
function withoutDLossDx({ network: { graph }, trace }: Exercise): BrokenPass {
  const { edgeStart, predecessors, successorStart } = graph;
  const { nodes: successors } = successorsOf(graph);
  const usesOf = (i: number) => (i < graph.inputCount ? 1 : graph.parameterStart[i + 1] - graph.parameterStart[i]);
  const counts: bigint[] = [];
  for (let i = 0; i < graph.nodeCount; i++) {
    counts[i] = BigInt(usesOf(i));
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) counts[i] += counts[predecessors[e]];
  }
  const steps: number[] = [];
  const compute = (i: number) => {
    for (let k = successorStart[i]; k < successorStart[i + 1] && steps.length < maxSteps; k++) compute(successors[k]);
    if (steps.length < maxSteps) steps.push(i);
  };
  for (let i = graph.nodeCount - 1; i >= 0; i--) for (let k = usesOf(i); k > 0; k--) compute(i);
  return {
    steps,
    total: sum(counts),
    correctTotal: graph.nodeCount,
    counts,
    at: (count) => counted(trace, steps, count),
  };
}

/** Without a cache, the slope is recomputed for dloss/db, for each dloss/dw, and for dloss/dx of each predecessor. */
function withoutSlope({ network: { graph }, trace }: Exercise): BrokenPass {
  const { edgeStart, successorStart } = graph;
  const { nodes: successors } = successorsOf(graph);
  const fanIn = (i: number) => edgeStart[i + 1] - edgeStart[i];
  const computed = (i: number) => (i < graph.inputCount ? 0 : 1 + 2 * fanIn(i));
  const counts = Array.from(graph.ids, (_, i) => BigInt(computed(i)));
  const steps: number[] = [];
  for (let i = graph.nodeCount - 1; i >= 0; i--) {
    for (let k = successorStart[i]; k < successorStart[i + 1]; k++) steps.push(successors[k]);
    if (i >= graph.inputCount) for (let k = fanIn(i); k >= 0; k--) steps.push(i);
  }
  const shown = steps.slice(0, maxSteps);
  return {
    steps: shown,
    total: sum(counts),
    correctTotal: graph.nodeCount - graph.inputCount,
    counts,
    at: (count) => counted(trace, shown, count),
  };
}

/** The state of a pass without a cache: the numbers are correct, and only the counts are larger. */
function counted(trace: Exercise['trace'], steps: readonly number[], count: number): PassState {
  const { dLossDx, slope } = sampleOf(trace);
  const accumulated = emptyState(dLossDx.length, NaN);
  for (const i of steps.slice(0, count)) {
    accumulated.counts[i]++;
    accumulated.dLossDx[i] = dLossDx[i];
    accumulated.dLossDb[i] = dLossDx[i] * slope[i];
    accumulated.passedOn[i] = dLossDx[i];
  }
  return accumulated;
}

const sampleOf = ({ pass }: Exercise['trace']): SampleCache => pass.cache.samples[0];
const sum = (counts: readonly bigint[]): bigint => counts.reduce((total, count) => total + count, 0n);
const emptyState = (length: number, fill: number): PassState => ({
  counts: new Float64Array(length),
  dLossDx: new Float64Array(length).fill(fill),
  dLossDb: new Float64Array(length).fill(fill),
  passedOn: new Float64Array(length).fill(fill),
});

/** Whether two numbers differ by more than rounding errors. */
export const differs = (computed: number, correct: number): boolean =>
  Math.abs(computed - correct) > 1e-12 * Math.max(Math.abs(computed), Math.abs(correct));

/** State of a node's dloss/dx after some visits. Each visit to a successor adds a contribution. */
export interface NodeState {
  /** Ids of successors that have not been visited yet. */
  readonly waitsFor: readonly string[];
  /** Whether dloss/dx is wrong and no further contribution can arrive. */
  readonly wrongDx: boolean;
  /** Whether the node passed on something other than its complete dloss/dx, so that dloss/db is wrong too. */
  readonly wrongDb: boolean;
}

/**
 * Returns the state of each node after some visits. An incomplete dloss/dx does not count as wrong until the node has
 * passed it on, or no further contribution can arrive.
 *
 * @param isOver - Whether `accumulated` contains all visits of the pass.
 */
export function nodeStates(
  { network: { graph }, trace }: Exercise,
  accumulated: PassState,
  isOver: boolean,
): NodeState[] {
  const { dLossDx, slope } = sampleOf(trace);
  const { nodes } = successorsOf(graph);
  return graph.ids.map((_, i) => {
    const waitsFor: string[] = [];
    for (let k = graph.successorStart[i]; k < graph.successorStart[i + 1]; k++) {
      const j = nodes[k];
      if (accumulated.counts[j] === 0) waitsFor.push(graph.ids[j]);
    }
    const isInput = i < graph.inputCount;
    return {
      waitsFor,
      wrongDx: (isOver || waitsFor.length === 0) && differs(accumulated.dLossDx[i], dLossDx[i]),
      wrongDb:
        !isInput && (isOver || accumulated.counts[i] > 0) && differs(accumulated.dLossDb[i], dLossDx[i] * slope[i]),
    };
  });
}

export const isWrong = ({ wrongDx, wrongDb }: NodeState): boolean => wrongDx || wrongDb;
