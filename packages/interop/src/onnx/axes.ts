/** Selects, rearranges and joins the items of tensors. All items are given and returned in row-major order. */
import { sizeOf } from '../size-of.js';

/** Selects the items at `positions` along an axis. */
export function pick<T>(
  items: ArrayLike<T>,
  shape: readonly number[],
  axis: number,
  positions: readonly number[],
): T[] {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const picked: T[] = [];
  for (let o = 0; o < outer; o++) {
    for (const position of positions) {
      const start = (o * shape[axis] + position) * inner;
      for (let k = 0; k < inner; k++) picked.push(items[start + k]);
    }
  }
  return picked;
}

/** Rearranges the items so that axis k of the result is axis `order[k]` of the tensor. */
export function permute<T>(items: ArrayLike<T>, shape: readonly number[], order: readonly number[]): T[] {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return Array.from({ length: items.length }, (_, k) => {
    let [rest, from] = [k, 0];
    for (let axis = order.length - 1; axis >= 0; axis--) {
      const size = shape[order[axis]];
      from += (rest % size) * strides[order[axis]];
      rest = Math.floor(rest / size);
    }
    return items[from];
  });
}

/** Joins the items of several tensors along an axis. All other axes must have equal sizes. */
export function join<T>(
  parts: readonly { readonly shape: readonly number[]; readonly items: ArrayLike<T> }[],
  axis: number,
): T[] {
  const outer = sizeOf(parts[0].shape.slice(0, axis));
  const joined: T[] = [];
  for (let o = 0; o < outer; o++) {
    for (const { items } of parts) {
      const block = items.length / outer;
      for (let k = 0; k < block; k++) joined.push(items[o * block + k]);
    }
  }
  return joined;
}

/**
 * Returns every `step`-th position from `start` to `end` (exclusive), as the ONNX operator `Slice` does: negative
 * positions count from the end of the axis, and positions are clamped to the axis. If the step is negative, an `end`
 * before the axis is clamped to the place before position 0, so that position 0 is included.
 */
export function slicePositions(size: number, start: number, end: number, step: number): number[] {
  const last = step > 0 ? size : size - 1;
  const within = (at: number, first: number) => Math.min(last, Math.max(first, at < 0 ? at + size : at));
  const stop = within(end, step > 0 ? 0 : -1);
  const positions: number[] = [];
  for (let k = within(start, 0); step > 0 ? k < stop : k > stop; k += step) positions.push(k);
  return positions;
}
