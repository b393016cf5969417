/**
 * Edits of a graph, one function per edit. Each returns a new description and leaves the old one unchanged, so undo is a
 * list of descriptions.
 */
import type { NetworkDescription, NodeDescription } from '../state.js';
import { Refused } from './refusal.js';

/** Limits of a state (see `state.ts`). The limit of edges is what the page draws within about a second. */
export const most = { inputs: 200, nodes: 400, outputs: 200, fanIn: 200, edges: 3000 } as const;
/** Maximum length of an id in characters; see `state.ts`. */
export const longestId = 60;
/** Initial weight of an edge. */
const firstWeight = 0.5;

/** All nodes, inputs first. */
export const idsOf = ({ inputs, nodes }: NetworkDescription): string[] => [...inputs, ...nodes.map(({ id }) => id)];

export const edgeCountOf = ({ nodes }: NetworkDescription): number =>
  nodes.reduce((sum, { from }) => sum + from.length, 0);

/** The smallest number that is no node's id yet. */
export function freeId(network: NetworkDescription): string {
  const taken = new Set(idsOf(network));
  let k = 1;
  while (taken.has(String(k))) k++;
  return String(k);
}

/** Adds a node that has no edge yet. */
export function addNode(network: NetworkDescription, id: string): NetworkDescription {
  expectFree(network, id);
  const activation = network.nodes.at(-1)?.activation ?? 'tanh';
  return { ...network, nodes: [...network.nodes, { id, from: [], activation, b: 0, c: 1, w: [] }] };
}

/** Adds an input. */
export function addInput(network: NetworkDescription, id: string): NetworkDescription {
  expectFree(network, id);
  return { ...network, inputs: [...network.inputs, id] };
}

/** Removes a node or an input, with its edges. One output and one input stay. */
export function removeNode(network: NetworkDescription, id: string): NetworkDescription {
  const inputs = network.inputs.filter((other) => other !== id);
  const outputs = network.outputs.filter((other) => other !== id);
  if (inputs.length === 0) throw new Refused({ why: 'lastInput', id });
  if (outputs.length === 0) throw new Refused({ why: 'lastOutput', id });
  const nodes = network.nodes.filter((node) => node.id !== id).map((node) => withoutPredecessor(node, id));
  return { inputs, nodes, outputs };
}

/** Adds an edge. */
export function connect(network: NetworkDescription, from: string, to: string): NetworkDescription {
  if (network.inputs.includes(to)) throw new Refused({ why: 'intoInput', to });
  if (network.nodes.find(({ id }) => id === to)?.from.includes(from)) {
    throw new Refused({ why: 'doubledEdge', from, to });
  }
  const path = pathBetween(network, to, from);
  if (path !== undefined) throw new Refused({ why: 'cycle', nodes: [...path, to] });
  return changeNode(network, to, ({ from: predecessors, w }) => ({
    from: [...predecessors, from],
    w: [...w, firstWeight],
  }));
}

/** Removes an edge. */
export const disconnect = (network: NetworkDescription, from: string, to: string): NetworkDescription => ({
  ...network,
  nodes: network.nodes.map((node) => (node.id === to ? withoutPredecessor(node, from) : node)),
});

/** Renames a node everywhere. */
export function rename(network: NetworkDescription, id: string, next: string): NetworkDescription {
  if (next === id) return network;
  expectFree(network, next);
  const renamed = (other: string) => (other === id ? next : other);
  return {
    inputs: network.inputs.map(renamed),
    nodes: network.nodes.map((node) => ({ ...node, id: renamed(node.id), from: node.from.map(renamed) })),
    outputs: network.outputs.map(renamed),
  };
}

/** Marks a node as an output, as the last one, or no longer. */
export function setOutput(network: NetworkDescription, id: string, isOutput: boolean): NetworkDescription {
  const others = network.outputs.filter((other) => other !== id);
  if (!isOutput && others.length === 0) throw new Refused({ why: 'lastOutput', id });
  return { ...network, outputs: isOutput ? [...others, id] : others };
}

/** Turns a node into an input, removing its incoming edges, or an input into a node. */
export function setInput(network: NetworkDescription, id: string, isInput: boolean): NetworkDescription {
  if (isInput) {
    const nodes = network.nodes.filter((node) => node.id !== id);
    return { ...network, inputs: [...network.inputs, id], nodes };
  }
  const inputs = network.inputs.filter((other) => other !== id);
  if (inputs.length === 0) throw new Refused({ why: 'lastInput', id });
  return addNode({ ...network, inputs }, id);
}

/** Changes a node's activation or parameters. */
export const changeNode = (
  network: NetworkDescription,
  id: string,
  change: (node: NodeDescription) => Partial<NodeDescription>,
): NetworkDescription => ({
  ...network,
  nodes: network.nodes.map((node) => (node.id === id ? { ...node, ...change(node) } : node)),
});

/** The nodes of a shortest path, including both ends; undefined if there is none. */
function pathBetween(network: NetworkDescription, start: string, end: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  // Breadth-first: a map iterates in the order of insertion, including entries added during the iteration.
  for (const id of cameFrom.keys()) {
    if (id === end) {
      const path: string[] = [];
      for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const node of network.nodes) {
      if (node.from.includes(id) && !cameFrom.has(node.id)) cameFrom.set(node.id, id);
    }
  }
  return undefined;
}

function withoutPredecessor(node: NodeDescription, id: string): NodeDescription {
  const k = node.from.indexOf(id);
  return k < 0 ? node : { ...node, from: node.from.toSpliced(k, 1), w: node.w.toSpliced(k, 1) };
}

function expectFree(network: NetworkDescription, id: string): void {
  if (idsOf(network).includes(id)) throw new Refused({ why: 'doubledId', id });
}
