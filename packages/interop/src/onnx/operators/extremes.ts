/** Piecewise linear operators, by max(a, b) = b + relu(a − b). */
import { leakyRelu, relu } from '@nnbp/activations';
import type { Call } from '../call.js';
import { affine, type Entry, type Rows, sum } from '../tape.js';
import { apply, type Operator, terms } from './operator.js';

/** The maximum of two entries; with the sign −1 the minimum. */
function larger(call: Call, a: Entry, b: Entry, sign: 1 | -1): Entry {
  const difference = sum([affine(a, sign, 0), affine(b, -sign, 0)]);
  // Two constants, or the same entry twice.
  if (difference.from.every((_, k) => difference.weights[k] === 0)) return difference.bias > 0 ? a : b;
  return sum([b, affine(call.tape.apply(relu, difference), sign, 0)]);
}

/** `Max`, and `Min` with the sign −1, of any number of operands; constants may be among them. */
export const extreme =
  (sign: 1 | -1): Operator =>
  (call) => {
    const operands = Array.from({ length: call.count }, (_, k) => call.operand(k));
    const first = operands.find((operand): operand is Rows => 'entries' in operand);
    if (first === undefined) return call.unsupported('of constants alone');
    const rest = operands.toSpliced(operands.indexOf(first), 1);
    return rest.reduce<Rows>((rows, operand) => {
      const other = 'entries' in operand ? operand : call.asRows(operand, rows);
      const { shape, left, right } = call.broadcast(rows.shape, other.shape);
      const entries = left.map((at, k) => {
        const [a, b] = [rows.entries[at], other.entries[right[k]]];
        call.spend(3 * terms([a, b]));
        return larger(call, a, b, sign);
      });
      return { shape, entries };
    }, first);
  };

/** |h|: leakyRelu with the slope −1, or a part of a softsign. */
export const absolute: Operator = (call) => apply(call, { unfinished: 'abs', label: call.label });

/** `PRelu`: a constant slope per column below 0. */
export const prelu: Operator = (call) => {
  const rows = call.rows(0);
  const slope = call.constant(1);
  const { shape, right, left } = call.broadcast(rows.shape, call.withoutBatch(slope, rows));
  if (left.length !== rows.entries.length) call.malformed('its slope has more entries than its input');
  const entries = left.map((at, k) => {
    const g = call.tape.activation(leakyRelu.negativeSlope, slope.values[right[k]]);
    return call.tape.apply(g, rows.entries[at]);
  });
  return { shape, entries };
};
