/** How work is divided between threads: each takes a range of whole tiles, in order. */
import { type Code, control, int, type Local } from '../assembler.js';
import { word } from '../memory-map.js';

/** Sets `from` and `to` to the thread's share of `count` items, in whole tiles. */
export type Share = (
  thread: Local,
  range: { readonly from: Local; readonly to: Local },
  count: Code,
  tile: number,
) => Code;

/** All of it: there is one thread. */
export const wholeShare: Share = (_, { from, to }, count) => [from.set(int.const(0)), to.set(count)];

/** A share for each of `threads` threads, as the header says. */
export const threadShare: Share = (thread, { from, to }, count, tile) => {
  const tiles = int.mul(word('threads'), int.const(tile));
  const chunk = int.mul(int.divU(int.add(count, int.sub(tiles, int.const(1))), tiles), int.const(tile));
  const limit = (position: Local): Code => control.when(int.gtU(position.get, count), position.set(count));
  return [
    to.set(chunk),
    from.set(int.mul(thread.get, to.get)),
    to.set(int.add(from.get, to.get)),
    limit(from),
    limit(to),
  ];
};

/** The thread whose share has number `k` of `count` things: the same division, known beforehand. */
export function ownerOf(k: number, count: number, tile: number, threads: number): number {
  const tiles = threads * tile;
  return Math.floor(k / (Math.floor((count + tiles - 1) / tiles) * tile));
}
