/** Operations that compute nothing: entries in another order, shape or company. */
import { product as sizeOf } from '../constant.js';
import type { Entry } from '../tape.js';
import type { Operator } from './operator.js';

/** What it is given. */
export const same: Operator = (call) => call.operand(0);

/** To any kind of floating-point number; constants may be sizes and positions and stay what they are. */
export const cast: Operator = (call) => {
  const operand = call.operand(0);
  const to = call.whole('to', 1);
  if ('entries' in operand && ![1, 10, 11, 16].includes(to)) call.unsupported(`to type ${to}; expected floats`);
  return operand;
};

/** Nothing, once training is over. */
export const dropout: Operator = (call) => {
  if (call.has(2) && call.constant(2).values[0] !== 0) call.unsupported('in training');
  return call.operand(0);
};

/** More than anything sensible has. */
const maxAxes = 16;

/** Another shape for the same entries: 0 copies a size, −1 is what is left. The batch stays the first axis. */
export const reshape: Operator = (call) => {
  const target = call.constant(1).values;
  if (target.length > maxAxes) call.unsupported(`to ${target.length} axes`);
  const operand = call.operand(0);
  const isRows = 'entries' in operand;
  const source = isRows ? operand.shape : operand.dims;
  const size = sizeOf(source);
  const asked = Array.from(target)
    .slice(isRows ? 1 : 0)
    .map((value, axis) => (value === 0 ? (source[axis] ?? 0) : value));
  const known = sizeOf(asked.filter((value) => value !== -1));
  const shape = asked.map((value) => (value === -1 ? size / known : value));
  const whole = shape.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole || sizeOf(shape) !== size || (isRows && target.length === 0)) {
    call.unsupported(`from [${isRows ? 'batch, ' : ''}${source.join(', ')}] to [${Array.from(target).join(', ')}]`);
  }
  return isRows ? { ...call.rows(0), shape } : { values: operand.values, dims: shape };
};

/** All axes but the batch as one. */
export const flatten: Operator = (call) => {
  if (call.whole('axis', 1) !== 1) call.unsupported(`axis ${call.whole('axis', 1)}`);
  const { shape, entries } = call.rows(0);
  return { shape: [sizeOf(shape)], entries };
};

/** Columns side by side. */
export const concat: Operator = (call) => {
  call.expectAxis(call.whole('axis', 1));
  const parts = Array.from({ length: call.count }, (_, k) => call.table(k));
  const width = parts.reduce((all, { entries }) => all + entries.length, 0);
  call.spendCopies(width);
  return { shape: [width], entries: parts.flatMap(({ entries }) => entries) };
};

/** The columns at these positions; a table of positions makes axes of its own. */
export const gather: Operator = (call) => {
  call.expectAxis(call.whole('axis', 0));
  const { entries } = call.table(0);
  const { dims, values } = call.constant(1);
  call.spendCopies(values.length);
  const chosen = Array.from(
    values,
    (position): Entry | undefined => entries[position < 0 ? position + entries.length : position],
  );
  const outside = chosen.indexOf(undefined);
  if (outside >= 0) call.malformed(`position ${values[outside]} of ${entries.length} columns`);
  return { shape: dims, entries: chosen as Entry[] };
};

/** The columns in parts. */
export const split: Operator = (call) => {
  call.expectAxis(call.whole('axis', 0));
  const { entries } = call.table(0);
  const given = call.has(1) ? Array.from(call.constant(1).values) : call.wholes('split');
  const even = Math.ceil(entries.length / call.results);
  const sizes =
    given ?? Array.from({ length: call.results }, (_, k) => Math.min(even, Math.max(0, entries.length - k * even)));
  const fits =
    sizes.every((size) => Number.isInteger(size) && size >= 0) &&
    sizes.reduce((all, size) => all + size, 0) === entries.length;
  if (!fits || sizes.length !== call.results) call.malformed(`${entries.length} columns into [${sizes.join(', ')}]`);
  call.spendCopies(entries.length);
  let at = 0;
  return sizes.map((size) => ({ shape: [size], entries: entries.slice(at, (at += size)) }));
};
