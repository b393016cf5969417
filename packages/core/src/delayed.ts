/** Edges that read a node's value of an earlier step: how a network gets a memory. */

/** An edge from the value that a node had some steps ago. Made by {@link delayed}. */
export interface DelayedEdge {
  /** The id of the node it comes from, which may be the node itself. */
  readonly id: string;
  /** How many steps ago: an integer ≥ 1. */
  readonly steps: number;
  /** What the edge reads before the sequence's first step. Default 0. */
  readonly initial?: number;
}

/** A predecessor: its id, or a delayed edge from it. */
export type Source = string | DelayedEdge;

/**
 * An edge from the value that a node had `steps` steps ago, for the `from` of a node.
 *
 * @param steps - An integer ≥ 1. Default 1.
 * @param options - `initial` is the node's value before the sequence's first step. Default 0. It belongs to the node:
 * delayed edges from the same node cannot have different ones.
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

/** How an edge is named among those into the same node: the predecessor's id; with a delay of 2, `id@-2`. */
export const edgeName = (id: string, delay: number): string => (delay === 0 ? id : `${id}@-${delay}`);
