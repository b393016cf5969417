/** ONNX operators for sums, differences, products, quotients, means and negations of tensors and constants. */
import type { Constant } from '../constant.js';
import type { Call } from '../call.js';
import { affine, type Rows, sum } from '../tape.js';
import { reduction } from './aggregations.js';
import { product, quotient } from './gates.js';
import { map, type Operator, termCount } from './operator.js';

/**
 * Scales and shifts rows by a constant tensor or scalar. `scaleAndShift` converts a value of the constant to a scale
 * (default: 1) and a shift (default: 0).
 */
function withConstant(
  call: Call,
  rows: Rows,
  constant: Constant,
  scaleAndShift: (value: number) => { readonly scale?: number; readonly shift?: number },
): Rows {
  const { shape, left, right } = call.broadcast(rows.shape, call.withoutBatch(constant, rows));
  const entries = left.map((at, k) => {
    const entry = rows.entries[at];
    const { scale = 1, shift = 0 } = scaleAndShift(constant.values[right[k]]);
    // If the scale is 1, the result and `entry` share one list of weights.
    call.spend(scale === 1 ? 1 : 1 + entry.from.length);
    return affine(entry, scale, shift);
  });
  return { shape, entries };
}

/** `Add`, or `Sub` if the sign is −1. */
export const addition =
  (sign: 1 | -1): Operator =>
  (call) => {
    const [a, b] = [call.operand(0), call.operand(1)];
    if (!('entries' in b)) return withConstant(call, call.rows(0), b, (value) => ({ shift: sign * value }));
    if (!('entries' in a)) return withConstant(call, b, a, (shift) => ({ scale: sign, shift }));
    return add(call, a, b, sign);
  };

function add(call: Call, a: Rows, b: Rows, sign: 1 | -1): Rows {
  const { shape, left, right } = call.broadcast(a.shape, b.shape);
  const entries = left.map((at, k) => {
    const [first, second] = [a.entries[at], affine(b.entries[right[k]], sign, 0)];
    call.spend(1 + first.from.length + second.from.length);
    return sum([first, second]);
  });
  return { shape, entries };
}

/** `Sum` or `Mean` of any number of tensors and constants. */
export const total =
  (isMean: boolean): Operator =>
  (call) => {
    const operands = Array.from({ length: call.count }, (_, k) => call.operand(k));
    const first = operands.find((operand): operand is Rows => 'entries' in operand);
    if (first === undefined) return call.unsupported('constants as the only operands');
    const added = operands.toSpliced(operands.indexOf(first), 1).reduce<Rows>((rows, operand) => {
      if (!('entries' in operand)) return withConstant(call, rows, operand, (shift) => ({ shift }));
      return add(call, rows, operand, 1);
    }, first);
    if (!isMean || call.count === 1) return added;
    call.spend(termCount(added.entries));
    return { ...added, entries: added.entries.map((entry) => affine(entry, 1 / call.count, 0)) };
  };

export const multiplication: Operator = (call) => {
  const [a, b] = [call.operand(0), call.operand(1)];
  const times = (scale: number) => ({ scale });
  if (!('entries' in b)) return withConstant(call, call.rows(0), b, times);
  if (!('entries' in a)) return withConstant(call, b, a, times);
  const { shape, left, right } = call.broadcast(a.shape, b.shape);
  call.spend(2 * termCount(left.map((at) => a.entries[at])));
  return { shape, entries: left.map((at, k) => product(call, a.entries[at], b.entries[right[k]])) };
};

/** `Div` by a constant, or by a tensor if the quotient is a softsign, h / (1 + |h|). */
export const division: Operator = (call) => {
  const by = call.operand(1);
  if (!('entries' in by)) {
    for (let k = 0; k < by.values.length; k++) if (by.values[k] === 0) call.malformed('the divisor contains 0');
    return withConstant(call, call.rows(0), by, (value) => ({ scale: 1 / value }));
  }
  const rows = call.rows(0);
  const { shape, left, right } = call.broadcast(rows.shape, by.shape);
  call.spend(2 * termCount(left.map((at) => rows.entries[at])));
  return { shape, entries: left.map((at, k) => quotient(call, rows.entries[at], by.entries[right[k]])) };
};

export const reduceSum: Operator = (call) => {
  const { groups, ...rows } = reduction(call, call.rows(0));
  return { ...rows, entries: groups.map(sum) };
};

export const negation: Operator = (call) => map(call, (entry) => affine(entry, -1, 0));
