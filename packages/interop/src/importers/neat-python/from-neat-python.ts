/** An evolved genome as a network: what evolution found, ready to be trained. */
import { hardTanh } from '@nnbp/activations';
import type { Network } from '@nnbp/core';
import { assemble, type Part } from '../assemble.js';
import { fromNeat } from './functions.js';
import { type FoundGenome, type NeatNode, type Placed, readGenome, what } from './genome.js';

/**
 * Reads a feed-forward genome of neat-python: an object of the form of {@link NeatGenome} (see the guide for the four lines
 * of Python that write it), or what `neat.export` writes. Ids are the keys. The node there is g(bias + response · Σ), and
 * some of its functions are ours of a multiple (its sigmoid is σ(5z), its tanh tanh(2.5z)): response and multiple are
 * multiplied into weights and biases, so the outputs are the same but for rounding. Each c is fixed at 1.
 *
 * `sin` and `softplus` clamp their argument to ±60 there, so such a node becomes two here: `"7 held"`, a hard tanh, and
 * `"7"`. Disabled connections are left out. A node without enabled incoming connections is g(bias), as in neat-python 1.0
 * and later; before 1.0 such an output was 0, and such a hidden node was left out with everything that depends on it.
 *
 * @param json - The object, or its text (of up to some ten thousand connections; parse a longer one yourself).
 * @throws NnbpError `UNSUPPORTED` (an aggregation other than sum; an activation that has no like here: inv, log, exp, hat,
 * square, cube, or one's own; a recurrent genome), `MALFORMED`, `NOT_FINITE` (a weight that overflows when multiplied)
 *
 * @example
 * ```ts
 * import { fromNeatPython } from '@nnbp/interop';
 *
 * const network = fromNeatPython({
 *   input_keys: [-1],
 *   output_keys: [0],
 *   nodes: [{ key: 0, bias: 0.5, response: 2, activation: 'tanh', aggregation: 'sum' }],
 *   connections: [{ key: [-1, 0], weight: 3, enabled: true }],
 * });
 * network.getParameters('0').b; // 1.25
 * network.getParameters('0').w['-1']; // 15
 * ```
 */
export function fromNeatPython(json: unknown): Network {
  const genome = readGenome(json);
  const incoming = connectionsByNode(genome);
  const nodes = new Map(genome.nodes.map((node) => [node.gene.key, node]));
  const parts = runningOrder(genome, incoming).flatMap((key) => partsOf(nodes.get(key)!, [...incoming.get(key)!]));
  return assemble({ what, inputs: genome.inputs.map(String), nodes: parts, outputs: genome.outputs.map(String) });
}

type Incoming = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** For each node its enabled connections: the weight by the key where it comes from. */
function connectionsByNode({ inputs, nodes, connections }: FoundGenome): Incoming {
  const known = new Set(inputs);
  const incoming = new Map<number, Map<number, number>>();
  for (const { gene, place } of nodes) {
    if (known.has(gene.key)) place.refuse('a key that no other node or input has');
    known.add(gene.key);
    incoming.set(gene.key, new Map());
  }
  for (const { gene, place } of connections) {
    const [from, to] = gene.key;
    const weights = incoming.get(to) ?? place.refuse(`a connection to a node, not to ${to}`);
    if (!known.has(from)) place.refuse(`a connection from a node or input, not from ${from} to ${to}`);
    if (!gene.enabled) continue;
    if (weights.has(from)) place.refuse(`one connection from ${from} to ${to}`);
    weights.set(from, gene.weight);
  }
  return incoming;
}

/** Every node after all that it waits for. */
function runningOrder({ nodes, inputs }: FoundGenome, incoming: Incoming): number[] {
  const waiting = new Map<number, number>();
  const outgoing = new Map<number, number[]>();
  const given = new Set(inputs);
  const ready: number[] = [];
  for (const { gene } of nodes) {
    const sources = [...incoming.get(gene.key)!.keys()].filter((source) => !given.has(source));
    waiting.set(gene.key, sources.length);
    if (sources.length === 0) ready.push(gene.key);
    for (const source of sources) {
      const known = outgoing.get(source);
      if (known === undefined) outgoing.set(source, [gene.key]);
      else known.push(gene.key);
    }
  }
  for (const key of ready) {
    for (const next of outgoing.get(key) ?? []) {
      const left = waiting.get(next)! - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  const stuck = nodes.find(({ gene }) => waiting.get(gene.key)! > 0);
  if (stuck !== undefined) {
    stuck.place.unsupported(`node ${stuck.gene.key} waits for its own value: the genome is recurrent.`);
  }
  return ready;
}

/** h = factor · (bias + response · Σ weight · value) */
function partsOf({ gene, place }: Placed<NeatNode>, from: readonly (readonly [number, number])[]): Part[] {
  const { key, bias, response, activation: name, aggregation } = gene;
  if (aggregation !== 'sum') place.at('aggregation').unsupported('a node here can only add up what comes in.');
  const { activation, factor, held, c } =
    fromNeat.get(name) ??
    place.at('activation').unsupported(`the ones that can be had are ${[...fromNeat.keys()].join(', ')}.`);
  const id = String(key);
  const sum = (multiple: number) => ({
    from: from.map(([source]) => String(source)),
    b: multiple * bias,
    w: from.map(([, weight]) => multiple * response * weight),
  });
  if (held === undefined) return [{ id, activation, ...sum(factor) }];
  const before = { id: `${id} held`, activation: hardTanh, ...sum(factor / held) };
  return [before, { id, from: [before.id], activation, b: 0, w: [held], ...(c !== undefined && { c }) }];
}
