/**
 * Builds a network from the tape of an ONNX model (see tape.ts). The network has the nodes that the outputs depend on, in
 * the order of the tape.
 */
import { identity, leakyRelu } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import {
  type Activation,
  type Aggregation,
  delayed,
  GraphBuilder,
  mismatch,
  Network,
  NnbpError,
  type NodeOptions,
  type Source,
  edgeName,
} from '@nnbp/core';
import { Delays } from './delays.js';
import type { Entry, Fixed, Tape, TapeNode } from './tape.js';

/** Consecutive nodes with the same predecessors, aggregation and activation. */
interface Group {
  readonly nodes: number[];
  readonly g: Activation;
  readonly aggregation: Aggregation | undefined;
  readonly from: readonly number[];
}

/** The source of an edge, and the factor by which the weight of the edge is multiplied. */
interface Edge {
  readonly source: Source;
  readonly scale: number;
}

/** A node of the network, created from a node on the tape. */
interface NetworkNode {
  readonly g: Activation;
  readonly aggregation: Aggregation | undefined;
  readonly h: Entry;
  readonly fixed: Fixed | undefined;
}

/**
 * Builds the network whose outputs are these entries.
 *
 * @param names - The ids of the inputs and, if known, the ids of the outputs.
 * @throws NnbpError `UNSUPPORTED` (an output depends on an incomplete activation), `NOT_FINITE`, `NO_INPUTS`,
 * `NO_OUTPUTS`
 */
export function networkOf(
  tape: Tape,
  outputs: readonly Entry[],
  names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] | undefined },
): Network {
  const outputNodes = distinctNodes(tape, outputs);
  const delays = new Delays(tape);
  const needed = neededBy(tape, outputNodes, delays);
  const groups = group(needed);
  const ids = nameAll(tape, groups, outputNodes, names);
  /** The edge that reads a node or a state. `node` is its index on the tape. */
  const edgeFrom = (node: number): Edge => {
    if (!tape.states.has(node)) return { source: ids[node], scale: 1 };
    const { node: predecessor, steps, scale } = delays.of(node);
    const initial = delays.initial(predecessor);
    return { source: delayed(ids[predecessor], steps, initial === 0 ? {} : { initial }), scale };
  };

  const builder = new GraphBuilder();
  for (const id of names.inputs) builder.input(id);
  for (const { nodes, g, aggregation, from } of groups) {
    const options = { from: from.map((node) => edgeFrom(node).source), activation: g, fixed: { c: 1 } } as const;
    const layer = from.length === 0 ? undefined : layerName(nodes.map((node) => ids[node]));
    if (aggregation !== undefined) {
      for (const node of nodes) {
        // Neither a pooling window nor a product that applies a gate has parameters.
        const { weights, bias } = needed.get(node)!.h;
        const isPlain = bias === 0 && from.every((node, k) => weights[k] * edgeFrom(node).scale === 1);
        builder.node(ids[node], { ...options, aggregation, ...(isPlain && { fixed: { b: 0, c: 1, w: 1 } }) });
      }
    } else if (nodes.some((node) => hasSharedOrFixed(needed.get(node)!))) {
      for (const node of nodes) {
        const { h, fixed } = needed.get(node)!;
        const edges = from.map((node) => edgeFrom(node));
        builder.node(ids[node], {
          ...options,
          ...sharedBy(h, fixed, edges),
          fixed: { c: 1, ...fixedBy(h, fixed, edges) },
        });
      }
    } else if (layer !== undefined) builder.layer(nodes.length, { ...options, name: layer });
    else for (const node of nodes) builder.node(ids[node], options);
  }
  for (const node of outputNodes) builder.output(ids[node]);
  const network = new Network(builder.build());
  for (const { nodes, from } of groups) {
    const scales = from.map((node) => edgeFrom(node).scale);
    for (const node of nodes) setParameters(network, ids[node], needed.get(node)!.h, scales);
  }
  return network;
}

const hasSharedOrFixed = ({ h, fixed }: NetworkNode) => h.share !== undefined || fixed !== undefined;

/** Names of the parameters that the nodes of a filter share, or that a gate shares over all steps. */
function sharedBy({ share }: Entry, fixed: Fixed | undefined, edges: readonly Edge[]): Pick<NodeOptions, 'shared'> {
  if (share === undefined || edges.some(({ scale }) => scale !== 1)) return {};
  const trained = edges.slice(0, fixed?.firstEdge);
  const w = trained.map((edge, k) => [edgeName(edge.source), `${share.key}.${share.indices[k]}`] as const);
  return { shared: { b: share.key, w: Object.fromEntries(w) } };
}

/** The constants of a node, as the `fixed` option of `GraphBuilder`. */
function fixedBy({ weights, bias }: Entry, fixed: Fixed | undefined, edges: readonly Edge[]): NodeOptions['fixed'] {
  if (fixed === undefined) return {};
  const w = edges.map((edge, k) => [edgeName(edge.source), weights[k] * edge.scale] as const).slice(fixed.firstEdge);
  return { ...(fixed.b && { b: bias }), w: Object.fromEntries(w) };
}

/**
 * Returns one node per output. A node that is already an output is copied, because a node can be an output only once. A
 * state (a value of the previous step) is copied to a node, because only a node can be an output.
 */
function distinctNodes(tape: Tape, outputs: readonly Entry[]): number[] {
  const found = new Set<number>();
  for (const entry of outputs) {
    const [node] = tape.node(entry).from;
    found.add(found.has(node) || tape.states.has(node) ? tape.apply(identity, entry).from[0] : node);
  }
  return [...found];
}

/** All nodes on which the outputs depend, at this step or an earlier step. */
function neededBy(tape: Tape, outputNodes: readonly number[], delays: Delays): ReadonlyMap<number, NetworkNode> {
  const needed = new Map<number, NetworkNode>();
  const remaining = [...outputNodes];
  for (let node = remaining.pop(); node !== undefined; node = remaining.pop()) {
    if (tape.states.has(node)) node = delays.of(node).node;
    const tapeNode = tape.nodes[node];
    if (tapeNode === undefined || needed.has(node)) continue;
    const converted = networkNode(tape, tapeNode);
    needed.set(node, converted);
    for (const j of converted.h.from) remaining.push(j);
  }
  return needed;
}

/** |h|, if it is not part of a softsign. */
const absolute = /* @__PURE__ */ leakyRelu.negativeSlope(-1);

/**
 * Converts a node of the tape. Operations that are not part of an activation become nodes, and an aggregation and its
 * activation become one node.
 */
function networkNode(tape: Tape, { g, h, aggregation, fixed }: TapeNode): NetworkNode {
  if ('part' in g) {
    if (g.part === 'abs') return { g: absolute, aggregation, h, fixed };
    if (g.part === 'square') {
      // A node has at most one edge from each predecessor, so the second factor is a copy.
      const [factor, copy] = [tape.node(h), tape.apply(identity, h)];
      return {
        g: identity,
        aggregation: product,
        h: { from: [factor.from[0], copy.from[0]], weights: [1, 1], bias: 0 },
        fixed,
      };
    }
    throw new NnbpError(
      'UNSUPPORTED',
      `${g.label}: not supported: the operations after it do not complete an activation.`,
    );
  }
  const inner = tape.nodeOf(h);
  if (inner?.aggregation === undefined || h.weights[0] !== 1) return { g, aggregation, h, fixed };
  return { g, aggregation: inner.aggregation, h: { ...inner.h, bias: h.bias }, fixed: undefined };
}

function group(needed: ReadonlyMap<number, NetworkNode>): Group[] {
  const groups: Group[] = [];
  for (const [node, { g, aggregation, h }] of [...needed].sort(([a], [b]) => a - b)) {
    const last = groups.at(-1);
    if (last?.g === g && last.from === h.from && last.aggregation === aggregation) last.nodes.push(node);
    else groups.push({ nodes: [node], g, aggregation, from: h.from });
  }
  return groups;
}

/** The id of each node: the known id of an output, otherwise layer and index. */
function nameAll(
  tape: Tape,
  groups: readonly Group[],
  outputNodes: readonly number[],
  names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] | undefined },
): string[] {
  const ids = new Array<string>(tape.nodes.length);
  let input = 0;
  tape.nodes.forEach((node, k) => {
    if (node === undefined && !tape.states.has(k)) ids[k] = names.inputs[input++];
  });
  const taken = new Set(names.inputs);
  names.outputs?.forEach((id, k) => {
    const node = outputNodes[k];
    if (ids[node] !== undefined || taken.has(id)) return;
    ids[node] = id;
    taken.add(id);
  });
  groups.forEach(({ nodes }, layer) => {
    nodes.forEach((node, k) => {
      let id = `layer${layer + 1}.${k}`;
      while (ids[node] === undefined && taken.has(id)) id += "'";
      ids[node] ??= id;
    });
  });
  return ids;
}

/** The name of a layer whose nodes would have these ids; undefined if there is none. */
function layerName(ids: readonly string[]): string | undefined {
  const name = ids[0].slice(0, -'.0'.length);
  return ids.every((id, k) => id === `${name}.${k}`) ? name : undefined;
}

function setParameters(
  { graph, parameters }: Network,
  id: string,
  { weights, bias }: Entry,
  scales: readonly number[],
): void {
  const i = graph.indexOf(id);
  const set = (what: string, index: number, value: number) => {
    if (!Number.isFinite(value)) {
      throw mismatch('NOT_FINITE', `${what} of node "${id}"`, 'a finite number', value);
    }
    // A fixed parameter already has its value.
    if (index >= 0) parameters.vector[index] = value;
  };
  set('b', graph.biasIndex(i), bias);
  for (let k = 0; k < weights.length; k++) {
    set('w', graph.weightIndex(graph.edgeStart[i] + k, i), weights[k] * scales[k]);
  }
}
