/** Edges that read a node's value of an earlier step, for recurrent networks. */

/** An edge from the value of a node some steps ago. Made by {@link delayed}. */
export interface DelayedEdge {
  /** The id of the node it comes from, which may be the node itself. */
  readonly id: string;
  /** The number of steps, an integer ≥ 1. */
  readonly steps: number;
  /** The value before the first step of the sequence. Default: 0. */
  readonly initial?: number;
}

/** A predecessor: its id, or a delayed edge from it. */
export type Source = string | DelayedEdge;

/**
 * An edge from the value of a node `steps` steps ago, for the `from` of a node.
 *
 * @param steps - An integer ≥ 1. Default: 1.
 * @param options - `initial` is the value of the node before the first step of the sequence. Default: 0. All delayed edges
 * from the same node must have the same one.
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { delayed, GraphBuilder } from '@nnbp/core';
 *
 * const builder = new GraphBuilder();
 * builder.output(builder.node('h', { from: [builder.input('x'), delayed('h')], activation: tanh }));
 * builder.build().edgeName(1); // 'h@-1'
 * ```
 */
export function delayed(id: string, steps = 1, options: { readonly initial?: number } = {}): DelayedEdge {
  return { id, steps, ...options };
}

/** The name of an edge among those into the same node: the predecessor's id; with a delay of 2 steps, `id@-2`. */
export const edgeName = (source: Source): string =>
  typeof source === 'string' ? source : `${source.id}@-${source.steps}`;
