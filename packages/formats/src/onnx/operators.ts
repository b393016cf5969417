/** What this package reads of ONNX: an operation each, from its operands to its result on the tape. */
import {
  elu,
  gaussian,
  gelu,
  hardSigmoid,
  hardTanh,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  sine,
  softplus,
  softsign,
  tanh,
} from '@nnbp/activations';
import type { Activation } from '@nnbp/core';
import type { Call, Value } from './call.js';
import { type Constant, product as sizeOf } from './constant.js';
import { affine, type Entry, ratio, type Rows, sum, type TapeNode, type Unfinished } from './tape.js';

/** Reads its operands from the call; returns its result, or several. */
type Operator = (call: Call) => Value | readonly Value[];

const same: Operator = (call) => call.operand(0);

/** To any kind of floating-point number; constants may be sizes and positions and stay what they are. */
const cast: Operator = (call) => {
  const operand = call.operand(0);
  const to = call.whole('to', 1);
  if ('entries' in operand && ![1, 10, 11, 16].includes(to)) call.unsupported(`to type ${to}; expected floats`);
  return operand;
};

const dropout: Operator = (call) => {
  if (call.has(2) && call.constant(2).values[0] !== 0) call.unsupported('in training');
  return call.operand(0);
};

/** How many terms these entries have, counted as what is made for each. */
const terms = (entries: readonly Entry[]) => entries.reduce((all, { from }) => all + 1 + from.length, 0);

/** Entry by entry. */
const map = (call: Call, change: (entry: Entry) => Entry): Rows => {
  const { shape, entries } = call.rows(0);
  call.spend(terms(entries));
  return { shape, entries: entries.map(change) };
};

/** A node for each entry; its sum stays what it is. */
const apply = (call: Call, g: TapeNode['g']): Rows => {
  const { shape, entries } = call.rows(0);
  call.spend(entries.length);
  return { shape, entries: entries.map((entry) => call.tape.apply(g, entry)) };
};

const activation =
  (g: Activation): Operator =>
  (call) =>
    apply(call, g);

/** A function that is part of an activation. */
const unfinished =
  (which: Unfinished['unfinished']): Operator =>
  (call) =>
    apply(call, { unfinished: which, label: call.label });

const isUnfinished = ({ g }: TapeNode, which: Unfinished['unfinished']) => 'unfinished' in g && g.unfinished === which;

const withOption =
  (make: (option: number) => Activation, attribute: string, usual: number): Operator =>
  (call) =>
    apply(call, call.tape.activation(make, call.number(attribute, usual)));

/** A sum with numbers, entry by entry or one for all. */
function withConstant(
  call: Call,
  rows: Rows,
  constant: Constant,
  part: (value: number) => { readonly scale?: number; readonly shift?: number },
): Rows {
  const { shape, left, right } = call.broadcast(rows.shape, call.withoutBatch(constant, rows));
  const entries = left.map((at, k) => {
    const entry = rows.entries[at];
    const { scale = 1, shift = 0 } = part(constant.values[right[k]]);
    // A sum that only moves shares its weights with what it was.
    call.spend(scale === 1 ? 1 : 1 + entry.from.length);
    return affine(entry, scale, shift);
  });
  return { shape, entries };
}

const addition =
  (sign: 1 | -1): Operator =>
  (call) => {
    const [a, b] = [call.operand(0), call.operand(1)];
    if (!('entries' in b)) return withConstant(call, call.rows(0), b, (value) => ({ shift: sign * value }));
    if (!('entries' in a)) return withConstant(call, b, a, (shift) => ({ scale: sign, shift }));
    const { shape, left, right } = call.broadcast(a.shape, b.shape);
    return {
      shape,
      entries: left.map((at, k) => {
        const [first, second] = [a.entries[at], affine(b.entries[right[k]], sign, 0)];
        call.spend(1 + first.from.length + second.from.length);
        return sum([first, second]);
      }),
    };
  };

const multiplication: Operator = (call) => {
  const [a, b] = [call.operand(0), call.operand(1)];
  const times = (scale: number) => ({ scale });
  if (!('entries' in b)) return withConstant(call, call.rows(0), b, times);
  if (!('entries' in a)) return withConstant(call, b, a, times);
  const { shape, left, right } = call.broadcast(a.shape, b.shape);
  call.spend(2 * terms(left.map((at) => a.entries[at])));
  return { shape, entries: left.map((at, k) => product(call, a.entries[at], b.entries[right[k]])) };
};

/**
 * A product of two computed numbers, if it is one that an activation is made of: a · a of the gaussian, or a gate times
 * what it gates. With a gate s · f(r a) + t:
 * silu, f = sigmoid, t = 0:  a s σ(r a) = s/r silu(r a)
 * mish, f = tanh of softplus(a), t = 0:  a s f = s mish(a)
 * gelu, f = erf, t = s:  a s (1 + erf(r a)) = √2 s/r gelu(√2 r a)
 */
function product(call: Call, a: Entry, b: Entry): Entry {
  if (a === b) return call.tape.apply({ unfinished: 'square', label: call.label }, a);
  return gated(call, a, b) ?? gated(call, b, a) ?? call.unsupported('a product of two computed tensors');
}

function gated(call: Call, a: Entry, gate: Entry): Entry | undefined {
  const { tape } = call;
  const node = tape.nodeOf(gate);
  if (node === undefined) return undefined;
  const s = gate.weights[0];
  const t = gate.bias;
  if (node.g === tanh && t === 0) {
    const inner = tape.nodeOf(node.h);
    const plain = node.h.weights[0] === 1 && node.h.bias === 0;
    if (inner?.g !== softplus || !plain || ratio(a, inner.h) !== 1) return undefined;
    return affine(tape.apply(mish, inner.h), s, 0);
  }
  const r = ratio(a, node.h);
  if (r === undefined) return undefined;
  if (node.g === sigmoid && t === 0) return affine(tape.apply(silu, node.h), s / r, 0);
  if (!isUnfinished(node, 'erf') || Math.abs(t - s) > 1e-6 * Math.abs(s)) return undefined;
  return affine(tape.apply(gelu, affine(node.h, Math.SQRT2, 0)), (Math.SQRT2 * s) / r, 0);
}

/** exp(−s q²) = gaussian(√s q) */
const exponential: Operator = (call) =>
  map(call, (entry) => {
    const node = call.tape.nodeOf(entry);
    if (node === undefined || !isUnfinished(node, 'square') || entry.bias !== 0 || entry.weights[0] >= 0) {
      return call.unsupported('exp of anything but −h · h, which is the gaussian');
    }
    return call.tape.apply(gaussian, affine(node.h, Math.sqrt(-entry.weights[0]), 0));
  });

/** rows · matrix + bias. Edges whose weight is exactly 0 are left out, unless all of the matrix is 0. */
function matrixProduct(
  call: Call,
  rows: Rows,
  matrix: { readonly rows: number; readonly columns: number; at(row: number, column: number): number },
  bias: (column: number) => number,
): Rows {
  const { tape } = call;
  const fanIn = rows.shape.at(-1);
  if (fanIn !== matrix.rows) {
    call.malformed(`its matrix has ${matrix.rows} rows, but what it multiplies has ${fanIn} columns`);
  }
  const samples = sizeOf(rows.shape.slice(0, -1));
  call.spend(samples * (matrix.columns + 1) * (matrix.rows + 1));
  let zeros = 0;
  for (let r = 0; r < matrix.rows; r++) for (let c = 0; c < matrix.columns; c++) zeros += Number(matrix.at(r, c) === 0);
  const keepZeros = zeros === 0 || zeros === matrix.rows * matrix.columns;

  const entries: Entry[] = [];
  for (let first = 0; first < rows.entries.length; first += fanIn) {
    const inputs: readonly Entry[] = rows.entries.slice(first, first + fanIn).map((entry) => tape.single(entry));
    const distinct = new Set(inputs.flatMap(({ from }) => from)).size === fanIn;
    const shared = inputs.flatMap(({ from }) => from);
    for (let column = 0; column < matrix.columns; column++) {
      const weights = Float64Array.from(inputs, (input, row) => matrix.at(row, column) * (input.weights[0] ?? 0));
      const offset = inputs.reduce((b, input, row) => b + matrix.at(row, column) * input.bias, bias(column));
      if (distinct && keepZeros) {
        entries.push({ from: shared, weights, bias: offset });
        continue;
      }
      const terms = inputs.flatMap(({ from }, row) => {
        const kept = from.length === 1 && (keepZeros || matrix.at(row, column) !== 0);
        return kept ? [{ from, weights: [weights[row]], bias: 0 }] : [];
      });
      entries.push({ ...sum(terms), bias: offset });
    }
  }
  return { shape: [...rows.shape.slice(0, -1), matrix.columns], entries };
}

const gemm: Operator = (call) => {
  const rows = call.table(0);
  const b = call.constant(1);
  if (b.dims.length !== 2) call.malformed(`its matrix has ${b.dims.length} axes instead of 2`);
  if (call.whole('transA', 0) !== 0) call.unsupported('transA');
  const transposed = call.whole('transB', 0) !== 0;
  const [height, width] = b.dims;
  const alpha = call.number('alpha', 1);
  const beta = call.number('beta', 1);
  const columns = transposed ? height : width;
  const c = call.has(2) ? call.constant(2) : undefined;
  const places = c && call.broadcast([columns], call.withoutBatch(c, rows)).right;
  if (places !== undefined && places.length !== columns) call.malformed(`its C has ${places.length} entries a row`);
  return matrixProduct(
    call,
    rows,
    {
      rows: transposed ? width : height,
      columns,
      at: (r, k) => alpha * b.values[transposed ? k * width + r : r * width + k],
    },
    (k) => (c && places ? beta * c.values[places[k]] : 0),
  );
};

const matMul: Operator = (call) => {
  const b = call.constant(1);
  if (b.dims.length !== 2) call.unsupported(`a matrix of ${b.dims.length} axes instead of 2`);
  const [rows, columns] = b.dims;
  return matrixProduct(call, call.rows(0), { rows, columns, at: (r, k) => b.values[r * columns + k] }, () => 0);
};

/** More than anything sensible has. */
const mostAxes = 16;

const reshape: Operator = (call) => {
  const given = call.constant(1).values;
  if (given.length > mostAxes) call.unsupported(`to ${given.length} axes`);
  const target = Array.from(given);
  const operand = call.operand(0);
  const dims = 'entries' in operand ? target.slice(1) : target;
  const source = 'entries' in operand ? operand.shape : operand.dims;
  const first = 'entries' in operand ? 1 : 0;
  const size = sizeOf(source);
  const copied = dims.map((value, k) => (value === 0 ? (source[k] ?? 0) : value));
  const known = sizeOf(copied.filter((value) => value !== -1));
  const shape = copied.map((value) => (value === -1 ? size / known : value));
  const whole = shape.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole || sizeOf(shape) !== size || (first === 1 && target.length === 0)) {
    call.unsupported(
      `from [${['batch']
        .slice(1 - first)
        .concat(source.map(String))
        .join(', ')}] to [${target.join(', ')}]`,
    );
  }
  return 'entries' in operand ? { ...call.rows(0), shape } : { values: operand.values, dims: shape };
};

const flatten: Operator = (call) => {
  if (call.whole('axis', 1) !== 1) call.unsupported(`axis ${call.whole('axis', 1)}`);
  const { shape, entries } = call.rows(0);
  return { shape: [sizeOf(shape)], entries };
};

const concat: Operator = (call) => {
  call.expectAxis(call.whole('axis', 1));
  const parts = Array.from({ length: call.count }, (_, k) => call.table(k));
  const width = parts.reduce((all, { entries }) => all + entries.length, 0);
  call.spendCopies(width);
  return { shape: [width], entries: parts.flatMap(({ entries }) => entries) };
};

const gather: Operator = (call) => {
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

const split: Operator = (call) => {
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

const reduceSum: Operator = (call) => {
  const { shape, entries } = call.rows(0);
  const axes = (call.has(1) ? Array.from(call.constant(1).values) : call.wholes('axes')) ?? [];
  const last = shape.length;
  if (last === 0 || axes.length !== 1 || (axes[0] !== last && axes[0] !== -1)) {
    call.unsupported(`over axes [${axes.join(', ')}]; expected the last one`);
  }
  const width = shape[last - 1];
  call.spend(terms(entries));
  const kept = call.whole('keepdims', 1) === 0 ? [] : [1];
  const rest = shape.slice(0, -1);
  const sums = Array.from({ length: sizeOf(rest) }, (_, k) => sum(entries.slice(k * width, (k + 1) * width)));
  return { shape: [...rest, ...kept], entries: sums };
};

const transpose: Operator = (call) => {
  const { dims, values } = call.constant(0);
  if (dims.length !== 2) call.unsupported(`of ${dims.length} axes`);
  const [height, width] = dims;
  call.spend(values.length);
  if (call.wholes('perm')?.join() === '0,1') return { dims, values };
  return {
    dims: [width, height],
    values: Float64Array.from(values, (_, k) => values[(k % height) * width + Math.floor(k / height)]),
  };
};

/** A cut-off line, by the functions there are: with both ends middle + half · hardTanh((h − middle) / half). */
const clip: Operator = (call) => {
  const end = (input: number, attribute: string, usual: number) =>
    call.has(input) ? call.constant(input).values[0] : call.number(attribute, usual);
  const low = end(1, 'min', -Infinity);
  const high = end(2, 'max', Infinity);
  const { tape } = call;
  if (low >= high) call.unsupported(`between ${low} and ${high}`);
  if (low === -Infinity && high === Infinity) return call.rows(0);
  if (high === Infinity) return map(call, (h) => affine(tape.apply(relu, affine(h, 1, -low)), 1, low));
  if (low === -Infinity) return map(call, (h) => affine(tape.apply(relu, affine(h, -1, high)), -1, high));
  const half = (high - low) / 2;
  const middle = low + half;
  return map(call, (h) => affine(tape.apply(hardTanh, affine(h, 1 / half, -middle / half)), half, middle));
};

/** max(0, min(1, α h + β)) = hardSigmoid(6 (α h + β − ½)) */
const hardSigmoidWith: Operator = (call) => {
  const alpha = call.number('alpha', 0.2);
  const beta = call.number('beta', 0.5);
  // 1/6 in float32 is 1/6.
  const scale = alpha === Math.fround(1 / 6) ? 1 : 6 * alpha;
  return map(call, (h) => call.tape.apply(hardSigmoid, affine(h, scale, 6 * (beta - 0.5))));
};

/** With the paper's constants selu; with others γ times an elu. */
const seluWith: Operator = (call) => {
  const [alpha, gamma] = [call.number('alpha', 1.6732632), call.number('gamma', 1.050701)];
  if (Math.abs(alpha - 1.6732632) < 1e-6 && Math.abs(gamma - 1.050701) < 1e-6) return apply(call, selu);
  const g = call.tape.activation(elu.alpha, alpha);
  return map(call, (h) => affine(call.tape.apply(g, h), gamma, 0));
};

const geluExact: Operator = (call) => {
  const form = call.text('approximate', 'none');
  if (form !== 'none') call.unsupported(`approximate = "${form}"; expected the exact form, "none"`);
  return apply(call, gelu);
};

const power: Operator = (call) => {
  const { values } = call.constant(1);
  if (values.length !== 1 || values[0] !== 2) call.unsupported('a power other than 2');
  return unfinished('square')(call);
};

const division: Operator = (call) => {
  const by = call.operand(1);
  if (!('entries' in by)) {
    for (let k = 0; k < by.values.length; k++) if (by.values[k] === 0) call.malformed('a division by 0');
    return withConstant(call, call.rows(0), by, (value) => ({ scale: 1 / value }));
  }
  const rows = call.rows(0);
  const { shape, left, right } = call.broadcast(rows.shape, by.shape);
  call.spend(2 * terms(left.map((at) => rows.entries[at])));
  return { shape, entries: left.map((at, k) => quotient(call, rows.entries[at], by.entries[right[k]])) };
};

/** a / (t + s |r a|) = 1/(s |r|) softsign(s |r| / t · a), the only quotient that an activation is made of. */
function quotient(call: Call, a: Entry, b: Entry): Entry {
  const { tape } = call;
  const node = tape.nodeOf(b);
  const s = b.weights[0];
  const t = b.bias;
  const r = node !== undefined && isUnfinished(node, 'abs') ? ratio(a, node.h) : undefined;
  if (r === undefined || s <= 0 || t <= 0) return call.unsupported('a quotient of two computed tensors');
  const slope = s * Math.abs(r);
  return affine(tape.apply(softsign, affine(a, slope / t, 0)), 1 / slope, 0);
}

const softmax: Operator = (call) => {
  const rows = call.table(0);
  call.expectAxis(call.whole('axis', -1));
  return { ...rows, ended: call.label };
};

const makeOperators = () =>
  new Map<string, Operator>([
    ['Identity', same],
    ['Dropout', dropout],
    ['Cast', cast],
    ['Constant', (call) => call.constantAttribute()],
    ['Gemm', gemm],
    ['MatMul', matMul],
    ['Add', addition(1)],
    ['Sub', addition(-1)],
    ['Mul', multiplication],
    ['Div', division],
    ['Neg', (call) => map(call, (entry) => affine(entry, -1, 0))],
    ['ReduceSum', reduceSum],
    ['Reshape', reshape],
    ['Flatten', flatten],
    ['Transpose', transpose],
    ['Concat', concat],
    ['Gather', gather],
    ['Split', split],
    ['Relu', activation(relu)],
    ['Sigmoid', activation(sigmoid)],
    ['Tanh', activation(tanh)],
    ['Softplus', activation(softplus)],
    ['Softsign', activation(softsign)],
    ['Sin', activation(sine)],
    ['Mish', activation(mish)],
    ['LeakyRelu', withOption(leakyRelu.negativeSlope, 'alpha', 0.01)],
    ['Elu', withOption(elu.alpha, 'alpha', 1)],
    ['Selu', seluWith],
    ['HardSigmoid', hardSigmoidWith],
    ['Clip', clip],
    ['Gelu', geluExact],
    ['Erf', unfinished('erf')],
    ['Abs', unfinished('abs')],
    ['Pow', power],
    ['Exp', exponential],
    ['Softmax', softmax],
    ['LogSoftmax', softmax],
  ]);

let operators: ReadonlyMap<string, Operator> | undefined;

/** The operation of this name, if it is read; the table is made when first asked, so that a bundle can leave it out. */
export const operatorOf = (name: string): Operator | undefined => (operators ??= makeOperators()).get(name);
