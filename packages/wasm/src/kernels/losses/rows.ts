/** Where case 1 reads and writes: the rows of the output nodes. */
import { type Code, f32x4, int, type Local } from '../../assembler.js';
import { word } from '../../memory-map.js';

/** Sets x to output k's x row, d to its dLossDx row, t to its row of targets. */
export function outputRows(k: Local, x: Local, d: Local, t: Local): Code {
  return [
    x.set(int.load(int.add(word('outputX'), int.shl(k.get, int.const(2))))),
    d.set(int.add(x.get, int.sub(word('dLossDx'), word('x')))),
    t.set(int.add(word('targetRows'), int.mul(k.get, word('rowBytes')))),
  ];
}

/** All ones in lanes that hold a sample, else zeros. */
export const maskAt = (column: Local): Code => f32x4.load(int.add(word('mask'), column.get));
/** An address in a row. */
export const at = (row: Local, column: Local): Code => int.add(row.get, column.get);
