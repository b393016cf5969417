/** Divides work between threads: each thread gets a range of whole tiles, in order. */
import { type Code, control, int, type Local } from '../assembler.js';
import { word } from '../memory-map.js';

/** Emits code that sets `from` and `to` to the thread's share of `count` items, in whole tiles of `tile` items. */
export type Share = (
  thread: Local,
  range: { readonly from: Local; readonly to: Local },
  count: Code,
  tile: number,
) => Code;

/** Emits the share of a single thread: all items. */
export const wholeShare: Share = (_, { from, to }, count) => [from.set(int.const(0)), to.set(count)];

/** Emits the share of one of several threads. The number of threads is in the memory header. */
export const threadShare: Share = (thread, { from, to }, count, tile) => {
  // The number of items if each thread gets one tile.
  const oneTileEach = int.mul(word('threads'), int.const(tile));
  const chunk = int.mul(int.divU(int.add(count, int.sub(oneTileEach, int.const(1))), oneTileEach), int.const(tile));
  const limit = (position: Local): Code => control.when(int.gtU(position.get, count), position.set(count));
  return [
    to.set(chunk),
    from.set(int.mul(thread.get, to.get)),
    to.set(int.add(from.get, to.get)),
    limit(from),
    limit(to),
  ];
};

/** Returns the index of the thread whose `threadShare` contains item `k` of `count`. */
export function ownerOf(k: number, count: number, tile: number, threads: number): number {
  // The number of items if each thread gets one tile.
  const oneTileEach = threads * tile;
  return Math.floor(k / (Math.floor((count + oneTileEach - 1) / oneTileEach) * tile));
}
