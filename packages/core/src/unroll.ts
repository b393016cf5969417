/** Converts a graph with delays to a graph without delays, in which every node has one copy per time step. */
import { GraphBuilder, maxEdges, maxNodes } from './builder.js';
import type { Activation } from './contract.js';
import { expectGraph, expectInteger, expectList, mismatch } from './expect.js';
import type { Graph } from './graph.js';

/** The activation of nodes that stand for values from before the first step. */
const identity: Activation = {
  name: 'identity',
  value: (h) => h,
  derivative: () => 1,
  builtin: { name: 'identity', options: {} },
};

/**
 * Returns an acyclic graph without delays that computes the same as `graph` does for a sequence of `steps` steps. Node
 * `h` at step 3 is `h@3`; its value one step before step 0 is `h@-1`. All copies of a node share its parameters,
 * and the layout of the parameters stays the same. The inputs and outputs are those of step 0, then those of step 1,
 * and so on.
 *
 * The unrolled graph defines the derivatives through time: on both graphs, the reference engine computes bit-identical
 * results.
 *
 * @param steps - An integer ≥ 1.
 * @param outputSteps - The steps whose outputs become outputs of the unrolled graph. Default: all steps.
 * @throws NnbpError `WRONG_TYPE`, `OUT_OF_RANGE` (also thrown for a step in `outputSteps` that does not exist, and for
 * an unrolled graph with more than 2²⁴ nodes or 2³¹ edges), `NO_OUTPUTS` (`outputSteps` is empty)
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { delayed, GraphBuilder, unroll } from '@nnbp/core';
 *
 * const builder = new GraphBuilder();
 * builder.output(builder.node('h', { from: [builder.input('x'), delayed('h')], activation: tanh }));
 * unroll(builder.build(), 2).ids; // ['x@0', 'x@1', 'h@-1', 'h@0', 'h@1']
 * ```
 */
export function unroll(graph: Graph, steps: number, outputSteps?: readonly number[]): Graph {
  expectGraph(graph);
  expectInteger('steps', steps, 1);
  if (outputSteps !== undefined) expectList('outputSteps', outputSteps);
  outputSteps?.forEach((t, k) => expectInteger(`outputSteps[${k}]`, t, 0, steps - 1));
  const { ids, inputCount, nodeCount, parameterCount, constants, edgeStart, predecessors } = graph;
  // Checked before anything is built: even a graph of a few nodes can be too large for memory when it is unrolled.
  expectCount('nodes', steps * nodeCount + countBeforeFirstStep(graph, steps), maxNodes);
  expectCount('edges', steps * graph.edgeCount, maxEdges);
  const builder = new GraphBuilder();
  const at = (i: number, t: number) => `${ids[i]}@${t}`;

  for (let t = 0; t < steps; t++) for (let i = 0; i < inputCount; i++) builder.input(at(i, t));
  for (const [i, t] of valuesBeforeFirstStep(graph, steps)) {
    builder.node(at(i, t), { from: [], activation: identity, fixed: { b: graph.initialValues![i], c: 1 } });
  }
  for (let t = 0; t < steps; t++) {
    for (let i = inputCount; i < nodeCount; i++) {
      const from: string[] = [];
      const weights: [name: string, slot: number][] = [];
      for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
        from.push(at(predecessors[e], t - graph.delay(e)));
        weights.push([from[from.length - 1], graph.weightSlot(e, i)]);
      }
      const aggregation = graph.aggregation(i);
      builder.node(at(i, t), {
        from,
        activation: graph.activations[graph.activationOf[i]],
        ...(aggregation !== undefined && { aggregation }),
        ...(graph.initializers.has(i) && { init: graph.initializers.get(i)! }),
        ...parameters(graph.biasSlot(i), graph.scaleSlot(i), weights),
      });
    }
    if (outputSteps?.includes(t) === false) continue;
    for (let k = 0; k < graph.outputs.length; k++) builder.output(at(graph.outputs[k], t));
  }
  return builder.build();

  /** Returns the options of a copy: constants are fixed, and parameters are shared, with their slots as names. */
  function parameters(b: number, c: number, weights: readonly [name: string, slot: number][]) {
    const biasAndScale = [
      ['b', b],
      ['c', c],
    ] as const;
    const isFixed = (slot: number) => slot >= parameterCount;
    const constant = (slot: number) => constants[slot - parameterCount];
    const valuesWhere = <Value>(fixed: boolean, value: (slot: number) => Value) => ({
      ...Object.fromEntries(
        biasAndScale.filter(([, slot]) => isFixed(slot) === fixed).map(([name, slot]) => [name, value(slot)]),
      ),
      w: Object.fromEntries(
        weights.filter(([, slot]) => isFixed(slot) === fixed).map(([name, slot]) => [name, value(slot)]),
      ),
    });
    return { fixed: valuesWhere(true, constant), shared: valuesWhere(false, String) };
  }
}

function expectCount(what: string, count: number, max: number): void {
  if (count > max)
    throw mismatch('OUT_OF_RANGE', `The number of ${what} of the unrolled graph`, `at most ${max}`, count);
}

/**
 * The number of values that {@link valuesBeforeFirstStep} returns, computed from the delays of each node's outgoing
 * edges.
 */
function countBeforeFirstStep(graph: Graph, steps: number): number {
  const delaysOf = new Map<number, Set<number>>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const delay = graph.delay(e);
    if (delay === 0) continue;
    const delays = delaysOf.get(graph.predecessors[e]);
    if (delays === undefined) delaysOf.set(graph.predecessors[e], new Set([delay]));
    else delays.add(delay);
  }
  let count = 0;
  for (const delays of delaysOf.values()) {
    // An edge with delay d reads the steps −d to min(−1, steps − d − 1). If s is the next shorter delay, the steps
    // from −s on have been counted. The other min(steps, d − s) steps are new.
    let shorter = 0;
    for (const delay of Array.from(delays).sort((a, b) => a - b)) {
      count += Math.min(steps, delay - shorter);
      shorter = delay;
    }
  }
  return count;
}

/** Returns the node and the step (< 0) of each value before the first step that an edge reads. */
function valuesBeforeFirstStep(graph: Graph, steps: number): (readonly [node: number, t: number])[] {
  const found = new Map<string, readonly [number, number]>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const delay = graph.delay(e);
    for (let t = 0; t < Math.min(delay, steps); t++) {
      found.set(`${graph.predecessors[e]} ${t - delay}`, [graph.predecessors[e], t - delay]);
    }
  }
  return [...found.values()];
}
