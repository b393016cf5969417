/** Names of quantities, as objects and as strings such as "dloss/dw_2to4". */
import { type Graph, NnbpError } from '@nnbp/core';

/**
 * The name of a quantity. Derivatives with respect to parameters are in the gradients of a pass; all other quantities
 * are in its cache.
 */
export interface QuantityName {
  /** Kind of quantity. */
  readonly quantity: 'h' | 'g' | 'x' | 'slope' | 'dAdz' | 'dLossDx' | 'dLossDb' | 'dLossDc' | 'dLossDw';
  /** Id of the node. */
  readonly node: string;
  /** Id of the predecessor; only for `dAdz` and `dLossDw`. */
  readonly from?: string;
}

const prefixes = {
  dLossDw: 'dloss/dw_',
  dLossDb: 'dloss/db_',
  dLossDc: 'dloss/dc_',
  dLossDx: 'dloss/dx_',
  dAdz: 'dA/dz_',
  slope: 'slope_',
  x: 'x_',
  h: 'h_',
  g: 'g_',
} as const;

/**
 * Returns the name as a string: "dloss/dw_2to4", "dA/dz_2to4", "dloss/dx_4", "slope_4", "x_4".
 *
 * @example
 * ```ts
 * import { nameOf } from '@nnbp/explain';
 *
 * nameOf({ quantity: 'dLossDw', node: '4', from: '2' }); // 'dloss/dw_2to4'
 * ```
 */
export function nameOf({ quantity, node, from }: QuantityName): string {
  return prefixes[quantity] + (isOfEdge(quantity) ? `${from}to${node}` : node);
}

const isOfEdge = (quantity: QuantityName['quantity']): quantity is 'dAdz' | 'dLossDw' =>
  quantity === 'dAdz' || quantity === 'dLossDw';

/**
 * Parses the name of a quantity; the inverse of {@link nameOf}. If an id contains "to", the edges of the graph decide
 * where to split the name.
 *
 * @throws NnbpError `UNKNOWN_ID` (no such quantity, node, edge or parameter, or an ambiguous name), `FIXED_PARAMETER`
 */
export function parseQuantity(graph: Graph, text: string): QuantityName {
  for (const [quantity, prefix] of Object.entries(prefixes) as [QuantityName['quantity'], string][]) {
    if (!text.startsWith(prefix)) continue;
    const rest = text.slice(prefix.length);
    return expectQuantity(graph, isOfEdge(quantity) ? edgeIn(graph, quantity, rest) : { quantity, node: rest });
  }
  throw new NnbpError(
    'UNKNOWN_ID',
    `"${text}" is not the name of a quantity: expected dloss/dw_ or dA/dz_ followed by FROMtoNODE, or dloss/db_, dloss/dc_, dloss/dx_, slope_, x_, h_ or g_ followed by the id of a node.`,
  );
}

/**
 * Returns the quantity if the graph has it.
 *
 * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`
 */
export function expectQuantity(graph: Graph, { quantity, node, from }: QuantityName): QuantityName {
  const i = graph.indexOf(node);
  if (quantity === 'x' || quantity === 'dLossDx') return { quantity, node };
  if (i < graph.inputCount) {
    const label = prefixes[quantity].slice(0, -1);
    throw new NnbpError('UNKNOWN_ID', `Node "${node}" is an input: it has x and dloss/dx, but no ${label}.`);
  }
  if (quantity === 'dLossDc' && graph.scaleIndex(i) < 0) throw fixed('c', node);
  if (quantity === 'dLossDb' && graph.biasIndex(i) < 0) throw fixed('b', node);
  if (!isOfEdge(quantity)) return { quantity, node };
  const edge = from === undefined ? -1 : edgeNamed(graph, from, i);
  if (from === undefined) {
    throw new NnbpError(
      'UNKNOWN_ID',
      `Node "${node}": expected the id of a predecessor as \`from\`, received nothing.`,
    );
  }
  if (edge < 0) {
    let hasEdges = false;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      hasEdges ||= graph.ids[graph.predecessors[e]] === from;
    }
    throw new NnbpError(
      'UNKNOWN_ID',
      hasEdges
        ? `Node "${node}" has several edges from "${from}": add the delay to the id, as in "${from}@-1".`
        : `Node "${node}" has no edge from "${from}".`,
    );
  }
  if (quantity === 'dAdz' && !hasDAdz(graph, i)) {
    const how =
      graph.aggregation(i) === undefined
        ? 'sums its edges, so dA/dz is always 1'
        : 'multiplies its edges, so dA/dz is the product of the other factors';
    throw new NnbpError('UNKNOWN_ID', `Node "${node}" has no quantity dA/dz: it ${how}.`);
  }
  if (quantity === 'dLossDw' && graph.weightIndex(edge, i) < 0) throw fixed(`w from "${from}"`, node);
  return { quantity, node, from };
}

const fixed = (what: string, node: string) =>
  new NnbpError('FIXED_PARAMETER', `${what} of node "${node}" is fixed: a constant has no derivative.`);

/**
 * Returns the index of the edge from `from` to node i; −1 if no edge or several edges match.
 *
 * @param from - The id of the predecessor, optionally with the delay of the edge, as in `h@-1`.
 */
export function edgeNamed(graph: Graph, from: string, i: number): number {
  const edges: number[] = [];
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
    if (graph.edgeName(e) === from) return e;
    if (graph.ids[graph.predecessors[e]] === from) edges.push(e);
  }
  // The delay can be omitted if the edge is unambiguous.
  return edges.length === 1 ? edges[0] : -1;
}

/** A node whose aggregation is a sum or a product does not have dA/dz as a quantity. */
export const hasDAdz = (graph: Graph, i: number): boolean => {
  const aggregation = graph.aggregation(i);
  return aggregation !== undefined && aggregation.builtin?.name !== 'product';
};

/** Parses "2to4": tries every "to" in the text. */
function edgeIn(graph: Graph, quantity: 'dAdz' | 'dLossDw', text: string): QuantityName {
  const ids = new Set(graph.ids);
  const edges: QuantityName[] = [];
  for (let at = text.indexOf('to'); at >= 0; at = text.indexOf('to', at + 1)) {
    const from = text.slice(0, at);
    const node = text.slice(at + 2);
    if (ids.has(node) && edgeNamed(graph, from, graph.indexOf(node)) >= 0) edges.push({ quantity, node, from });
  }
  if (edges.length === 1) return edges[0];
  const problem =
    edges.length === 0
      ? `No edge is named "${text}": expected FROMtoNODE with the ids of an edge's two nodes`
      : `"${text}" is ambiguous. It names ${edges.length} edges: ${edges.map(({ from, node }) => `"${from}" to "${node}"`).join(', ')}. Pass { quantity: '${quantity}', node, from }`;
  throw new NnbpError('UNKNOWN_ID', `${problem}.`);
}
