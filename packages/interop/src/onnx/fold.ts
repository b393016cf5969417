/** Evaluates operators on constants and on the sizes of tensors. The batch size and number of steps are unknown. */
import { join, permute, pick } from './axes.js';
import type { Call } from './call.js';
import type { Constant } from './constant.js';
import { slices, unsqueezed } from './operators/shapes.js';
import { dataTypes, isFloatType } from './schema.js';
import { sizeOf } from '../size-of.js';

type Fold = (call: Call, operands: readonly (Constant | undefined)[]) => Constant;

/** Returns the result of Shape, or of an operator whose operands are all constant; undefined for other operators. */
export function fold(call: Call): Constant | undefined {
  const { node, values } = call;
  if (node.domain !== '' && node.domain !== 'ai.onnx') return undefined;
  if (node.opType === 'Shape') return sizesOf(call);
  const operator = folds.get(node.opType);
  if (operator === undefined || node.input.length === 0) return undefined;
  const operands: (Constant | undefined)[] = [];
  for (const name of node.input) {
    const value = values.get(name);
    if (value === undefined) {
      // A missing operand has an empty name.
      if (name !== '') return undefined;
      operands.push(undefined);
    } else if ('entries' in value) return undefined;
    else operands.push(value);
  }
  if (operands.some((operand) => operand?.repeated !== undefined) && !/^(?:Slice|Identity|Cast)$/.test(node.opType)) {
    call.unsupported('values that are repeated for each sample or step');
  }
  const result = operator(call, operands);
  const isUnknown = operands.some((operand) => operand?.isUnknown) && Array.from(result.values).some(Number.isNaN);
  return { ...result, isUnknown };
}

/** The sizes of a tensor: NaN for the batch size and for the number of steps. */
function sizesOf(call: Call): Constant {
  const value = call.values.get(call.node.input[0] ?? '');
  const isConstant = value !== undefined && 'dims' in value;
  if (isConstant && value.repeated !== undefined) call.unsupported('values that are repeated for each sample or step');
  const sizes = isConstant ? value.dims : call.sizes(call.rows(0));
  const values = sizes.slice(call.integer('start', 0), call.integer('end', sizes.length));
  return { dims: [values.length], values, isUnknown: values.some(Number.isNaN) };
}

const operandAt = (call: Call, operands: readonly (Constant | undefined)[], k: number): Constant =>
  operands[k] ?? call.malformed('an operand is missing');

const firstOperand: Fold = (call, operands) => operandAt(call, operands, 0);

/** The ONNX integer types. */
const integerTypes: readonly number[] = [2, 3, 4, 5, 6, 7, 12, 13];

/** `Cast` of constants. To an integer type, it truncates; to bool, it converts all numbers except 0 to 1. */
const cast: Fold = (call, operands) => {
  const operand = operandAt(call, operands, 0);
  const to = call.integer('to', 1);
  if (isFloatType(to)) return operand;
  const isInteger = integerTypes.includes(to);
  if (!isInteger && to !== dataTypes.bool)
    call.unsupported(`type ${to}; expected a floating-point, integer or bool type`);
  // NaN stands for an unknown size.
  const convert = isInteger ? Math.trunc : (value: number) => (value === 0 ? 0 : 1);
  const values = Float64Array.from(operand.values, (value) => (Number.isNaN(value) ? value : convert(value)));
  return { ...operand, values };
};

const binary =
  (value: (a: number, b: number) => number): Fold =>
  (call, operands) => {
    const [a, b] = [operandAt(call, operands, 0), operandAt(call, operands, 1)];
    const { shape, left, right } = call.broadcast(a.dims, b.dims);
    return { dims: shape, values: left.map((at, k) => value(a.values[at], b.values[right[k]])) };
  };

/** The shape of a new tensor. An unknown size becomes 1, and its axis is listed in `repeated`. */
function newShape(call: Call, { values }: Constant) {
  const sizes = Array.from(values);
  if (sizes.some((size) => !Number.isNaN(size) && !Number.isSafeInteger(size))) {
    call.malformed(`[${sizes.slice(0, 8).join(', ')}] is not a valid shape`);
  }
  const repeated = sizes.flatMap((size, axis) => (Number.isNaN(size) ? [axis] : []));
  return { dims: sizes.map((size) => (Number.isNaN(size) ? 1 : size)), repeated };
}

const withRepeated = (constant: Constant, repeated: readonly number[]): Constant =>
  repeated.length === 0 ? constant : { ...constant, repeated };

const constantOfShape: Fold = (call, operands) => {
  const { dims, repeated } = newShape(call, operandAt(call, operands, 0));
  if (dims.some((size) => size < 0)) call.malformed(`[${dims.join(', ')}] is not a valid shape`);
  const size = sizeOf(dims);
  call.spend(size);
  return withRepeated({ dims, values: new Array<number>(size).fill(call.constantAttributeOr(0)) }, repeated);
};

const expand: Fold = (call, operands) => {
  const { dims: operandDims, values } = operandAt(call, operands, 0);
  const { dims, repeated } = newShape(call, operandAt(call, operands, 1));
  const { shape, left } = call.broadcast(operandDims, dims);
  const offset = shape.length - dims.length;
  if (repeated.some((axis) => shape[axis + offset] !== 1))
    call.unsupported('expanding to the number of samples or steps');
  return withRepeated(
    { dims: shape, values: left.map((at) => values[at]) },
    repeated.map((axis) => axis + offset),
  );
};

const where: Fold = (call, operands) => {
  const [condition, a, b] = [0, 1, 2].map((k) => operandAt(call, operands, k));
  const first = call.broadcast(condition.dims, a.dims);
  const { shape, left, right } = call.broadcast(first.shape, b.dims);
  return {
    dims: shape,
    values: left.map((at, k) =>
      condition.values[first.left[at]] === 0 ? b.values[right[k]] : a.values[first.right[at]],
    ),
  };
};

const gather: Fold = (call, operands) => {
  const [data, positions] = [operandAt(call, operands, 0), operandAt(call, operands, 1)];
  const axis = call.axisAmong(call.integer('axis', 0), data.dims.length);
  const picked = call.positions(positions, data.dims[axis]);
  call.spendCopies((data.values.length / Math.max(1, data.dims[axis])) * picked.length);
  return {
    dims: data.dims.toSpliced(axis, 1, ...positions.dims),
    values: pick(data.values, data.dims, axis, picked),
  };
};

const slice: Fold = (call, operands) => {
  const operand = operandAt(call, operands, 0);
  const { repeated } = operand;
  let { dims, values } = operand;
  for (const { axis: requested, positionsOf } of slices(call)) {
    const axis = call.axisAmong(requested, dims.length);
    if (repeated?.includes(axis)) call.unsupported('values that are repeated for each sample or step');
    const positions = positionsOf(dims[axis]);
    call.spendCopies(values.length);
    values = pick(values, dims, axis, positions);
    dims = dims.with(axis, positions.length);
  }
  return withRepeated({ dims, values }, repeated ?? []);
};

const concat: Fold = (call, operands) => {
  const parts = operands.map((_, k) => operandAt(call, operands, k));
  const axis = call.axisAmong(call.integer('axis', 0), parts[0].dims.length);
  const others = ({ dims }: Constant) => dims.with(axis, 0).join();
  if (parts.some((part) => part.dims.length !== parts[0].dims.length || others(part) !== others(parts[0]))) {
    call.malformed(
      `constants of shapes [${parts.map(({ dims }) => dims.join(', ')).join('], [')}] cannot be concatenated`,
    );
  }
  call.spendCopies(parts.reduce((all, { values }) => all + values.length, 0));
  const width = parts.reduce((all, { dims }) => all + dims[axis], 0);
  return {
    dims: parts[0].dims.with(axis, width),
    values: join(
      parts.map(({ dims, values }) => ({ shape: dims, items: values })),
      axis,
    ),
  };
};

const reshape: Fold = (call, operands) => {
  const { dims, values } = operandAt(call, operands, 0);
  const target = Array.from(operandAt(call, operands, 1).values, (size, axis) => (size === 0 ? dims[axis] : size));
  const known = sizeOf(target.filter((size) => size !== -1));
  const shape = target.map((size) => (size === -1 ? values.length / known : size));
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || sizeOf(shape) !== values.length) {
    call.unsupported(`a reshape from [${dims.join(', ')}] to [${target.slice(0, 8).join(', ')}]`);
  }
  return { dims: shape, values };
};

const transpose: Fold = (call, operands) => {
  const { dims, values } = operandAt(call, operands, 0);
  const order = call.order(dims.length);
  call.spend(values.length);
  return { dims: order.map((axis) => dims[axis]), values: permute(values, dims, order) };
};

const squeeze: Fold = (call, operands) => {
  const { dims, values } = operandAt(call, operands, 0);
  const named = call.listed(1, 'axes')?.map((axis) => call.axisAmong(axis, dims.length));
  const removed = new Set(named ?? dims.flatMap((size, axis) => (size === 1 ? [axis] : [])));
  if ([...removed].some((axis) => dims[axis] !== 1))
    call.malformed(`axes [${[...removed].join(', ')}] do not all have size 1`);
  return { dims: dims.filter((_, axis) => !removed.has(axis)), values };
};

const folds: ReadonlyMap<string, Fold> = /* @__PURE__ */ new Map<string, Fold>([
  ['Identity', firstOperand],
  ['Cast', cast],
  ['Gather', gather],
  ['Slice', slice],
  ['Concat', concat],
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  [
    'Unsqueeze',
    (call, operands) => {
      const { dims, values } = operandAt(call, operands, 0);
      return { dims: unsqueezed(call, dims), values };
    },
  ],
  ['ConstantOfShape', constantOfShape],
  ['Expand', expand],
  ['Where', where],
  ['Equal', binary((a, b) => (a === b ? 1 : 0))],
  ['Add', binary((a, b) => a + b)],
  ['Sub', binary((a, b) => a - b)],
  ['Mul', binary((a, b) => a * b)],
]);
