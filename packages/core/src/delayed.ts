/** Edges that read a node's value from an earlier step, for recurrent networks. */

import { expectFinite, expectInteger, expectObject, mismatch } from './expect.js';

/** The maximum delay, in steps. */
const maxDelay = 2 ** 31;

/** An edge that reads the value of a node some steps ago. Made by {@link delayed}. */
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
 * Returns an edge that reads the value of a node `steps` steps ago, for the `from` of a node.
 *
 * @param steps - An integer ≥ 1. Default: 1.
 * @param options - `initial` is the value of the node before the first step of the sequence. Default: 0. All delayed
 * edges from the same node must have the same initial value.
 * @throws NnbpError `WRONG_TYPE`
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
  expectObject(`delayed("${id}"): options`, options, '{ initial }', ['initial']);
  return { id, steps, ...options };
}

/** The name of an edge among those into the same node: the predecessor's id; with a delay of 2 steps, `id@-2`. */
export const edgeName = (source: Source): string =>
  typeof source === 'string' ? source : `${source.id}@-${source.steps}`;

/**
 * Throws unless `source` is an id or a delayed edge.
 *
 * @throws NnbpError `WRONG_TYPE`, `OUT_OF_RANGE` (the delay), `NOT_FINITE` (the initial value)
 */
export function expectSource(label: string, source: Source): void {
  if (typeof source === 'string') return;
  if (typeof (source as DelayedEdge | null | undefined)?.id !== 'string') {
    throw mismatch('WRONG_TYPE', `${label}: a predecessor`, 'an id or delayed(id)', source, typeof source);
  }
  expectInteger(`${label}: the delay of the edge from "${source.id}"`, source.steps, 1, maxDelay);
  if (source.initial !== undefined) expectFinite(`${label}: the initial value of "${source.id}"`, [source.initial]);
}
