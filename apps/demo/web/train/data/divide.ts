/** Shuffles a table and holds a part of it out. */
import { Random } from '@nnbp/core';
import { type Part, partOf } from './dataset.js';

/** `heldOut` of the rows, drawn by the seed, and the rest. */
export function divide(
  rows: readonly ArrayLike<number>[],
  answers: readonly number[],
  heldOut: number,
  seed: number,
): { readonly training: Part; readonly heldOut: Part } {
  const order = rows.map((_, s) => s);
  new Random(seed).shuffle(order);
  const pick = (samples: readonly number[]) =>
    partOf(
      samples.map((s) => rows[s]),
      samples.map((s) => answers[s]),
    );
  return { heldOut: pick(order.slice(0, heldOut)), training: pick(order.slice(heldOut)) };
}
