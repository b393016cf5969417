/** Helpers for the rows of the output nodes, which case 1 of backpropagation reads and writes. */
import { type Code, f32x4, i32x4, int, type Local } from '../../assembler.js';
import { word } from '../../memory-map.js';

/** For output k, sets `xRow`, `dRow` and `tRow` to the addresses of the rows of its x, its dLossDx and its targets. */
export function outputRows(k: Local, xRow: Local, dRow: Local, tRow: Local): Code {
  return [
    xRow.set(int.load(int.add(word('outputX'), int.shl(k.get, int.const(2))))),
    dRow.set(int.add(xRow.get, int.sub(word('dLossDx'), word('x')))),
    tRow.set(int.add(word('targetRows'), int.mul(k.get, word('rowBytes')))),
  ];
}

/**
 * Multiplies per-sample values by the sample weights. The product is 0 where the weight is 0, even if the value is NaN.
 */
export function weighted(value: Code, column: Local): Code {
  const weights = f32x4.load(int.add(word('weights'), column.get));
  return f32x4.mul(i32x4.and(value, f32x4.ne(weights, f32x4.const(0))), weights);
}

/** Replaces a per-target value by 0 where the target is NaN, which means unknown. */
export const ifKnown = (value: Local, t: Local): Code => i32x4.and(value.get, f32x4.eq(t.get, t.get));

/** Returns the address of a column of a row. */
export const at = (row: Local, column: Local): Code => int.add(row.get, column.get);
