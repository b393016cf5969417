/** Imports an evolved neat-python genome as a network that can be trained further. */
import { hardTanh } from '@nnbp/activations';
import { max, maxAbs, mean, median, min, product } from '@nnbp/aggregations';
import { type Aggregation, delayed, type Network } from '@nnbp/core';
import { assemble, type Part } from '../assemble.js';
import { fromNeat } from './functions.js';
import { type ParsedGenome, type NeatNode, type Parsed, readGenome, genomeLabel } from './genome.js';

/** Options of {@link fromNeatPython}. */
export interface NeatPythonOptions {
  /**
   * Set to true for a genome that ran as a `RecurrentNetwork` of neat-python: each connection from a node reads the
   * value of the previous step, which is 0 at first; connections from inputs read the current step. Default: false, a
   * `FeedForwardNetwork`.
   */
  readonly recurrent?: boolean;
}

/**
 * The aggregations of neat-python by name, except the sum. `negative` replaces an aggregation that is multiplied by a
 * negative number: a maximum becomes a minimum.
 */
const aggregations: ReadonlyMap<string, { readonly positive: Aggregation; readonly negative: Aggregation }> = new Map([
  ['product', { positive: product, negative: product }],
  ['max', { positive: max, negative: min }],
  ['min', { positive: min, negative: max }],
  ['maxabs', { positive: maxAbs, negative: maxAbs }],
  ['median', { positive: median, negative: median }],
  ['mean', { positive: mean, negative: mean }],
]);

/**
 * Imports a neat-python genome: an object in the form of {@link NeatGenome} (the guide shows four lines of Python that
 * write it), or the JSON of `neat.export`. Node ids are the keys. A node of neat-python is g(bias + response · A),
 * where A is the sum, product, max, min, maxabs, median or mean of weight · value. Some activations of neat-python are
 * steeper: its sigmoid is σ(5z), and its tanh is tanh(2.5z). The response and the factor of z are multiplied into
 * weights and biases, so the outputs are equal up to rounding. The scale c of a node is fixed at 1, or at 0.2 in
 * softplus nodes.
 *
 * neat-python clamps the argument of `sin` and `softplus` to [−60, 60], so such a node becomes two nodes. For example,
 * node 7 becomes `"7 clamped"`, a hard tanh, and `"7"`, whose b, w and c are fixed. Disabled connections are omitted. A
 * node without enabled incoming connections is g(bias), as in neat-python 1.0 and later. Before 1.0, an output without
 * enabled incoming connections was 0, and a hidden node without them was omitted, together with everything that depends
 * on it.
 *
 * @param json - The object, or a JSON string with up to about ten thousand connections. Parse a longer string yourself.
 * @param options - `recurrent: true` for a genome that ran as a `RecurrentNetwork`.
 * @throws NnbpError `UNSUPPORTED` (an activation without an equivalent: inv, log, exp, hat, square, cube, or a custom
 * one; a custom aggregation; a recurrent genome without `recurrent`; a node without enabled incoming connections, if
 * `recurrent` is set or the node's aggregation is not the sum), `MALFORMED`, `NOT_FINITE` (a weight that overflows when
 * multiplied), `TOO_LARGE` (a string that is too long)
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
export function fromNeatPython(json: unknown, { recurrent = false }: NeatPythonOptions = {}): Network {
  const genome = readGenome(json);
  const incoming = connectionsByNode(genome);
  const nodes = new Map(genome.nodes.map((node) => [node.gene.key, node]));
  const inputs = new Set(genome.inputs);
  const order = recurrent ? [...nodes.keys()] : topologicalOrder(genome, incoming);
  const isDelayed = (source: number) => recurrent && !inputs.has(source);
  const parts = order.flatMap((key) => partsOf(nodes.get(key)!, [...incoming.get(key)!], recurrent, isDelayed));
  return assemble({
    what: genomeLabel,
    inputs: genome.inputs.map(String),
    nodes: parts,
    outputs: genome.outputs.map(String),
  });
}

type Incoming = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** The enabled connections to each node: weights by the key of the source. */
function connectionsByNode({ inputs, nodes, connections }: ParsedGenome): Incoming {
  const known = new Set(inputs);
  const incoming = new Map<number, Map<number, number>>();
  for (const { gene, json } of nodes) {
    if (known.has(gene.key)) json.throwExpected('a key that no other node or input has');
    known.add(gene.key);
    incoming.set(gene.key, new Map());
  }
  for (const { gene, json } of connections) {
    const [from, to] = gene.key;
    const weights = incoming.get(to) ?? json.throwExpected(`a connection to a node, not to ${to}`);
    if (!known.has(from)) json.throwExpected(`a connection to ${to} from a node or input, not from ${from}`);
    if (!gene.enabled) continue;
    if (weights.has(from)) json.throwExpected(`one connection from ${from} to ${to}`);
    weights.set(from, gene.weight);
  }
  return incoming;
}

function topologicalOrder({ nodes, inputs }: ParsedGenome, incoming: Incoming): number[] {
  const waiting = new Map<number, number>();
  const outgoing = new Map<number, number[]>();
  const inputKeys = new Set(inputs);
  const ready: number[] = [];
  for (const { gene } of nodes) {
    const sources = [...incoming.get(gene.key)!.keys()].filter((source) => !inputKeys.has(source));
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
    stuck.json.unsupported(
      `node ${stuck.gene.key} depends on a cycle of connections, so the genome is recurrent. Read it with { recurrent: true }.`,
    );
  }
  return ready;
}

/**
 * The nodes of a gene: h = factor · (bias + response · A(weight · value)), with factor · response multiplied into the
 * weights inside A.
 */
function partsOf(
  { gene, json }: Parsed<NeatNode>,
  from: readonly (readonly [number, number])[],
  recurrent: boolean,
  isDelayed: (source: number) => boolean,
): Part[] {
  const { key, bias, response, activation: name, aggregation } = gene;
  const { activation, factor, clampedAt, c } =
    fromNeat.get(name) ?? json.at('activation').unsupported(`expected one of ${[...fromNeat.keys()].join(', ')}.`);
  const known = aggregations.get(aggregation);
  if (known === undefined && aggregation !== 'sum') {
    json.at('aggregation').unsupported(`expected one of sum, ${[...aggregations.keys()].join(', ')}.`);
  }
  if (from.length === 0 && (recurrent || known !== undefined)) {
    json.unsupported(
      `node ${key} has no enabled incoming connection, so its value depends on the version of neat-python. Remove the node or enable a connection.`,
    );
  }
  const id = String(key);
  const sources = from.map(([source]) => (isDelayed(source) ? delayed(String(source)) : String(source)));
  const scaledBy = (multiple: number) => {
    const inner = multiple * response;
    // In a product, only one weight is multiplied by the factor.
    const factorOf = (k: number) => (aggregation === 'product' && k > 0 ? 1 : inner);
    return {
      from: sources,
      ...(known && { aggregation: inner < 0 ? known.negative : known.positive }),
      b: multiple * bias,
      w: from.map(([, weight], k) => factorOf(k) * weight),
    };
  };
  if (clampedAt === undefined) return [{ id, activation, ...scaledBy(factor) }];
  const before = { id: `${id} clamped`, activation: hardTanh, ...scaledBy(factor / clampedAt) };
  return [
    before,
    { id, from: [before.id], activation, b: 0, w: [clampedAt], ...(c !== undefined && { c }), constant: true },
  ];
}
