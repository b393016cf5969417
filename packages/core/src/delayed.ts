/** Delayed edges, which read a node's value from an earlier step, for recurrent networks. */

import { expectFiniteNumber, expectInteger, expectObject, mismatch, shownType } from './expect.js';

const maxDelay = 2 ** 31;

/** An edge that reads the value that a node had `steps` steps ago. Created by {@link delayed}. */
export interface DelayedEdge {
  /** The id of the node that the edge reads. A node can read itself. */
  readonly id: string;
  /** The delay in steps, an integer ≥ 1. */
  readonly steps: number;
  /** The value that the node has before the first step of the sequence. Default: 0. */
  readonly initial?: number;
}

/** A predecessor: its id, or a delayed edge from it. */
export type Source = string | DelayedEdge;

/**
 * Creates an edge that reads the value that a node had `steps` steps ago. Use it in the `from` of a node.
 *
 * @param steps - The delay, an integer ≥ 1. Default: 1.
 * @param options - `initial` is the value that the node has before the first step of the sequence. Default: 0. All
 * delayed edges from the same node must have the same initial value.
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
  expectObject(`options of delayed("${id}")`, options, '{ initial }', ['initial']);
  return { id, steps, ...options };
}

/**
 * The name of an edge, unique among the edges into one node: the predecessor's id or, with a delay of 2 steps, `id@-2`.
 */
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
    throw mismatch('WRONG_TYPE', `${label}, predecessor`, 'an id or delayed(id)', source, shownType(source));
  }
  expectInteger(`${label}, delay of the edge from "${source.id}"`, source.steps, 1, maxDelay);
  if (source.initial !== undefined) expectFiniteNumber(`${label}, initial value of "${source.id}"`, source.initial);
}
