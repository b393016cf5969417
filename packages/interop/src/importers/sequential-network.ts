/**
 * Nodes that run one after another, with connections between them: a node that runs later is read one step late. Gates
 * multiply a connection by another node's value, and a connection from a node to itself adds its last sum to the next one.
 */
import { identity } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { type Activation, delayed, type Network, type Source } from '@nnbp/core';
import { assemble, type Part } from './assemble.js';
import type { JsonValue } from '@nnbp/formats/shared';

/** A node that computes c · g(factor · sum + shift), where the sum begins with its bias. */
export interface Computed {
  readonly output: boolean;
  readonly activation: Activation;
  readonly bias: number;
  /** Default 1. */
  readonly factor?: number;
  /** Default 0. */
  readonly shift?: number;
  readonly c?: number;
  /** Its sum and its value before the first step. Default 0. */
  readonly initial?: { readonly sum: number; readonly value: number };
}

/** A list of nodes and a list of connections. */
export interface SequentialNodes {
  readonly what: string;
  readonly nodes: readonly (Computed | 'input')[];
  /** The indices of the nodes, in the order in which they run. */
  readonly order: readonly number[];
  /** A list of `{ from, to, weight, gater }`. */
  readonly connections: JsonValue;
}

/** The edges into a node, and what its connection to itself reads. */
interface Incoming {
  readonly edges: Map<string, { readonly source: Source; readonly weight: number }>;
  self: { readonly source: Source; readonly weight: number } | undefined;
}

/**
 * The network. Where a connection has a gate, a node `FROM*GATER` is the product of both, and where a node has a connection
 * to itself, a node `INDEX.sum` is its sum. Any other node becomes one node.
 *
 * @throws NnbpError `UNSUPPORTED`, `MALFORMED`
 */
export function sequentialNetwork({ what, nodes, order, connections }: SequentialNodes): Network {
  const turn = new Uint32Array(nodes.length);
  order.forEach((k, at) => (turn[k] = at));
  const added = new Map<string, Part>();
  const add = (part: Part): string => {
    added.set(part.id, part);
    return part.id;
  };
  const initialOf = (k: number) => {
    const node = nodes[k];
    return node === 'input' ? undefined : node.initial;
  };
  /** What node `to` reads of node k when it runs. */
  const valueOf = (k: number, to: number): Source =>
    turn[k] < turn[to] ? String(k) : delayed(String(k), 1, { initial: initialOf(k)?.value ?? 0 });
  /** The gain is 1 until the gate has run. */
  const gated = (name: string, source: Source, gater: number, to: number): Source => {
    // The value of an input never becomes a gain.
    if (nodes[gater] === 'input') return source;
    const gain = add({
      id: `${gater}.gain`,
      from: [String(gater)],
      activation: identity,
      b: 0,
      w: [1],
      constant: true,
    });
    const isLate = turn[gater] >= turn[to];
    const from = [source, isLate ? delayed(gain, 1, { initial: 1 }) : gain];
    const id = `${name}${typeof source === 'string' ? '' : '@-1'}*${gater}${isLate ? '@-1' : ''}`;
    return add({ id, from, activation: identity, aggregation: product, b: 0, w: [1, 1], constant: true });
  };

  const incoming = nodes.map((): Incoming => ({ edges: new Map(), self: undefined }));
  for (const connection of connections.list()) {
    const from = connection.at('from').integer(0, nodes.length - 1);
    const to = connection.at('to').integer(0, nodes.length - 1);
    if (nodes[to] === 'input') connection.at('to').throwExpected('a node that is not an input');
    const gate = connection.at('gater');
    const gater = gate.present ? gate.integer(0, nodes.length - 1) : undefined;
    const weight = connection.at('weight').number();
    const { edges, self } = incoming[to];
    if (edges.has(String(from)) || (from === to && self !== undefined)) {
      connection.throwExpected(`one connection from ${from} to ${to}`);
    }
    if (from === to) {
      const before = delayed(`${to}.sum`, 1, { initial: initialOf(to)?.sum ?? 0 });
      incoming[to].self = { source: gater === undefined ? before : gated(`${to}.sum`, before, gater, to), weight };
    } else {
      const value = valueOf(from, to);
      edges.set(String(from), { source: gater === undefined ? value : gated(String(from), value, gater, to), weight });
    }
  }

  const parts: Part[] = [];
  for (const k of order) {
    const node = nodes[k];
    if (node === 'input') continue;
    const { edges, self } = incoming[k];
    const { activation, bias, c, factor = 1, shift = 0 } = node;
    const read = [...edges.values(), ...(self === undefined ? [] : [self])];
    const [from, weights] = [read.map(({ source }) => source), read.map(({ weight }) => weight)];
    const id = String(k);
    const scale = c === undefined ? {} : { c };
    if (self === undefined) {
      const w = weights.map((weight) => factor * weight);
      parts.push({ id, activation, b: factor * bias + shift, from, w, ...scale });
    } else {
      parts.push({ id: `${k}.sum`, activation: identity, b: bias, from, w: weights });
      parts.push({ id, activation, b: shift, from: [`${k}.sum`], w: [factor], constant: true, ...scale });
    }
  }
  const chosen = (isChosen: (node: Computed | 'input') => boolean) =>
    order.filter((k) => isChosen(nodes[k])).map(String);
  return assemble({
    what,
    inputs: chosen((node) => node === 'input'),
    nodes: [...added.values(), ...parts],
    outputs: chosen((node) => node !== 'input' && node.output),
  });
}
