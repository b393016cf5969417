/**
 * Reduces a graph with delays to the graph of one time step, whose inputs include the values read by delayed edges.
 * The graph of the time step is acyclic and has no delays, and its parameters keep their slots.
 */
import { delayed, edgeName } from '../delayed.js';
import { Graph } from '../graph.js';

/**
 * A value read by delayed edges from an earlier time step.
 *
 * @internal
 */
export interface Memory {
  /** The node, in the graph with delays. */
  readonly node: number;
  /** The delay, in steps. */
  readonly delay: number;
}

/**
 * The graph of one step: the inputs, then one input per memory, then the other nodes in their original order.
 *
 * @internal
 */
export interface StepGraph {
  readonly graph: Graph;
  readonly memories: readonly Memory[];
}

/**
 * Returns the graph of one step, which is the graph itself if it has no delays.
 *
 * @internal
 */
export function stepGraphOf(graph: Graph): StepGraph {
  const { edgeDelay, inputCount, nodeCount, predecessors } = graph;
  if (edgeDelay === undefined) return { graph, memories: [] };
  const memories: Memory[] = [];
  const memoryOf = new Map<string, number>();
  const sourceOf = new Uint32Array(graph.edgeCount);
  for (let e = 0; e < graph.edgeCount; e++) {
    if (edgeDelay[e] === 0) continue;
    const key = `${predecessors[e]} ${edgeDelay[e]}`;
    let memory = memoryOf.get(key);
    if (memory === undefined) {
      memoryOf.set(key, (memory = memories.length));
      memories.push({ node: predecessors[e], delay: edgeDelay[e] });
    }
    sourceOf[e] = inputCount + memory;
  }
  const added = memories.length;
  const indexInStep = (i: number) => (i < inputCount ? i : i + added);
  for (let e = 0; e < graph.edgeCount; e++) if (edgeDelay[e] === 0) sourceOf[e] = indexInStep(predecessors[e]);
  /**
   * Inserts entries for the memories after the entries of the inputs. `values` has one entry per node. A list of
   * starts, such as `edgeStart`, has one more entry: the end of the last node's range.
   */
  const insertMemories = (values: ArrayLike<number>) =>
    Uint32Array.from({ length: values.length + added }, (_, i) =>
      i < inputCount ? values[i] : values[Math.max(inputCount, i - added)],
    );
  const ids = [
    ...graph.ids.slice(0, inputCount),
    ...memories.map(({ node, delay }) => edgeName(delayed(graph.ids[node], delay))),
    ...graph.ids.slice(inputCount, nodeCount),
  ];
  const step = new Graph({
    ids,
    inputCount: inputCount + added,
    outputs: Uint32Array.from(graph.outputs, indexInStep),
    activations: graph.activations,
    activationOf: insertMemories(graph.activationOf),
    aggregations: graph.aggregations,
    aggregationOf: graph.aggregationOf && insertMemories(graph.aggregationOf),
    scaleTrainable: insertMemories(graph.scaleTrainable),
    edgeStart: insertMemories(graph.edgeStart),
    predecessors: sourceOf,
    edgeDelay: undefined,
    initialValues: undefined,
    parameterStart: insertMemories(graph.parameterStart),
    biasSlots: graph.biasSlots && insertMemories(graph.biasSlots),
    scaleSlots: graph.scaleSlots && insertMemories(graph.scaleSlots),
    weightSlots: graph.weightSlots,
    constants: graph.constants,
    initializers: new Map(),
  });
  return { graph: step, memories };
}
