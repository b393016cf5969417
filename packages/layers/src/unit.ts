/** Helpers that add the nodes of layers. */
import { identity } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { type Activation, delayed, edgeName, type GraphBuilder, type Initializer, type Source } from '@nnbp/core';

/** Draws weights uniformly within ±1/√size, as PyTorch initializes recurrent and convolutional layers. */
export const uniformWithinInverseRoot =
  (size: number): Initializer =>
  (_fanIn, _fanOut, random) =>
    (2 * random.uniform() - 1) / Math.sqrt(size);

/** Options of a node with weights. */
export interface Weighted {
  readonly from: readonly Source[];
  /** An additional source. The weight of its edge is fixed at 1. */
  readonly plus?: string;
  readonly activation: Activation;
  /** Initial value of b. */
  readonly bias?: number;
  readonly weights: Initializer;
  /**
   * A name for the parameters. Nodes whose parameters have the same name share b and, edge by edge, their weights. They
   * must have the same number of edges.
   */
  readonly share?: string | undefined;
}

/** Adds a node g(b + Σ w · x). */
export function weighted(builder: GraphBuilder, id: string, options: Weighted): string {
  const { from, plus, activation, bias = 0, weights, share } = options;
  return builder.node(id, {
    from: plus === undefined ? from : [...from, plus],
    activation,
    fixed: plus === undefined ? { c: 1 } : { c: 1, w: { [plus]: 1 } },
    init: { b: bias, w: weights },
    ...(share !== undefined && {
      shared: {
        b: `${share}.b`,
        w: Object.fromEntries(from.map((source, k) => [edgeName(source), `${share}.w.${k}`])),
      },
    }),
  });
}

/** Adds a node without parameters that computes the product of its sources. */
export const productNode = (builder: GraphBuilder, id: string, from: readonly Source[]): string =>
  builder.node(id, { from, activation: identity, aggregation: product, fixed: { b: 0, c: 1, w: 1 } });

/** Adds a node g(b + w · Σ x) in which b and w are constants. */
export const fixedNode = (
  builder: GraphBuilder,
  id: string,
  from: readonly Source[],
  { activation = identity, b = 0, w = 1 }: { activation?: Activation; b?: number; w?: number } = {},
): string => builder.node(id, { from, activation, fixed: { b, c: 1, w } });

/** For each builder, the number of layers of each kind that were added without a name. */
const counts = new WeakMap<GraphBuilder, Map<string, number>>();

/** Returns the default name of the next layer of this kind: `lstm`, then `lstm2`, `lstm3`, …. */
export function nextName(builder: GraphBuilder, kind: string): string {
  const count = counts.get(builder) ?? new Map<string, number>();
  counts.set(builder, count);
  const number = (count.get(kind) ?? 0) + 1;
  count.set(kind, number);
  return number === 1 ? kind : `${kind}${number}`;
}

/** Returns the ids `name.0`, `name.1`, …. */
export const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, k) => `${name}.${k}`);

export const atPreviousStep = (ids: readonly string[]): Source[] => ids.map((id) => delayed(id));
