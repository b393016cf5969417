/** The last step of every importer: builds a network from nodes and their parameters. */
import {
  type Activation,
  type Aggregation,
  allFinite,
  edgeName,
  GraphBuilder,
  Network,
  NnbpError,
  type NodeOptions,
  type Source,
} from '@nnbp/core';
import { asMalformed } from '@nnbp/formats/shared';

/** A node of an imported network, with its parameters. */
export interface Part {
  readonly id: string;
  readonly from: readonly Source[];
  readonly activation: Activation;
  /** Default: the sum. */
  readonly aggregation?: Aggregation;
  readonly b: number;
  /** In the order of `from`. */
  readonly w: ArrayLike<number>;
  /** Scale. It is a constant, because no library trains a scale. Default: 1. */
  readonly c?: number;
  /** Set if b and w are constants. Default: b and w are parameters. */
  readonly constant?: true;
  /** Constant weights, by edge name. Default: none. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Names for b and for each weight. Parameters with the same name are shared between nodes. Default: not shared. */
  readonly shared?: { readonly b: string; readonly w: readonly string[] };
}

/** All nodes of a network, in any order. */
export interface Parts {
  /** Name for error messages, such as "The synaptic model". */
  readonly what: string;
  readonly inputs: readonly string[];
  readonly nodes: readonly Part[];
  readonly outputs: readonly string[];
}

/**
 * @throws NnbpError `NOT_FINITE` (a parameter is not finite or overflows during the conversion), `MALFORMED` (the nodes
 * do not form a valid graph)
 */
export function assemble({ what, inputs, nodes, outputs }: Parts): Network {
  const graph = asMalformed(what, () => {
    const builder = new GraphBuilder();
    for (const id of inputs) builder.input(id);
    for (let k = 0; k < nodes.length;) {
      const { id, from, activation, aggregation, shared } = nodes[k];
      const options = {
        from,
        activation,
        ...(aggregation && { aggregation }),
        ...(shared && { shared: { b: shared.b, w: byEdge(from, shared.w) } }),
        fixed: fixedOf(nodes[k]),
      };
      const { name, count } = layerAt(nodes, k);
      if (count > 1) builder.layer(count, { ...options, name });
      else builder.node(id, options);
      k += count;
    }
    builder.output(...outputs);
    return builder.build();
  });
  const network = new Network(graph, { initializer: () => 0 });
  const { vector } = network.parameters;
  nodes.forEach(({ id, from, b, c, w }, at) => {
    const i = graph.indexOf(id);
    if (!allFinite([b, c ?? 1]) || !allFinite(w)) {
      throw new NnbpError(
        'NOT_FINITE',
        `${what}, node "${id}": a parameter is not finite, or overflows during the conversion.`,
      );
    }
    if (nodes[at].constant === true) return;
    vector[graph.biasIndex(i)] = b;
    from.forEach((_, k) => {
      const index = graph.weightIndex(graph.edgeStart[i] + k, i);
      if (index >= 0) vector[index] = w[k];
    });
  });
  return network;
}

/** The constants of a node, as the `fixed` option of `GraphBuilder`. */
function fixedOf({ from, b, c, w, constant, fixed }: Part): NonNullable<NodeOptions['fixed']> {
  if (constant === true) return { b, c: c ?? 1, w: byEdge(from, w) };
  return { c: c ?? 1, ...(fixed && { w: fixed }) };
}

const byEdge = <T>(from: readonly Source[], values: ArrayLike<T>): Record<string, T> =>
  Object.fromEntries(from.map((source, k) => [edgeName(source), values[k]]));

/**
 * Returns the name and the node count of the layer that begins with node `first`. A layer consists of consecutive nodes
 * with the ids `name.0`, `name.1`, …. If no layer begins there, the count is 1.
 */
function layerAt(nodes: readonly Part[], first: number): { readonly name: string; readonly count: number } {
  const { id, from, activation } = nodes[first];
  const name = id.slice(0, -2);
  if (!isPlain(nodes[first]) || from.length === 0 || id !== `${name}.0`) return { name, count: 1 };
  let count = 1;
  for (; first + count < nodes.length; count++) {
    const next = nodes[first + count];
    const isSame = next.from === from && next.activation === activation && isPlain(next);
    if (!isSame || next.id !== `${name}.${count}`) break;
  }
  return { name, count };
}

/** Whether b and every weight are separate parameters, c is fixed at 1, and the aggregation is the sum. */
const isPlain = ({ c, aggregation, constant, fixed, shared }: Part) =>
  c === undefined && aggregation === undefined && constant === undefined && fixed === undefined && shared === undefined;
