/** Piecewise linear operators. A maximum is computed as max(a, b) = b + relu(a − b). */
import { hardTanh, leakyRelu, relu } from '@nnbp/activations';
import type { Call } from '../call.js';
import { affine, type Entry, type Rows, type Tape, sum } from '../tape.js';
import { apply, type Operator, termCount } from './operator.js';

/** The largest float32 number. */
const maxFloat32 = (2 - 2 ** -23) * 2 ** 127;
/** Maximum offset of h. Adding such an offset to h and subtracting it again changes h by less than 4e-9. */
const maxOffset = 2 ** 24;

/**
 * min(max(h, low), high). A bound of ± the largest float32 number counts as no bound. With one bound, the result is
 * low + relu(h − low) or high − relu(high − h); with two, it is middle + half · hardTanh((h − middle) / half).
 *
 * If low, high or middle is so far from 0 that h would be lost to rounding, the result is
 * a + min(relu(h − a), high − a) − min(relu(a − h), a − low), where a is the number nearest to 0 in the range.
 */
export function clamped(tape: Tape, h: Entry, low: number, high: number): Entry {
  // NaN is a bound too: the network then rejects it as a parameter.
  const [hasLow, hasHigh] = [!(low <= -maxFloat32), !(high >= maxFloat32)];
  if (!hasLow && !hasHigh) return h;
  if (!hasHigh && low >= -maxOffset) return affine(tape.apply(relu, affine(h, 1, -low)), 1, low);
  if (!hasLow && high <= maxOffset) return affine(tape.apply(relu, affine(h, -1, high)), -1, high);
  const half = (high - low) / 2;
  const middle = low + half;
  if (hasLow && hasHigh && Math.abs(middle) <= maxOffset)
    return affine(tape.apply(hardTanh, affine(h, 1 / half, -middle / half)), half, middle);
  const a = Math.min(Math.max(0, low), high);
  /** min(relu(± (h − a)), width) */
  const part = (sign: 1 | -1, width: number): Entry[] => {
    if (width === 0) return [];
    const distance = tape.apply(relu, affine(h, sign, -sign * a));
    const isOpen = sign === 1 ? !hasHigh : !hasLow;
    return [isOpen ? affine(distance, sign, 0) : affine(tape.apply(hardTanh, affine(distance, 1 / width, 0)), sign * width, 0)]; // oxfmt-ignore
  };
  return affine(sum([...part(1, high - a), ...part(-1, a - low)]), 1, a);
}

/** The maximum of two entries, or the minimum if the sign is −1. */
function extremeOfTwo(call: Call, a: Entry, b: Entry, sign: 1 | -1): Entry {
  const difference = sum([affine(a, sign, 0), affine(b, -sign, 0)]);
  // If the difference is a constant, the same entry is always the result.
  if (difference.from.every((_, k) => difference.weights[k] === 0)) return difference.bias > 0 ? a : b;
  if (b.from.length === 0)
    return sign === 1 ? clamped(call.tape, a, b.bias, Infinity) : clamped(call.tape, a, -Infinity, b.bias);
  return sum([b, affine(call.tape.apply(relu, difference), sign, 0)]);
}

/** `Max`, or `Min` if the sign is −1, of any number of operands. Some may be constants. */
export const extreme =
  (sign: 1 | -1): Operator =>
  (call) => {
    const operands = Array.from({ length: call.count }, (_, k) => call.operand(k));
    const first = operands.find((operand): operand is Rows => 'entries' in operand);
    if (first === undefined) return call.unsupported('constants as the only operands');
    const rest = operands.toSpliced(operands.indexOf(first), 1);
    return rest.reduce<Rows>((rows, operand) => {
      const other = 'entries' in operand ? operand : call.asRows(operand, rows);
      const { shape, left, right } = call.broadcast(rows.shape, other.shape);
      const entries = left.map((at, k) => {
        const [a, b] = [rows.entries[at], other.entries[right[k]]];
        call.spend(3 * termCount([a, b]));
        return extremeOfTwo(call, a, b, sign);
      });
      return { shape, entries };
    }, first);
  };

/** `Abs`: a leaky ReLU with the negative slope −1, unless later operators combine it into a softsign or maxAbs. */
export const absolute: Operator = (call) => apply(call, { part: 'abs', label: call.label });

/** `PRelu`: a leaky ReLU with a constant negative slope for each entry. */
export const prelu: Operator = (call) => {
  const rows = call.rows(0);
  const slope = call.constant(1);
  const { shape, right, left } = call.broadcast(rows.shape, call.withoutBatch(slope, rows));
  if (left.length !== rows.entries.length) call.malformed('the slope has more entries than the input');
  const entries = left.map((at, k) => {
    const g = call.tape.activation(leakyRelu.negativeSlope, slope.values[right[k]]);
    return call.tape.apply(g, rows.entries[at]);
  });
  return { shape, entries };
};
