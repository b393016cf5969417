/** Functions that edit a graph. Each returns a new description and leaves the old one unchanged. */
import { delayOf, initialOf } from '../network.js';
import type { NetworkDescription, NodeDescription } from '../state.js';
import { EditError } from './edit-error.js';

/** Edges with different delays can connect the same two nodes. */
export interface EdgeName {
  readonly from: string;
  readonly to: string;
  /** Delay in steps. */
  readonly delay: number;
}

/** Size limits of a graph, the same as in `state.ts`. Drawing the maximum number of edges takes about a second. */
export const max = { inputs: 200, nodes: 400, outputs: 200, fanIn: 200, edges: 3000 } as const;
/** Maximum length of an id in characters; see `state.ts`. */
export const maxIdLength = 60;
const initialWeight = 0.5;

/** The ids of all nodes, inputs first. */
export const idsOf = ({ inputs, nodes }: NetworkDescription): string[] => [...inputs, ...nodes.map(({ id }) => id)];

export const edgeCountOf = ({ nodes }: NetworkDescription): number =>
  nodes.reduce((sum, { from }) => sum + from.length, 0);

/** The smallest positive integer that is not used as an id. */
export function freeId(network: NetworkDescription): string {
  const taken = new Set(idsOf(network));
  let k = 1;
  while (taken.has(String(k))) k++;
  return String(k);
}

/** Adds a node without edges. It gets the activation of the last node, or tanh if there is none. */
export function addNode(network: NetworkDescription, id: string): NetworkDescription {
  expectFree(network, id);
  const activation = network.nodes.at(-1)?.activation ?? 'tanh';
  return { ...network, nodes: [...network.nodes, { id, from: [], activation, b: 0, c: 1, w: [] }] };
}

export function addInput(network: NetworkDescription, id: string): NetworkDescription {
  expectFree(network, id);
  return { ...network, inputs: [...network.inputs, id] };
}

/** Removes a node or an input, with its edges. */
export function removeNode(network: NetworkDescription, id: string): NetworkDescription {
  const inputs = network.inputs.filter((other) => other !== id);
  const outputs = network.outputs.filter((other) => other !== id);
  if (inputs.length === 0) throw new EditError({ reason: 'lastInput', id });
  if (outputs.length === 0) throw new EditError({ reason: 'lastOutput', id });
  const nodes = network.nodes.filter((node) => node.id !== id).map((node) => withoutEdges(node, (from) => from === id));
  return withoutRedundantEntries({ ...network, inputs, nodes, outputs });
}

/** Adds an edge. An edge without a delay must not close a cycle. */
export function connect(network: NetworkDescription, from: string, to: string, delay = 0): NetworkDescription {
  if (network.inputs.includes(to)) throw new EditError({ reason: 'intoInput', to });
  expectNewEdge(network, { from, to, delay });
  if (delay === 0) expectNoCycle(network, from, to, 'added');
  return withoutRedundantEntries(
    changeNode(network, to, (node) => ({
      from: [...node.from, from],
      delays: [...delaysOf(node), delay],
      w: [...node.w, initialWeight],
    })),
  );
}

export function disconnect(network: NetworkDescription, { from, to, delay }: EdgeName): NetworkDescription {
  const isEdge = (other: string, steps: number) => other === from && steps === delay;
  return withoutRedundantEntries({
    ...network,
    nodes: network.nodes.map((node) => (node.id === to ? withoutEdges(node, isEdge) : node)),
  });
}

export function setDelay(network: NetworkDescription, edge: EdgeName, delay: number): NetworkDescription {
  if (delay === edge.delay) return network;
  const { from, to } = edge;
  expectNewEdge(network, { from, to, delay });
  if (delay === 0) expectNoCycle(network, from, to, 'undelayed');
  return withoutRedundantEntries(
    changeNode(network, to, (node) => ({ delays: delaysOf(node).with(edgeIndex(node, edge), delay) })),
  );
}

/** Sets the initial value of a node. Delayed edges from this node read it in the first steps. */
export function setInitial(network: NetworkDescription, id: string, value: number): NetworkDescription {
  return value === initialOf(network, id)
    ? network
    : withoutRedundantEntries({ ...network, initial: { ...network.initial, [id]: value } });
}

/** Index of an edge among the incoming edges of its node; −1 if the edge does not exist. */
export const edgeIndex = (node: NodeDescription, { from, delay }: Omit<EdgeName, 'to'>): number =>
  node.from.findIndex((other, k) => other === from && delayOf(node, k) === delay);

/** The incoming edges of a node, in the order of its weights. */
export const edgesInto = (node: NodeDescription): EdgeName[] =>
  node.from.map((from, k) => ({ from, to: node.id, delay: delayOf(node, k) }));

export function rename(network: NetworkDescription, id: string, next: string): NetworkDescription {
  if (next === id) return network;
  expectFree(network, next);
  const renamed = (other: string) => (other === id ? next : other);
  const { initial } = network;
  return {
    inputs: network.inputs.map(renamed),
    nodes: network.nodes.map((node) => ({ ...node, id: renamed(node.id), from: node.from.map(renamed) })),
    outputs: network.outputs.map(renamed),
    ...(initial && {
      initial: Object.fromEntries(Object.entries(initial).map(([other, value]) => [renamed(other), value])),
    }),
  };
}

/** Appends a node to the outputs, or removes it from them. */
export function setOutput(network: NetworkDescription, id: string, isOutput: boolean): NetworkDescription {
  const others = network.outputs.filter((other) => other !== id);
  if (!isOutput && others.length === 0) throw new EditError({ reason: 'lastOutput', id });
  return { ...network, outputs: isOutput ? [...others, id] : others };
}

/** Turns an input into a node, or a node into an input. A node that becomes an input loses its incoming edges. */
export function setInput(network: NetworkDescription, id: string, isInput: boolean): NetworkDescription {
  if (isInput) {
    const nodes = network.nodes.filter((node) => node.id !== id);
    return { ...network, inputs: [...network.inputs, id], nodes };
  }
  const inputs = network.inputs.filter((other) => other !== id);
  if (inputs.length === 0) throw new EditError({ reason: 'lastInput', id });
  return addNode({ ...network, inputs }, id);
}

/** Changes a node's aggregation. The default, `sum`, is not stored. */
export const setAggregation = (network: NetworkDescription, id: string, aggregation: string): NetworkDescription => ({
  ...network,
  nodes: network.nodes.map((node) => {
    if (node.id !== id) return node;
    const { aggregation: _, ...others } = node;
    return aggregation === 'sum' ? others : { ...others, aggregation };
  }),
});

/** Changes a node. `change` returns the new values of some of its properties. */
export const changeNode = (
  network: NetworkDescription,
  id: string,
  change: (node: NodeDescription) => Partial<NodeDescription>,
): NetworkDescription => ({
  ...network,
  nodes: network.nodes.map((node) => (node.id === id ? { ...node, ...change(node) } : node)),
});

/** The nodes on a shortest path along edges without delay, including both ends; undefined if there is no path. */
function pathBetween(network: NetworkDescription, start: string, end: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  // Breadth-first: a Map iterates in insertion order and includes entries added during the iteration.
  for (const id of cameFrom.keys()) {
    if (id === end) {
      const path: string[] = [];
      for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const node of network.nodes) {
      if (edgeIndex(node, { from: id, delay: 0 }) >= 0 && !cameFrom.has(node.id)) cameFrom.set(node.id, id);
    }
  }
  return undefined;
}

/** Removes the incoming edges for which `isRemoved` returns true. */
function withoutEdges(node: NodeDescription, isRemoved: (from: string, delay: number) => boolean): NodeDescription {
  const isKept = edgesInto(node).map(({ from, delay }) => !isRemoved(from, delay));
  if (!isKept.includes(false)) return node;
  const filtered = <Value>(values: readonly Value[]) => values.filter((_, k) => isKept[k]);
  const { delays, from, w, ...others } = node;
  return { ...others, from: filtered(from), ...(delays && { delays: filtered(delays) }), w: filtered(w) };
}

const delaysOf = (node: NodeDescription): number[] => edgesInto(node).map(({ delay }) => delay);

/** Removes redundant entries: delays that are all 0, and initial values that are 0 or that no edge reads. */
function withoutRedundantEntries(network: NetworkDescription): NetworkDescription {
  const nodes = network.nodes.map((node) => {
    const { delays, ...others } = node;
    return delays === undefined || delays.some((delay) => delay > 0) ? node : others;
  });
  const read = new Set(nodes.flatMap((node) => edgesInto(node).flatMap(({ from, delay }) => (delay > 0 ? from : []))));
  const { initial = {}, ...others } = network;
  const used = Object.entries(initial).filter(([id, value]) => read.has(id) && value !== 0);
  return { ...others, nodes, ...(used.length > 0 && { initial: Object.fromEntries(used) }) };
}

function expectNewEdge(network: NetworkDescription, { from, to, delay }: EdgeName): void {
  const node = network.nodes.find(({ id }) => id === to);
  if (node && edgeIndex(node, { from, delay }) >= 0) throw new EditError({ reason: 'duplicateEdge', from, to, delay });
}

function expectNoCycle(network: NetworkDescription, from: string, to: string, edge: 'added' | 'undelayed'): void {
  const path = pathBetween(network, to, from);
  if (path !== undefined) throw new EditError({ reason: 'cycle', nodes: [...path, to], edge });
}

function expectFree(network: NetworkDescription, id: string): void {
  if (idsOf(network).includes(id)) throw new EditError({ reason: 'duplicateId', id });
}
