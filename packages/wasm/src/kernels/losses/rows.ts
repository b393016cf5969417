/** The rows that case 1 reads and writes: those of the output nodes. */
import { type Code, f32x4, i32x4, int, type Local } from '../../assembler.js';
import { word } from '../../memory-map.js';

/** Sets x to output k's x row, d to its dLossDx row, t to its row of targets. */
export function outputRows(k: Local, x: Local, d: Local, t: Local): Code {
  return [
    x.set(int.load(int.add(word('outputX'), int.shl(k.get, int.const(2))))),
    d.set(int.add(x.get, int.sub(word('dLossDx'), word('x')))),
    t.set(int.add(word('targetRows'), int.mul(k.get, word('rowBytes')))),
  ];
}

/** A value for each sample times the sample's weight; 0 where that is 0, whatever the value. */
export function weighted(value: Code, column: Local): Code {
  const weights = f32x4.load(int.add(word('weights'), column.get));
  return f32x4.mul(i32x4.and(value, f32x4.ne(weights, f32x4.const(0))), weights);
}

/** A value for each target, and 0 where the target is NaN, which means unknown. */
export const ifKnown = (value: Local, t: Local): Code => i32x4.and(value.get, f32x4.eq(t.get, t.get));

/** An address in a row. */
export const at = (row: Local, column: Local): Code => int.add(row.get, column.get);
