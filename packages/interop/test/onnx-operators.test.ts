/** Compares imported ONNX operators with their definitions. */
import { NnbpError, Random } from '@nnbp/core';
import { fromOnnx, onnxExternalPaths } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { attributeTypes, dataTypes, encodeModel, type ModelInit } from '../src/onnx/schema.js';
import { errorOf } from '../../core/test/error-of.js';

type Attribute = number | bigint | string | readonly number[] | readonly bigint[];
type Node = NonNullable<NonNullable<ModelInit['graph']>['node']>[number];
type Tensor = NonNullable<NonNullable<ModelInit['graph']>['initializer']>[number];

function attributeOf(name: string, value: Attribute) {
  if (typeof value === 'number') return { name, f: value, type: attributeTypes.float };
  if (typeof value === 'bigint') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: attributeTypes.string };
  return value.every((entry): entry is bigint => typeof entry === 'bigint')
    ? { name, ints: [...value], type: attributeTypes.ints }
    : { name, floats: value.map(Number), type: attributeTypes.floats };
}

/** An operator. Its operands are `x`, names of constants, and results of previous operators. */
const op = (
  opType: string,
  input: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): Node => ({
  opType,
  domain,
  input: [...input],
  attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
});

const floats = (dims: readonly number[], values: readonly number[]): Tensor => ({
  dims: dims.map(BigInt),
  dataType: dataTypes.double,
  doubleData: [...values],
});
const integers = (...values: readonly number[]): Tensor => ({
  dims: [BigInt(values.length)],
  dataType: dataTypes.int64,
  int64Data: values.map(BigInt),
});

interface Model {
  readonly width?: number | string;
  readonly shape?: readonly (number | string)[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly Node[];
  readonly operatorSet?: number;
  /** The type of `x`. Default: 1, float. */
  readonly type?: number;
  /** Names of further outputs of the last node. */
  readonly otherOutputs?: readonly string[];
}

/** Writes a model. The result of node k is named `k`; the last result is the output. */
function model({
  width = 3,
  shape = ['N', width],
  constants = {},
  nodes,
  operatorSet = 13,
  type = 1,
  otherOutputs = [],
}: Model): Uint8Array {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: BigInt(size) }));
  return encodeModel({
    irVersion: 8n,
    opsetImport: [
      { domain: '', version: BigInt(operatorSet) },
      { domain: 'ai.onnx.ml', version: 1n },
    ],
    graph: {
      name: 'g',
      node: nodes.map((node, k) => ({
        ...node,
        output: [String(k), ...(k === nodes.length - 1 ? otherOutputs : [])],
      })),
      initializer: Object.entries(constants).map(([name, tensor]) => ({ ...tensor, name })),
      input: [{ name: 'x', type: { tensorType: { elemType: type, shape: { dim } } } }],
      output: [{ name: String(nodes.length - 1) }],
    },
  });
}

const rows = [
  [0.5, -0.25, 2],
  [-3, 0, 1.5],
  [7, -7, 0.125],
];

function expectPredicts(
  bytes: Uint8Array,
  expected: (row: readonly number[]) => readonly number[],
  inputs = rows,
): void {
  const network = fromOnnx(bytes);
  for (const row of inputs) {
    const actual = network.predict(row);
    const expectedRow = expected(row);
    expect(actual).toHaveLength(expectedRow.length);
    actual.forEach((value, k) => expect(value).toBeCloseTo(expectedRow[k], 6));
  }
}

const w = floats([3, 2], [1, -2, 0.5, 3, -1, 0.25]);
const product = ([a, b, c]: readonly number[]) => [a + 0.5 * b - c, -2 * a + 3 * b + 0.25 * c];

describe('an operator that is affine', () => {
  test('BatchNormalization uses the stored mean and variance', () => {
    const constants = {
      scale: floats([3], [2, -1, 0.5]),
      B: floats([3], [0.1, 0.2, 0.3]),
      mean: floats([3], [1, 0, -1]),
      variance: floats([3], [4, 0.25, 9]),
      w,
    };
    const normalization = op('BatchNormalization', ['x', 'scale', 'B', 'mean', 'variance'], { epsilon: 1e-3 });
    const normal = (row: readonly number[]) =>
      row.map(
        (x, k) => [2, -1, 0.5][k] * ((x - [1, 0, -1][k]) / Math.sqrt([4, 0.25, 9][k] + 1e-3)) + [0.1, 0.2, 0.3][k],
      );
    for (const operatorSet of [6, 9, 14]) {
      expectPredicts(model({ constants, nodes: [normalization], operatorSet }), normal);
      expectPredicts(model({ constants, nodes: [normalization, op('MatMul', ['0', 'w'])], operatorSet }), (row) =>
        product(normal(row)),
      );
    }
    const shortMean = { ...constants, mean: floats([2], [1, 0]) };
    expect(errorOf(() => fromOnnx(model({ constants: shortMean, nodes: [normalization] }))).message).toMatch(
      /2 numbers; expected 3, one per channel/,
    );
    const training = op('BatchNormalization', ['x', 'scale', 'B', 'mean', 'variance'], { training_mode: 1n });
    expect(errorOf(() => fromOnnx(model({ constants, nodes: [training] }))).message).toMatch(/export.*inference/);
    const older = model({
      constants,
      nodes: [normalization],
      operatorSet: 9,
      otherOutputs: ['newMean', 'newVariance'],
    });
    expect(errorOf(() => fromOnnx(older)).message).toMatch(/export.*inference/);
  });

  test('Scaler of ai.onnx.ml computes (x − offset) · scale', () => {
    const scaler = (offset: readonly number[], scale: readonly number[]) =>
      op('Scaler', ['x'], { offset, scale }, 'ai.onnx.ml');
    expectPredicts(model({ nodes: [scaler([1, 2, 3], [0.5, 2, -1])] }), ([a, b, c]) => [
      (a - 1) / 2,
      (b - 2) * 2,
      -(c - 3),
    ]);
    expectPredicts(model({ nodes: [scaler([1], [0.5])] }), (row) => row.map((x) => (x - 1) / 2));
    expect(errorOf(() => fromOnnx(model({ nodes: [scaler([1, 2], [1])] }))).message).toMatch(
      /2 numbers; expected 3, one per column/,
    );
    expect(errorOf(() => fromOnnx(model({ nodes: [op('Scaler', ['x'])] }))).code).toBe('UNSUPPORTED');
  });

  test('Sum and Mean are imported with any number of tensors and constants', () => {
    const constants = { c: floats([3], [1, 2, 3]), one: floats([], [10]) };
    expectPredicts(model({ constants, nodes: [op('Sum', ['x', 'c', 'x', 'one'])] }), (row) =>
      row.map((x, k) => 2 * x + k + 11),
    );
    expectPredicts(model({ constants, nodes: [op('Mean', ['c', 'x'])] }), (row) => row.map((x, k) => (x + k + 1) / 2));
    expectPredicts(model({ nodes: [op('Sum', ['x'])] }), (row) => row);
    expect(errorOf(() => fromOnnx(model({ constants, nodes: [op('Sum', ['c', 'one'])] }))).message).toMatch(
      /constants as the only operands/,
    );
  });

  test('ReduceMean over the columns is imported', () => {
    const nodes = [op('ReduceMean', ['x'], { axes: [1n], keepdims: 1n })];
    expectPredicts(model({ nodes }), ([a, b, c]) => [(a + b + c) / 3]);
  });
});

describe('an operator that is piecewise linear', () => {
  const constants = { zero: floats([], [0]), c: floats([3], [1, -1, 0]), w };

  test.each([
    ['Max(x, 0)', op('Max', ['x', 'zero']), (x: number) => Math.max(x, 0)],
    ['Max(0, x)', op('Max', ['zero', 'x']), (x: number) => Math.max(x, 0)],
    ['Min(x, 0)', op('Min', ['x', 'zero']), (x: number) => Math.min(x, 0)],
    [
      'Max(x, a constant per column, 0)',
      op('Max', ['x', 'c', 'zero']),
      (x: number, k: number) => Math.max(x, [1, -1, 0][k], 0),
    ],
    [
      'Min(a constant per column, x, 0)',
      op('Min', ['c', 'x', 'zero']),
      (x: number, k: number) => Math.min(x, [1, -1, 0][k], 0),
    ],
    ['Max(x, x)', op('Max', ['x', 'x']), (x: number) => x],
    ['Max of one operand', op('Max', ['x']), (x: number) => x],
    ['Abs', op('Abs', ['x']), Math.abs],
    ['PRelu with a slope', op('PRelu', ['x', 'slope']), (x: number) => (x < 0 ? 0.25 * x : x)],
    [
      'PRelu with a slope per column',
      op('PRelu', ['x', 'c']),
      (x: number, k: number) => (x < 0 ? [1, -1, 0][k] * x : x),
    ],
  ])('the imported %s computes the function that ONNX defines', (_, node, expected) => {
    const bytes = model({ constants: { ...constants, slope: floats([1], [0.25]) }, nodes: [node] });
    expectPredicts(bytes, (row) => row.map(expected));
  });

  test('Max and Min of two computed tensors can be followed by other operators', () => {
    const nodes = [op('Neg', ['x']), op('Max', ['x', '0']), op('Min', ['1', 'c']), op('MatMul', ['2', 'w'])];
    expectPredicts(model({ constants, nodes }), (row) =>
      product(row.map((x, k) => Math.min(Math.abs(x), [1, -1, 0][k]))),
    );
  });

  const largest = (2 - 2 ** -23) * 2 ** 127;
  test.each([
    [-largest, 1],
    [-0.5, largest],
    [-1e30, Infinity],
    [-Infinity, 1e30],
    [-1e30, 2],
    [1, 1e30],
    [-1e30, -1],
    [-largest, largest],
  ])('Clip, Max and Min do not lose digits of x with the bounds %d and %d', (low, high) => {
    const expected = (row: readonly number[]) => row.map((x) => Math.min(Math.max(x, low), high));
    const attributes = { ...(low > -Infinity && { min: low }), ...(high < Infinity && { max: high }) };
    expectPredicts(model({ nodes: [op('Clip', ['x'], attributes)], operatorSet: 6 }), expected);
    if (Math.abs(low) === Infinity || Math.abs(high) === Infinity) return;
    const nodes = [op('Max', ['x', 'low']), op('Min', ['high', '0'])];
    expectPredicts(model({ constants: { low: floats([], [low]), high: floats([1], [high]) }, nodes }), expected);
  });

  test('x / (1 + Abs(x)) is imported as softsign', () => {
    const nodes = [op('Abs', ['x']), op('Add', ['0', 'one']), op('Div', ['x', '1'])];
    const bytes = model({ constants: { one: floats([], [1]) }, nodes });
    expectPredicts(bytes, (row) => row.map((x) => x / (1 + Math.abs(x))));
    expect(fromOnnx(bytes).graph.activations.map(({ name }) => name)).toEqual(['softsign']);
  });
});

describe('an activation that nnbp does not have under the same name', () => {
  test.each([
    ['Celu', op('Celu', ['x'], { alpha: 0.5 }), (x: number) => Math.max(0, x) + Math.min(0, 0.5 * Math.expm1(x / 0.5))],
    ['Swish', op('Swish', ['x'], { alpha: 2 }), (x: number) => x / (1 + Math.exp(-2 * x))],
    ['Swish with alpha = 0', op('Swish', ['x'], { alpha: 0 }), (x: number) => x / 2],
  ])('the imported %s computes the function that ONNX defines', (_, node, expected) => {
    expectPredicts(model({ nodes: [node] }), (row) => row.map(expected));
  });

  test('Celu with an alpha of 0 is rejected', () => {
    expect(errorOf(() => fromOnnx(model({ nodes: [op('Celu', ['x'], { alpha: 0 })] }))).message).toMatch(/above 0/);
  });
});

describe('an activation written as several operators', () => {
  const constants = {
    three: floats([], [3]),
    zero: floats([], [0]),
    six: floats([], [6]),
    one: floats([], [1]),
    half: floats([], [0.5]),
  };
  const hardSwish = (x: number) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1);

  test.each([
    ['x · HardSigmoid(x)', [op('HardSigmoid', ['x'], { alpha: 1 / 6, beta: 0.5 }), op('Mul', ['x', '0'])]],
    [
      'x · Clip(x + 3, 0, 6) / 6',
      [op('Add', ['x', 'three']), op('Clip', ['0', 'zero', 'six']), op('Mul', ['x', '1']), op('Div', ['2', 'six'])],
    ],
    ['HardSwish', [op('HardSwish', ['x'])]],
  ])('%s is imported as hardSwish', (_, nodes) => {
    const bytes = model({ constants, nodes, operatorSet: 14 });
    expectPredicts(bytes, (row) => row.map(hardSwish));
    expect(fromOnnx(bytes).graph.activations.map(({ name }) => name)).toContain('hardSwish');
  });

  test('√(x² + constant) is imported with bentIdentity', () => {
    const nodes = [op('Mul', ['x', 'x']), op('Add', ['0', 'three']), op('Sqrt', ['1']), op('Mul', ['2', 'half'])];
    expectPredicts(model({ constants, nodes }), (row) => row.map((x) => 0.5 * Math.sqrt(x * x + 3)));
    const bentIdentityNodes = [...nodes.slice(0, 1), op('Add', ['0', 'one']), op('Sqrt', ['1']), op('Sub', ['2', 'one']), op('Mul', ['3', 'half']), op('Add', ['x', '4'])]; // oxfmt-ignore
    const network = fromOnnx(model({ constants, nodes: bentIdentityNodes }));
    expect([network.graph.nodeCount, network.graph.activations.map(({ name }) => name)]).toEqual([6, ['bentIdentity']]);
  });
});

describe('an operator that changes shapes', () => {
  test.each([1n, -2n])('Flatten with axis = %s keeps the batch', (axis) => {
    const nodes = [op('Flatten', ['x'], { axis }), op('MatMul', ['0', 'v'])];
    const bytes = model({ shape: ['N', 1, 3], constants: { v: floats([3, 1], [1, 2, 3]) }, nodes });
    expectPredicts(bytes, ([a, b, c]) => [a + 2 * b + 3 * c]);
    const merged = model({ shape: ['N', 1, 3], nodes: [op('Flatten', ['x'], { axis: axis - 1n })] });
    expect(errorOf(() => fromOnnx(merged)).message).toMatch(/Flatten.*expected 1/);
  });

  test('a negative Pad removes columns', () => {
    const nodes = [op('Pad', ['x', 'pads'])];
    expectPredicts(model({ constants: { pads: integers(0, -1, 0, 1) }, nodes }), ([, b, c]) => [b, c, 0]);
    const empty = model({ constants: { pads: integers(0, -2, 0, -2) }, nodes });
    expect(errorOf(() => fromOnnx(empty)).code).toBe('MALFORMED');
  });

  const singleColumn = { v: floats([3, 1], [1, 2, 3]) };
  const dot = ([a, b, c]: readonly number[]) => [a + 2 * b + 3 * c];

  test.each([
    ['without axes', op('Squeeze', ['0'])],
    ['of axis 1', op('Squeeze', ['0', 'axis'])],
    ['with the attribute axes = [-1]', op('Squeeze', ['0'], { axes: [-1n] })],
  ])('Squeeze %s can be the last operator', (_, squeeze) => {
    const bytes = model({
      constants: { ...singleColumn, axis: integers(1) },
      nodes: [op('MatMul', ['x', 'v']), squeeze],
    });
    expectPredicts(bytes, dot);
  });

  test('Unsqueeze inserts axes of size 1, and Squeeze removes only axes of size 1', () => {
    const nodes = [op('Unsqueeze', ['x', 'axes']), op('Squeeze', ['0', 'axes']), op('MatMul', ['1', 'v'])];
    expectPredicts(model({ constants: { ...singleColumn, axes: integers(1, 3) }, nodes }), dot);
    const wide = model({ nodes: [op('Squeeze', ['x'], { axes: [1n] })] });
    expect(errorOf(() => fromOnnx(wide)).message).toMatch(/axes \[1\] of \[batch, 3\]/);
    expect(errorOf(() => fromOnnx(model({ nodes: [op('Unsqueeze', ['x'], { axes: [3n] })] }))).code).toBe(
      'UNSUPPORTED',
    );
  });

  const columns = (start: number, end: number, step = 1) =>
    model({
      constants: { s: integers(start), e: integers(end), a: integers(1), t: integers(step) },
      nodes: [op('Slice', ['x', 's', 'e', 'a', 't'])],
    });

  test.each([
    [0, 2, 1, [0, 1]],
    [1, 2 ** 40, 1, [1, 2]],
    [-2, -1, 1, [1]],
    [0, 3, 2, [0, 2]],
    [2, -4, -1, [2, 1, 0]],
    [-1, 0, -2, [2]],
    [-5, -4, -1, [0]],
  ])('Slice from %i to %i with step %i is imported', (start, end, step, expected) => {
    expectPredicts(columns(start, end, step), (row) => expected.map((k) => row[k]));
  });

  test('before operator set 10, attributes specify the positions of Slice; a step of 0 and a slice of the batch axis are rejected', () => {
    const nodes = [op('Slice', ['x'], { starts: [1n], ends: [3n], axes: [1n] })];
    expectPredicts(model({ nodes, operatorSet: 9 }), ([, b, c]) => [b, c]);
    expect(errorOf(() => fromOnnx(columns(0, 3, 0))).message).toMatch(/steps other than 0/);
    const batch = model({ nodes: [op('Slice', ['x'], { starts: [1n], ends: [3n] })], operatorSet: 9 });
    expect(errorOf(() => fromOnnx(batch)).message).toMatch(/axis 0/);
  });
});

describe('different numbers of axes', () => {
  const nodes = [op('Unsqueeze', ['x', 'axis']), op('Mul', ['0', 'x'])];
  const constants = { axis: integers(1) };

  test('two computed tensors are rejected if broadcasting aligns a batch axis with another axis', () => {
    const error = errorOf(() => fromOnnx(model({ constants, nodes })));
    expect([error.code, error.message]).toEqual([
      'UNSUPPORTED',
      expect.stringMatching(/Mul.*different samples\. Reshape/),
    ]);
  });

  test('tensors with different numbers of axes are multiplied if the batch size is 1', () => {
    expectPredicts(model({ shape: [1, 3], constants, nodes }), (row) => row.map((x) => x * x));
  });
});

describe('operator sets and inputs', () => {
  test('the default axis of Softmax is 1 before operator set 13, and the last axis from then on', () => {
    const bytes = (shape: readonly (number | string)[], operatorSet: number) =>
      model({ shape, nodes: [op('Softmax', ['x'])], operatorSet });
    const softmax = (row: readonly number[]) => {
      const exponentials = row.map(Math.exp);
      return exponentials.map((x) => x / exponentials.reduce((a, b) => a + b));
    };
    expectPredicts(bytes(['N', 3], 12), softmax);
    expectPredicts(bytes(['steps', 'N', 3], 13), softmax);
    const error = errorOf(() => fromOnnx(bytes(['steps', 'N', 3], 12)));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/axis 1; expected.*axis 2/)]);
  });

  test('operator set 6 aligns shapes by the attribute "axis", and earlier operator sets are rejected with advice', () => {
    const constants = { w, b: floats([2], [10, 20]) };
    const nodes = [op('MatMul', ['x', 'w']), op('Add', ['0', 'b'], { broadcast: 1n, axis: 1n })];
    expectPredicts(model({ constants, nodes, operatorSet: 6 }), (row) => product(row).map((x, k) => x + 10 * (k + 1)));
    const withDropout = [op('Dropout', ['x'], { is_test: 1n, ratio: 0.5 }), op('MatMul', ['0', 'w'])];
    expectPredicts(model({ constants, nodes: withDropout, operatorSet: 6 }), product);
    const outOfRange = op('Add', ['0', 'b'], { broadcast: 1n, axis: 2n });
    expect(errorOf(() => fromOnnx(model({ constants, nodes: [nodes[0], outOfRange], operatorSet: 6 }))).code).toBe(
      'MALFORMED',
    );
    const error = errorOf(() => fromOnnx(model({ constants, nodes, operatorSet: 5 })));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/set 5.*convert_version/)]);
  });

  test.each([
    ['MatMul', [op('MatMul', ['x', 'w'])], product],
    ['Cast and MatMul', [op('Cast', ['x'], { to: 1n }), op('MatMul', ['0', 'w'])], product],
    ['Gemm', [op('Gemm', ['x', 'w'])], product],
    ['Gemm, transposed', [op('Gemm', ['x', 't'], { transB: 1n })], ([a, b, c]: readonly number[]) => [a + b + c]],
    ['Sub', [op('Sub', ['x', 'v'])], ([a, b, c]: readonly number[]) => [a - 1, b - 2, c - 3]],
  ])('an unspecified number of columns is inferred from %s', (_, nodes, expected) => {
    const constants = { w, t: floats([1, 3], [1, 1, 1]), v: floats([3], [1, 2, 3]) };
    expectPredicts(model({ shape: ['N', 'M'], constants, nodes }), expected);
  });

  test('an unknown number of columns and an input without a batch axis are rejected with advice', () => {
    expect(errorOf(() => fromOnnx(model({ shape: ['N', 'M'], nodes: [op('Relu', ['x'])] }))).message).toMatch(
      /Export.*fixed sizes/,
    );
    expect(errorOf(() => fromOnnx(model({ shape: [3], nodes: [op('Relu', ['x'])] }))).message).toMatch(/batch axis/);
  });
});

test('integers from an input are imported only if a Cast converts them before arithmetic', () => {
  const constants = { two: floats([], [2]), w };
  const toFloat = [op('Identity', ['x']), op('Cast', ['0'], { to: 1n }), op('Div', ['1', 'two'])];
  const integerRows = [[5, -7, 2]];
  expectPredicts(model({ constants, nodes: toFloat, type: 7 }), (row) => row.map((x) => x / 2), integerRows);
  const nodes = [op('Identity', ['x']), op('Div', ['0', 'two']), op('Cast', ['1'], { to: 1n })];
  const error = errorOf(() => fromOnnx(model({ constants, nodes, type: 7 })));
  expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/Div.*integers.*Cast/)]);

  // The result of a Scaler is float for every type of its operand.
  const scaled = [op('Scaler', ['x'], { offset: [1], scale: [0.5] }, 'ai.onnx.ml'), op('Div', ['0', 'two'])];
  expectPredicts(model({ constants, nodes: scaled, type: 7 }), (row) => row.map((x) => (x - 1) / 4), integerRows);
});

describe('numbers in other data types and in external files', () => {
  const weights = [1, -2, 0.5, 3, -1, 0.25];

  test.each([
    ['int64', 7n, [1, -1, 0]],
    ['uint8', 2n, [1, -1, 0]],
    ['bool', 9n, [1, 1, 1]],
    ['double', 11n, [1.75, -1.75, 0.25]],
  ])('a Cast of a constant to %s converts its numbers', (_, to, expected) => {
    const nodes = [op('Cast', ['c'], { to }), op('Cast', ['0'], { to: 1n }), op('Mul', ['x', '1'])];
    const bytes = model({ constants: { c: floats([3], [1.75, -1.75, 0.25]) }, nodes });
    expectPredicts(bytes, (row) => row.map((x, k) => x * expected[k]));
    const toString = model({ constants: { c: floats([3], [1, 2, 3]) }, nodes: nodes.with(0, op('Cast', ['c'], { to: 8n })) }); // oxfmt-ignore
    expect(errorOf(() => fromOnnx(toString)).message).toMatch(/type 8; expected a floating-point, integer or bool/);
  });

  const nodes = [op('MatMul', ['x', 'w'])];
  const toFloat16 = (value: number) =>
    ({ 1: 0x3c00, [-2]: 0xc000, 0.5: 0x3800, 3: 0x4200, [-1]: 0xbc00, 0.25: 0x3400 })[value]!;
  const toBfloat16 = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0] >>> 16;

  test.each([
    ['float16', dataTypes.float16, toFloat16],
    ['bfloat16', dataTypes.bfloat16, toBfloat16],
  ])('%s tensors are imported from raw bytes and from a list', (_, dataType, bitsOf) => {
    const bits = weights.map(bitsOf);
    const raw = { dims: [3n, 2n], dataType, rawData: new Uint8Array(Uint16Array.from(bits).buffer) };
    expectPredicts(model({ constants: { w: raw }, nodes }), product);
    expectPredicts(model({ constants: { w: { dims: [3n, 2n], dataType, int32Data: bits } }, nodes }), product);
  });

  test('subnormal float16 numbers are exact, and Infinity and NaN are rejected', () => {
    const w1 = (bits: number): Tensor => ({ dims: [1n, 1n], dataType: dataTypes.float16, int32Data: [bits] });
    const read = (bits: number) => fromOnnx(model({ width: 1, constants: { w: w1(bits) }, nodes })).predict([1])[0];
    expect(read(1)).toBe(2 ** -24);
    expect(read(0x83ff)).toBe(-1023 * 2 ** -24);
    expect(read(0x7bff)).toBe(65504);
    for (const bits of [0x7c00, 0x7e00]) expect(errorOf(() => read(bits)).code).toBe('NOT_FINITE');
  });

  const entry = (key: string, value: string) => ({ key, value });
  const external = (...externalData: readonly { readonly key: string; readonly value: string }[]): Tensor => ({
    dims: [3n, 2n],
    dataType: dataTypes.float,
    dataLocation: 1,
    externalData: [...externalData],
  });
  const file = new Uint8Array(Float32Array.from([9, ...weights, 9]).buffer);

  test('weights in an external file are imported', () => {
    const bytes = model({
      constants: { w: external(entry('location', 'w.bin'), entry('offset', '4'), entry('length', '24')) },
      nodes,
    });
    expect(onnxExternalPaths(bytes)).toEqual(['w.bin']);
    expect(fromOnnx(bytes, { files: { 'w.bin': file } }).predict(rows[0])).toEqual(product(rows[0]));
    const complete = model({ constants: { w: external(entry('location', './w.bin')) }, nodes });
    expect(fromOnnx(complete, { files: { './w.bin': file.subarray(4, 28) } }).predict(rows[1])).toEqual(
      product(rows[1]),
    );
  });

  test.each([
    ['UNSUPPORTED', /another file, "w\.bin"/, [entry('location', 'w.bin')], {}],
    ['UNSUPPORTED', /"__proto__"/, [entry('location', '__proto__')], {}],
    ['UNSUPPORTED', /another file, ""/, [], {}],
    ['MALFORMED', /24 bytes at offset 16/, [entry('location', 'w.bin'), entry('offset', '16')], { 'w.bin': file }],
    ['MALFORMED', /NaN/, [entry('location', 'w.bin'), entry('offset', 'x')], { 'w.bin': file }],
    ['MALFORMED', /-4/, [entry('location', 'w.bin'), entry('offset', '-4')], { 'w.bin': file }],
    ['MALFORMED', /2 numbers/, [entry('location', 'w.bin'), entry('length', '8')], { 'w.bin': file }],
  ])('invalid external data throws %s with a message that matches %s', (code, message, entries, files) => {
    const error = errorOf(() => fromOnnx(model({ constants: { w: external(...entries) }, nodes }), { files }));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('a thousand tensors that refer to one file are rejected', () => {
    const tensor = external(entry('location', 'w.bin'), entry('length', '24'));
    const constants = Object.fromEntries(Array.from({ length: 1000 }, (_, k) => [`w${k}`, tensor]));
    const error = errorOf(() =>
      fromOnnx(model({ constants, nodes: [op('MatMul', ['x', 'w0'])] }), { files: { 'w.bin': file } }),
    );
    expect(error.code).toBe('TOO_LARGE');
  });
});

describe('an unsupported operator', () => {
  test.each([
    ['ConvTranspose', /Conv, MaxPool/],
    ['LpPool', /Conv, MaxPool/],
    ['Scan', /one step.*states/],
    ['ArgMax', /labels.*extract_model/],
    ['QuantizeLinear', /float32/],
    ['Sqrt', /root of anything other/],
    ['Floor', /MatMul, Add, Mul, Max/],
  ])('the error for %s names the operator and says what to do', (opType, message) => {
    const error = errorOf(() => fromOnnx(model({ nodes: [op(opType, ['x'])] })));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(message)]);
  });

  test.each(['ZipMap', 'TreeEnsembleRegressor', 'LinearRegressor'])(
    'the error for %s of ai.onnx.ml names the operator',
    (opType) => {
      const error = errorOf(() => fromOnnx(model({ nodes: [op(opType, ['x'], {}, 'ai.onnx.ml')] })));
      expect(error.message).toMatch(new RegExp(`not supported: the operator ${opType}\\. `));
      expect(errorOf(() => fromOnnx(model({ nodes: [op('Relu', ['x'], {}, 'com.example')] }))).code).toBe(
        'UNSUPPORTED',
      );
    },
  );
});

test('random combinations of operands and attributes result in a network or an NnbpError', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const types = ['Max', 'Min', 'Sum', 'Mean', 'PRelu', 'Abs', 'Slice', 'Squeeze', 'Unsqueeze', 'BatchNormalization', 'Celu', 'ReduceMean', 'Scaler']; // oxfmt-ignore
  for (let k = 0; k < 300; k++) {
    const random = new Random(seed + k);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random.uniform() * list.length)];
    const names = ['x', '0', '1', 'a', 'b', 'n', ''];
    const nodes = Array.from({ length: 3 }, () => {
      const type = pick(types);
      const operands = Array.from({ length: 1 + Math.floor(5 * random.uniform()) }, () => pick(names));
      const attributes = { axes: [BigInt(Math.floor(4 * random.uniform()) - 1)], offset: [1], scale: [2, 2, 2] };
      return op(type, operands, attributes, type === 'Scaler' ? 'ai.onnx.ml' : '');
    });
    const constants = { a: floats([3], [1, -1, 0]), b: floats([], [2]), n: integers(pick([0, 1, -1, 5, 1e9])) };
    try {
      fromOnnx(model({ constants, nodes, operatorSet: pick([6, 9, 13, 18]) })).predict(rows[0]);
    } catch (error) {
      if (!(error instanceof NnbpError)) throw new Error(`seed ${seed + k}`, { cause: error });
    }
  }
});
