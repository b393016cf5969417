/** Kernels that transpose batches. Users pass one row per sample; the other kernels read and write one row per node. */
import { type Assembler, type Callable, type Code, control, f32x4, i32, int, v128 } from '../assembler.js';

const { add, shl, mul, load } = int;
const number = int.const;

/**
 * Emits two kernels with the parameters (from, fromStride, rows, width, to, toStride). They transpose `rows` rows of
 * `width` numbers to `width` rows. `fromSamples` reads rows that are `fromStride` bytes apart. `toSamples` reads rows
 * at the addresses in the table at `from`, and ignores `fromStride`. Callers round `rows` and `width` up to multiples
 * of four; the source and the target have room for the rounded sizes.
 */
export function rowKernels(module: Assembler): { fromSamples: Callable; toSamples: Callable } {
  const emit = (address: (from: Code, row: Code, stride: Code) => Code) =>
    module.function(
      undefined,
      [i32, i32, i32, i32, i32, i32],
      [],
      ([from, fromStride, rows, width, to, toStride], local) => {
        const [row, column, target] = [local(i32), local(i32), local(i32)];
        const source = Array.from({ length: 4 }, () => local(i32));
        const value = Array.from({ length: 4 }, () => local(v128));
        const half = Array.from({ length: 4 }, () => local(v128));
        return control.count(row, number(0), rows.get, number(4), [
          source.map((s, r) => s.set(address(from.get, add(row.get, number(r)), fromStride.get))),
          control.count(column, number(0), width.get, number(4), [
            value.map((v, r) => v.set(f32x4.load(add(source[r].get, shl(column.get, number(2)))))),
            // Interleave pairs of rows, then pairs of the results.
            half[0].set(f32x4.shuffle(value[0].get, value[1].get, [0, 4, 1, 5])),
            half[1].set(f32x4.shuffle(value[0].get, value[1].get, [2, 6, 3, 7])),
            half[2].set(f32x4.shuffle(value[2].get, value[3].get, [0, 4, 1, 5])),
            half[3].set(f32x4.shuffle(value[2].get, value[3].get, [2, 6, 3, 7])),
            target.set(add(add(to.get, mul(column.get, toStride.get)), shl(row.get, number(2)))),
            [0, 1, 2, 3].map((n) => [
              f32x4.store(
                target.get,
                f32x4.shuffle(half[n >> 1].get, half[2 + (n >> 1)].get, n % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]),
              ),
              n < 3 ? target.set(add(target.get, toStride.get)) : [],
            ]),
          ]),
        ]);
      },
    );
  return {
    fromSamples: emit((from, row, stride) => add(from, mul(row, stride))),
    toSamples: emit((table, row) => load(add(table, shl(row, number(2))))),
  };
}
