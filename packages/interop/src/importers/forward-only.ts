/**
 * Shared by the importers of synaptic and neataptic: nodes that run in order, and connections between any two of them.
 * Forward connections are edges; others are recurrent and rejected.
 */
import type { Activation, Network } from '@nnbp/core';
import { assemble, type Part } from './assemble.js';
import type { Found } from './found.js';

/** A computed node. */
export interface Computed {
  readonly output: boolean;
  readonly activation: Activation;
  readonly b: number;
  /** Factor of the sum, which is multiplied into the weights. b already includes it. */
  readonly factor?: number;
  readonly c?: number;
}

/** A list of nodes and a list of connections. */
export interface Running {
  readonly what: string;
  readonly nodes: readonly (Computed | 'input')[];
  /** Positions of the nodes, in the order in which they run. */
  readonly order: readonly number[];
  /** A list of `{ from, to, weight, gater }`. */
  readonly connections: Found;
}

/** @throws NnbpError `UNSUPPORTED`, `MALFORMED` */
export function forwardOnly({ what, nodes, order, connections }: Running): Network {
  const turn = new Uint32Array(nodes.length);
  order.forEach((k, at) => (turn[k] = at));
  const incoming = nodes.map(() => new Map<string, number>());
  for (const connection of connections.list()) {
    const from = connection.at('from').whole(0, nodes.length - 1);
    const to = connection.at('to').whole(0, nodes.length - 1);
    if (connection.at('gater').present) {
      connection.unsupported(
        `the connection from ${from} to ${to} is gated: its weight changes with another node's value, and none does here.`,
      );
    }
    if (from === to) {
      connection.unsupported(`node ${to} has a connection to itself: it remembers, and a node here does not.`);
    }
    if (turn[from] > turn[to]) {
      connection.unsupported(
        `the connection from ${from} to ${to} is recurrent: it brings the value of the sample before, and there is none here.`,
      );
    }
    const node = nodes[to];
    if (node === 'input') return connection.at('to').refuse('a node that is no input');
    if (incoming[to].has(String(from))) connection.refuse(`one connection from ${from} to ${to}`);
    incoming[to].set(String(from), (node.factor ?? 1) * connection.at('weight').number());
  }
  const parts: Part[] = [];
  for (const k of order) {
    const node = nodes[k];
    if (node === 'input') continue;
    const { activation, b, c } = node;
    const own = { id: String(k), activation, b, from: [...incoming[k].keys()], w: [...incoming[k].values()] };
    parts.push(c === undefined ? own : { ...own, c });
  }
  const chosen = (wanted: (node: Computed | 'input') => boolean) => order.filter((k) => wanted(nodes[k])).map(String);
  return assemble({
    what,
    inputs: chosen((node) => node === 'input'),
    nodes: parts,
    outputs: chosen((node) => node !== 'input' && node.output),
  });
}
