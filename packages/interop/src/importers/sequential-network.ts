/**
 * Builds a network from nodes that run one after another, with connections between them. If a node reads a node that
 * runs later, it reads the value of the previous step. A connection can have a gate: a node whose value multiplies the
 * connection. A connection from a node to itself adds the node's previous sum, times the weight, to its next sum.
 */
import { identity } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { type Activation, delayed, type Network, type Source } from '@nnbp/core';
import { assemble, type Part } from './assemble.js';
import type { JsonValue } from '@nnbp/formats/shared';

/** A node that computes c · g(factor · sum + shift). The sum includes the bias of the node. */
export interface Computed {
  readonly output: boolean;
  readonly activation: Activation;
  readonly bias: number;
  /** Default: 1. */
  readonly factor?: number;
  /** Default: 0. */
  readonly shift?: number;
  readonly c?: number;
  /** Sum and value before the first step. Default: 0. */
  readonly initial?: { readonly sum: number; readonly value: number };
}

export interface SequentialNodes {
  /** Name for error messages: "The synaptic model". */
  readonly what: string;
  readonly nodes: readonly (Computed | 'input')[];
  /** The indices of the nodes, in the order in which they run. */
  readonly order: readonly number[];
  /** A list of `{ from, to, weight, gater }`. */
  readonly connections: JsonValue;
}

/** The edges into a node, and its connection to itself. */
interface Incoming {
  readonly edges: Map<string, { readonly source: Source; readonly weight: number }>;
  self: { readonly source: Source; readonly weight: number } | undefined;
}

/**
 * Each node of the model becomes one node of the network; its id is its index in `nodes`. Three kinds of nodes are
 * added: for a connection with a gate, a node `FROM*GATER`, the product of the two values; for a node that is a gate, a
 * node `GATER.gain` with its value; and for a node with a connection to itself, a node `INDEX.sum` with its sum. In the
 * id of a product, `@-1` marks a value of the previous step.
 *
 * @throws NnbpError `UNSUPPORTED`, `MALFORMED`
 */
export function sequentialNetwork({ what, nodes, order, connections }: SequentialNodes): Network {
  const position = new Uint32Array(nodes.length);
  order.forEach((k, at) => (position[k] = at));
  const gateNodes = new Map<string, Part>();
  const add = (part: Part): string => {
    gateNodes.set(part.id, part);
    return part.id;
  };
  const initialOf = (k: number) => {
    const node = nodes[k];
    return node === 'input' ? undefined : node.initial;
  };
  /** The value of node k that node `to` reads when it runs. */
  const valueOf = (k: number, to: number): Source =>
    position[k] < position[to] ? String(k) : delayed(String(k), 1, { initial: initialOf(k)?.value ?? 0 });
  /**
   * Returns the source multiplied by its gain, the value of the gate. If the gate does not run before node `to`, the
   * gain is that of the previous step, and 1 at the first step.
   */
  const gatedSource = (name: string, source: Source, gater: number, to: number): Source => {
    // If the gate is an input, neataptic and synaptic never update the gain, so it stays 1.
    if (nodes[gater] === 'input') return source;
    const gain = add({
      id: `${gater}.gain`,
      from: [String(gater)],
      activation: identity,
      b: 0,
      w: [1],
      constant: true,
    });
    const isLate = position[gater] >= position[to];
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
      incoming[to].self = {
        source: gater === undefined ? before : gatedSource(`${to}.sum`, before, gater, to),
        weight,
      };
    } else {
      const value = valueOf(from, to);
      edges.set(String(from), {
        source: gater === undefined ? value : gatedSource(String(from), value, gater, to),
        weight,
      });
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
  const selectIds = (isSelected: (node: Computed | 'input') => boolean) =>
    order.filter((k) => isSelected(nodes[k])).map(String);
  return assemble({
    what,
    inputs: selectIds((node) => node === 'input'),
    nodes: [...gateNodes.values(), ...parts],
    outputs: selectIds((node) => node !== 'input' && node.output),
  });
}
