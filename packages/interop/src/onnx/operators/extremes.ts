/** Piecewise linear operators. A maximum is computed as max(a, b) = b + relu(a − b). */
import { leakyRelu, relu } from '@nnbp/activations';
import type { Call } from '../call.js';
import { affine, type Entry, type Rows, sum } from '../tape.js';
import { apply, type Operator, termCount } from './operator.js';

/** The maximum of two entries, or the minimum if the sign is −1. */
function extremeOfTwo(call: Call, a: Entry, b: Entry, sign: 1 | -1): Entry {
  const difference = sum([affine(a, sign, 0), affine(b, -sign, 0)]);
  // If the difference is a constant, the same entry is always the result.
  if (difference.from.every((_, k) => difference.weights[k] === 0)) return difference.bias > 0 ? a : b;
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
export const absolute: Operator = (call) => apply(call, { unfinished: 'abs', label: call.label });

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
