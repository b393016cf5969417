/** From what a model was found to compute to a network: only what the outputs depend on, in the order it was found. */
import { identity, leakyRelu } from '@nnbp/activations';
import { type Activation, GraphBuilder, Network, NnbpError } from '@nnbp/core';
import type { Entry, Tape } from './tape.js';

/** Nodes found one after another with the same predecessors and g. */
interface Group {
  readonly nodes: number[];
  readonly g: Activation;
  readonly from: readonly number[];
}

/**
 * The network whose outputs are these entries.
 *
 * @param names - The ids of the inputs, and of the outputs if they are known.
 * @throws NnbpError `UNSUPPORTED` (an output depends on half an activation), `NOT_FINITE`, `NO_INPUTS`, `NO_OUTPUTS`
 */
export function networkOf(
  tape: Tape,
  outputs: readonly Entry[],
  names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] | undefined },
): Network {
  const outputNodes = distinctNodes(tape, outputs);
  const needed = neededBy(tape, outputNodes);
  const groups = group(tape, needed);
  const ids = nameAll(tape, groups, outputNodes, names);

  const builder = new GraphBuilder();
  for (const id of names.inputs) builder.input(id);
  for (const { nodes, g, from } of groups) {
    const options = { from: from.map((node) => ids[node]), activation: g, fixed: { c: 1 } } as const;
    const layer = from.length === 0 ? undefined : layerName(nodes.map((node) => ids[node]));
    if (layer !== undefined) builder.layer(nodes.length, { ...options, name: layer });
    else for (const node of nodes) builder.node(ids[node], options);
  }
  for (const node of outputNodes) builder.output(ids[node]);
  const network = new Network(builder.build());
  for (const { nodes } of groups) for (const node of nodes) setParameters(network, ids[node], tape.nodes[node]!.h);
  return network;
}

/** A node for each output; one that is there already is copied, since a node can be an output once. */
function distinctNodes(tape: Tape, outputs: readonly Entry[]): number[] {
  const found = new Set<number>();
  for (const entry of outputs) {
    const [node] = tape.node(entry).from;
    found.add(found.has(node) ? tape.apply(identity, entry).from[0] : node);
  }
  return [...found];
}

/** Which nodes are wanted: walked backwards, every node after those it needs has been seen by then. */
function neededBy(tape: Tape, outputNodes: readonly number[]): Uint8Array {
  const needed = new Uint8Array(tape.nodes.length);
  for (const node of outputNodes) needed[node] = 1;
  for (let node = tape.nodes.length - 1; node >= 0; node--) {
    if (needed[node] === 1) for (const j of tape.nodes[node]?.h.from ?? []) needed[j] = 1;
  }
  return needed;
}

/** |h|, where no softsign was made of it. */
const absolute = /* @__PURE__ */ leakyRelu.negativeSlope(-1);

function group(tape: Tape, needed: Uint8Array): Group[] {
  const groups: Group[] = [];
  tape.nodes.forEach((node, k) => {
    if (node === undefined || needed[k] === 0) return;
    const { h } = node;
    const g = 'unfinished' in node.g && node.g.unfinished === 'abs' ? absolute : node.g;
    if ('unfinished' in g) {
      throw new NnbpError(
        'UNSUPPORTED',
        `${g.label}: cannot be read as a network of scalar nodes: what follows does not make an activation of it.`,
      );
    }
    const last = groups.at(-1);
    if (last?.g === g && last.from === h.from) last.nodes.push(k);
    else groups.push({ nodes: [k], g, from: h.from });
  });
  return groups;
}

/** Each node's id: the outputs' as they are known, else layer and place. */
function nameAll(
  tape: Tape,
  groups: readonly Group[],
  outputNodes: readonly number[],
  names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] | undefined },
): string[] {
  const ids = new Array<string>(tape.nodes.length);
  names.inputs.forEach((id, node) => (ids[node] = id));
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

/** What a layer has to be called for its nodes to have these ids, if there is such a name. */
function layerName(ids: readonly string[]): string | undefined {
  const name = ids[0].slice(0, -'.0'.length);
  return ids.every((id, k) => id === `${name}.${k}`) ? name : undefined;
}

function setParameters({ graph, parameters }: Network, id: string, { weights, bias }: Entry): void {
  const i = graph.indexOf(id);
  const set = (what: string, index: number, value: number) => {
    if (!Number.isFinite(value)) {
      throw new NnbpError('NOT_FINITE', `${what} of node "${id}": expected a finite number, received ${value}.`);
    }
    parameters.vector[index] = value;
  };
  set('b', graph.biasIndex(i), bias);
  for (let k = 0; k < weights.length; k++) set('w', graph.weightIndex(graph.edgeStart[i] + k, i), weights[k]);
}
