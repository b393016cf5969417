/**
 * The plan: the graph seen as units of work. Nodes of one level do not depend on each other; among them, those with the
 * same predecessors, g and kind of c make a dense unit, if there are enough of them, and the rest sparse units by g.
 * How the nodes were declared, by `layer`, `mlp` or one by one, makes no difference.
 */
import type { Activation, Graph } from '@nnbp/core';

/** Nodes computed together. */
export interface Unit {
  readonly dense: boolean;
  /** Graph indices of its nodes; their rows lie one after another in this order. */
  readonly nodes: readonly number[];
  readonly firstRow: number;
  readonly activation: Activation;
  readonly scaleTrainable: boolean;
}

/** A graph in the order in which it is computed. */
export interface Plan {
  readonly units: readonly Unit[];
  /** For each node, its row. Inputs have the first rows, in their own order. */
  readonly rowOf: Uint32Array;
  /** The number of edges into sparse nodes. */
  readonly sparseEdges: number;
}

/** Below this many weights a dense unit costs more to set up than it saves. */
const minDenseWeights = 8;

/** Plans a graph in time proportional to its edges. */
export function plan(graph: Graph): Plan {
  const level = levels(graph);
  const eligible = ownWeights(graph);
  const predecessorKey = predecessorKeys(graph);

  const groups = new Map<string, number[]>();
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const key = [level[i], graph.activationOf[i], graph.scaleTrainable[i], eligible(i) ? predecessorKey[i] : -1].join();
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }

  // What is not worth a dense unit joins the sparse one of its level, g and kind of c.
  const dense: number[][] = [];
  const sparse = new Map<string, number[]>();
  for (const nodes of groups.values()) {
    const [first] = nodes;
    const fanIn = graph.edgeStart[first + 1] - graph.edgeStart[first];
    if (eligible(first) && nodes.length > 1 && nodes.length * fanIn >= minDenseWeights) {
      dense.push(nodes);
      continue;
    }
    const key = [level[first], graph.activationOf[first], graph.scaleTrainable[first]].join();
    const group = sparse.get(key) ?? [];
    sparse.set(key, group);
    for (const node of nodes) group.push(node);
  }

  const all = [
    ...dense.map((nodes) => ({ dense: true, nodes })),
    ...Array.from(sparse.values(), (nodes) => ({ dense: false, nodes: nodes.sort((a, b) => a - b) })),
  ].sort((a, b) => level[a.nodes[0]] - level[b.nodes[0]] || a.nodes[0] - b.nodes[0]);

  const rowOf = new Uint32Array(graph.nodeCount);
  for (let i = 0; i < graph.inputCount; i++) rowOf[i] = i;
  let row = graph.inputCount;
  let sparseEdges = 0;
  const units = all.map((unit): Unit => {
    const firstRow = row;
    for (const i of unit.nodes) {
      rowOf[i] = row++;
      if (!unit.dense) sparseEdges += graph.edgeStart[i + 1] - graph.edgeStart[i];
    }
    const [first] = unit.nodes;
    return {
      ...unit,
      firstRow,
      activation: graph.activations[graph.activationOf[first]],
      scaleTrainable: graph.scaleTrainable[first] === 1,
    };
  });
  return { units, rowOf, sparseEdges };
}

/** For each node, the length of the longest path to it. */
function levels(graph: Graph): Uint32Array {
  const level = new Uint32Array(graph.nodeCount);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    level[i] = 1;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const after = level[graph.predecessors[e]] + 1;
      if (after > level[i]) level[i] = after;
    }
  }
  return level;
}

/** Whether all of a node's weights are its own, side by side behind b and c, and nobody else's. */
function ownWeights(graph: Graph): (i: number) => boolean {
  const { sharedWeights } = graph;
  if (sharedWeights === undefined) return () => true;
  const users = new Uint32Array(graph.parameterCount);
  for (let e = 0; e < graph.edgeCount; e++) users[sharedWeights[e]]++;
  return (i) => {
    const first = graph.biasIndex(i) + 1 + graph.scaleTrainable[i];
    for (let e = graph.edgeStart[i], w = first; e < graph.edgeStart[i + 1]; e++, w++) {
      if (sharedWeights[e] !== w || users[w] > 1) return false;
    }
    return true;
  };
}

/** For each node a number that it shares with exactly the nodes that have the same predecessors in the same order. */
function predecessorKeys(graph: Graph): Uint32Array {
  const { edgeStart, predecessors } = graph;
  const key = new Uint32Array(graph.nodeCount);
  const byHash = new Map<number, number[]>();
  const same = (i: number, j: number) => {
    const length = edgeStart[i + 1] - edgeStart[i];
    if (edgeStart[j + 1] - edgeStart[j] !== length) return false;
    for (let k = 0; k < length; k++)
      if (predecessors[edgeStart[i] + k] !== predecessors[edgeStart[j] + k]) return false;
    return true;
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    let hash = 0;
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) hash = (Math.imul(hash, 0x01000193) ^ predecessors[e]) | 0;
    // One representative a distinct list: those that collide are told apart by comparing.
    const representatives = byHash.get(hash) ?? [];
    const known = representatives.find((j) => same(i, j));
    key[i] = known ?? i;
    if (known === undefined) byHash.set(hash, [...representatives, i]);
  }
  return key;
}
