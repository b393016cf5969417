/** Tests the import of ONNX models like those that other programs export. */
import * as activations from '@nnbp/activations';
import { type Activation, backpropagate } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { fromOnnx } from '@nnbp/interop';
import { expect, test } from 'vitest';
import { encodeModel } from '../src/onnx/schema.js';
import { errorOf } from '../../core/test/error-of.js';
import { onnxModel } from './onnx-models.js';

const { relu, sigmoid } = activations;

/** Imports a model with one input of two columns and a chain of operations. */
const chain = (
  nodes: Parameters<typeof onnxModel>[0]['nodes'],
  numbers: Parameters<typeof onnxModel>[0]['numbers'] = {},
  integers: Parameters<typeof onnxModel>[0]['integers'] = {},
) => fromOnnx(onnxModel({ inputs: { x: [null, 2] }, nodes, numbers, integers, outputs: 'y' }));

const W: readonly [number[], number[]] = [
  [3, 2],
  [1, 2, 3, 4, 5, 6],
];
const b: readonly [number[], number[]] = [[3], [0.5, -0.5, 0.25]];

test('a classifier exported by PyTorch is imported', () => {
  const network = fromOnnx(
    onnxModel({
      inputs: { image: [null, 1, 1, 2] },
      nodes: [
        ['Flatten', 'image', 'flat', { axis: 1n }],
        ['Gemm', 'flat W b', 'h', { alpha: 1, beta: 1, transB: 1n }],
        ['Relu', 'h', 'g'],
        ['Gemm', 'g V', 'logits'],
        ['Softmax', 'logits', 'p', { axis: -1n }],
      ],
      numbers: {
        W,
        b,
        V: [
          [3, 2],
          [1, -1, 0.5, 1, 2, -2],
        ],
      },
      outputs: 'p',
    }),
  );
  expect(network.graph.ids.slice(0, 3)).toEqual(['image.0', 'image.1', 'layer1.0']);
  expect(network.graph.edgeCount).toBe(12);
  // g = relu(W x + b) at x = (1, 1).
  const g = [3.5, 6.5, 11.25];
  const logits = [g[0] + 0.5 * g[1] + 2 * g[2], -g[0] + g[1] - 2 * g[2]];
  const powers = logits.map((x) => Math.exp(x - logits[0]));
  network.predict([1, 1]).forEach((p, k) => expect(p).toBeCloseTo(powers[k] / (powers[0] + powers[1]), 15));
  // Training continues on the logits.
  expect(backpropagate(network, [1, 1], [1, 0], mse()).outputs[0]).toEqual(logits);
});

test('a dense layer exported by Keras is imported', () => {
  const network = chain(
    [
      ['MatMul', 'x W', 'm'],
      ['Add', 'm b', 'h'],
      ['Elu', 'h', 'y', { alpha: 0.5 }],
    ],
    {
      W: [
        [2, 2],
        [1, 2, 3, 4],
      ],
      b: [[2], [-9, 1]],
    },
  );
  expect(network.predict([1, 1])).toEqual([expect.closeTo(0.5 * Math.expm1(-5), 7), 7]);
  expect(network.graph.activations).toHaveLength(1);
});

test('Transpose, Cast, Reshape, Dropout and arithmetic with constants are imported', () => {
  const network = chain(
    [
      ['Constant', '', 'two', { value_float: 2 }],
      ['Transpose', 'W', 'T'],
      ['Reshape', 'x shape', 'flat'],
      ['Cast', 'flat', 'f', { to: 1n }],
      ['MatMul', 'f T', 'm'],
      ['Dropout', 'm', 'd -'],
      ['Identity', 'd', 'same'],
      ['Sub', 'same two', 'less'],
      ['Sub', 'two less', 'more'],
      ['Mul', 'more two', 'scaled'],
      ['Div', 'scaled two', 'halved'],
      ['Neg', 'halved', 'y'],
    ],
    { W },
    { shape: [0, -1] },
  );
  // −(2 − (W x − 2))
  expect(network.predict([1, 1])).toEqual([3 - 4, 7 - 4, 11 - 4]);
});

test('Gather, Split and Concat select columns', () => {
  const network = chain(
    [
      ['Gather', 'x last', 'second', { axis: 1n }],
      ['Split', 'x', 'first other', { axis: -1n }],
      ['Concat', 'second first other second', 'four', { axis: 1n }],
      ['MatMul', 'four V', 'y'],
    ],
    {
      V: [
        [4, 1],
        [1, 10, 100, 1000],
      ],
    },
    { last: [-1] },
  );
  // Column 2 occurs three times, but becomes one edge.
  expect(network.predict([3, 5])).toEqual([5 + 30 + 500 + 5000]);
  expect(network.graph.edgeCount).toBe(2);
});

test('a residual connection adds edges', () => {
  const network = chain(
    [
      ['MatMul', 'x W', 'h'],
      ['Tanh', 'h', 'g'],
      ['Add', 'g x', 'sum'],
      ['Sigmoid', 'sum', 'y'],
    ],
    {
      W: [
        [2, 2],
        [1, 2, 3, 4],
      ],
    },
  );
  expect(network.graph.edgeCount).toBe(8);
  const expected = [0.1 + Math.tanh(0.7), 0.2 + Math.tanh(1)].map(sigmoid.value);
  expect(network.predict([0.1, 0.2])).toEqual(expected.map((y): unknown => expect.closeTo(y, 12)));
});

test('several inputs and outputs are concatenated', () => {
  const network = fromOnnx(
    onnxModel({
      inputs: { a: [null, 1], b: [1, 2] },
      nodes: [
        ['Concat', 'a b', 'c', { axis: 1n }],
        ['Relu', 'c', 'd'],
        ['Add', 'a a', 'e'],
      ],
      outputs: 'e d',
    }),
  );
  expect(network.graph.ids.slice(0, 3)).toEqual(['a.0', 'b.0', 'b.1']);
  expect(network.predict([2, -3, 4])).toEqual([4, 2, 0, 4]);
});

test.each<[string, Activation, Parameters<typeof onnxModel>[0]['nodes']]>([
  [
    'silu as a sigmoid times its argument',
    activations.silu,
    [
      ['Sigmoid', 'x', 's'],
      ['Mul', 's x', 'y'],
    ],
  ],
  [
    'mish as x times the tanh of a softplus',
    activations.mish,
    [
      ['Softplus', 'x', 's'],
      ['Tanh', 's', 't'],
      ['Mul', 'x t', 'y'],
    ],
  ],
  [
    'gelu with erf',
    activations.gelu,
    [
      ['Div', 'x root', 'r'],
      ['Erf', 'r', 'e'],
      ['Add', 'e one', 'f'],
      ['Mul', 'x f', 'm'],
      ['Mul', 'm half', 'y'],
    ],
  ],
  [
    'gelu with the factor 1/2 first',
    activations.gelu,
    [
      ['Mul', 'x half', 'h'],
      ['Div', 'x root', 'r'],
      ['Erf', 'r', 'e'],
      ['Add', 'one e', 'f'],
      ['Mul', 'f h', 'y'],
    ],
  ],
  [
    'gaussian',
    activations.gaussian,
    [
      ['Pow', 'x two', 'p'],
      ['Neg', 'p', 'n'],
      ['Exp', 'n', 'y'],
    ],
  ],
  [
    'softsign with abs',
    activations.softsign,
    [
      ['Abs', 'x', 'a'],
      ['Add', 'a one', 'b'],
      ['Div', 'x b', 'y'],
    ],
  ],
  ['hard tanh as a clip', activations.hardTanh, [['Clip', 'x minus one', 'y']]],
  ['relu as a clip without a maximum', relu, [['Clip', 'x zero', 'y']]],
  ['selu with its constants', activations.selu, [['Selu', 'x', 'y']]],
  ['hard sigmoid with slope 1/6', activations.hardSigmoid, [['HardSigmoid', 'x', 'y', { alpha: 1 / 6 }]]],
  ['leaky relu', activations.leakyRelu.negativeSlope(0.25), [['LeakyRelu', 'x', 'y', { alpha: 0.25 }]]],
])('an activation written as several operators, or under another name, is imported: %s', (_, activation, nodes) => {
  const scalar = (value: number) => [[], [value]] as const;
  const network = chain(nodes, {
    root: scalar(Math.SQRT2),
    half: scalar(0.5),
    one: scalar(1),
    two: scalar(2),
    minus: scalar(-1),
    zero: scalar(0),
  });
  for (const x of [-3, -0.7, 0.2, 1.5]) {
    expect(network.predict([x, -x])[0]).toBeCloseTo(activation.value(x), 6);
    expect(network.graph.activations.map(({ name }) => name)).toContain(activation.name);
  }
});

test.each<[string, (x: number) => number, Parameters<typeof onnxModel>[0]['nodes']]>([
  ['relu6', (x) => Math.min(Math.max(x, 0), 6), [['Clip', 'x zero six', 'y']]],
  ['clip without a minimum', (x) => Math.min(x, 6), [['Clip', 'x - six', 'y']]],
  ['hard sigmoid with slope 0.2', (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1), [['HardSigmoid', 'x', 'y']]],
  [
    'selu with other constants',
    (x) => (x > 0 ? 2 * x : 6 * Math.expm1(x)),
    [['Selu', 'x', 'y', { alpha: 3, gamma: 2 }]],
  ],
  [
    'swish with factor 2',
    (x) => x / (1 + Math.exp(-2 * x)),
    [
      ['Add', 'x x', 'd'],
      ['Sigmoid', 'd', 's'],
      ['Mul', 's x', 'y'],
    ],
  ],
])('%s is imported as a combination of activations', (_, expected, nodes) => {
  const network = chain(nodes, { zero: [[], [0]], six: [[], [6]] });
  for (const x of [-4, -1, 0.5, 3, 8]) expect(network.predict([x, 0])[0]).toBeCloseTo(expected(x), 5);
});

test.each<[string, Parameters<typeof onnxModel>[0]['nodes'], RegExp]>([
  ['an unsupported operator', [['Det', 'x', 'y']], /Det "node 0"/],
  ['an operator named like a property of every object', [['constructor', 'x', 'y']], /constructor "node 0"/],
  [
    'a softmax in the middle',
    [
      ['Softmax', 'x', 's', { axis: 1n }],
      ['Relu', 's', 'y'],
    ],
    /Relu "node 1".*Softmax "node 0"/,
  ],
  ['an exponential', [['Exp', 'x', 'y']], /Exp "node 0".*gaussian/],
  ['a quotient of two computed tensors', [['Div', 'x x', 'y']], /Div "node 0".*quotient/],
  ['an Erf outside a gelu', [['Erf', 'x', 'y']], /Erf "node 0"/],
  ['the approximate gelu', [['Gelu', 'x', 'y', { approximate: 'tanh' }]], /Gelu "node 0".*tanh/],
  ['a concatenation of samples', [['Concat', 'x x', 'y', { axis: 0n }]], /Concat "node 0".*axis 0/],
  ['a cast to integers', [['Cast', 'x', 'y', { to: 7n }]], /Cast "node 0".*type 7/],
])('%s is rejected, and the error names its node', (_, nodes, message) => {
  const error = errorOf(() => chain(nodes));
  expect(error.code).toBe('UNSUPPORTED');
  expect(error.message).toMatch(message);
});

test.each<[string, () => unknown, RegExp]>([
  ['an unknown operand', () => chain([['Relu', 'z', 'y']]), /Relu "node 0".*"z"/],
  [
    'a matrix that does not fit',
    () =>
      chain([['MatMul', 'x W', 'y']], {
        W: [
          [3, 1],
          [1, 2, 3],
        ],
      }),
    /3 rows.*2 columns/,
  ],
  [
    'a tensor with missing numbers',
    () => chain([['Relu', 'x', 'y']], { W: [[3, 1], [1]] }),
    /"W".*3 × 1 numbers.*received 1/,
  ],
  [
    'a position beyond the end',
    () => chain([['Gather', 'x i', 'y', { axis: 1n }]], {}, { i: [2] }),
    /position 2 is out of range for an axis of size 2/,
  ],
  ['an unknown output', () => chain([['Relu', 'x', 'z']]), /Output "y"/],
  ['a file in another format', () => fromOnnx(new TextEncoder().encode('{"not": "a model"}')), /not an ONNX model/],
  ['an empty file', () => fromOnnx(new Uint8Array()), /no graph/],
  ['a model without an operator set', () => fromOnnx(encodeModel({ graph: {} })), /operator set/],
])('%s is rejected as malformed', (_, action, message) => {
  const error = errorOf(action);
  expect(error.code).toBe('MALFORMED');
  expect(error.message).toMatch(message);
});

test.each([
  ['an ArrayBuffer, such as the result of response.arrayBuffer()', new ArrayBuffer(5)],
  ['the path of a file', 'model.onnx'],
])('fromOnnx rejects %s with advice', (_, bytes) => {
  const error = errorOf(() => fromOnnx(bytes as never));
  expect(error.code).toBe('WRONG_TYPE');
  expect(error.message).toBe('bytes: expected a Uint8Array. Convert an ArrayBuffer with new Uint8Array(buffer).');
});

type ChainArguments = Parameters<typeof chain>;
const constants: ChainArguments[1] = {
  W: [
    [1, 1, 2],
    [1, 2],
  ],
  c: [[4], [1, 2, 3, 4]],
  V: [
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ],
};
test.each<[string, ChainArguments[0], RegExp, ChainArguments[2]?]>([
  ['a transposed batch', [['Gemm', 'x V', 'y', { transA: 1n }]], /transA/],
  ['a stack of matrices', [['MatMul', 'x W', 'y']], /a matrix with 3 axes/],
  ['a matrix that is computed', [['MatMul', 'x x', 'y']], /computed operand 1/],
  ['a constant where a computed tensor is expected', [['Relu', 'V', 'y']], /constant operand 0/],
  ['a Flatten that merges the batch with another axis', [['Flatten', 'x', 'y', { axis: 2n }]], /axis 2/],
  ['a reshape that changes the batch', [['Reshape', 'x s', 'y']], /from \[batch, 2\] to \[-1, 1\]/, { s: [-1, 1] }],
  [
    'a reshape to too many axes',
    [['Reshape', 'x s', 'y']],
    /a tensor with 17 axes/,
    { s: new Array<number>(17).fill(1) },
  ],
  ['a sum over the batch', [['ReduceSum', 'x s', 'y']], /axis 0, the batch axis/, { s: [0] }],
  ['a sum over all axes', [['ReduceSum', 'x', 'y']], /over all axes/],
  [
    'a concatenation of tensors of different sizes',
    [
      ['Reshape', 'x s', 'c'],
      ['Reshape', 'x t', 'd'],
      ['Concat', 'c d', 'y', { axis: 1n }],
    ],
    /tensors of shapes \[batch, 1, 2\], \[batch, 2, 1\]/,
    { s: [0, 1, 2], t: [0, 2, 1] },
  ],
  ['a power other than 2', [['Pow', 'x V', 'y']], /power other than 2/],
  [
    'a clip with an empty range',
    [
      ['Constant', '', 'n', { value_float: 1 }],
      ['Clip', 'x n n', 'y'],
    ],
    /a range from 1 to 1/,
  ],
  [
    'dropout in training',
    [
      ['Constant', '', 't', { value_int: 1n }],
      ['Dropout', 'x - t', 'y'],
    ],
    /training mode/,
  ],
  [
    'a constant that is a string',
    [
      ['Constant', '', 'n', { value_string: 'a' }],
      ['Add', 'x n', 'y'],
    ],
    /a sparse constant or a string/,
  ],
  ['a constant with a row per sample', [['Add', 'x V', 'y']], /shape \[2, 3\] together with rows of shape \[2\]/],
])('%s is rejected as unsupported', (_, nodes, message, integers = {}) => {
  const error = errorOf(() => chain(nodes, constants, integers));
  expect(error.code).toBe('UNSUPPORTED');
  expect(error.message).toMatch(message);
});

test.each<[string, ChainArguments[0], RegExp, ChainArguments[2]?]>([
  ['a Gemm with a stack of matrices', [['Gemm', 'x W', 'y']], /2 axes, received 3/],
  ['a bias of the wrong length', [['Gemm', 'x V c', 'y']], /shapes \[3\] and \[4\]/],
  ['a constant of the wrong length', [['Mul', 'x c', 'y']], /shapes \[2\] and \[4\]/],
  [
    'a division by 0',
    [
      ['Constant', '', 'n', { value_float: 0 }],
      ['Div', 'x n', 'y'],
    ],
    /the divisor contains 0/,
  ],
  [
    'a split into sizes that do not add up',
    [['Split', 'x s', 'y z', { axis: 1n }]],
    /an axis of size 2 cannot be split into \[1, 2\]/,
    { s: [1, 2] },
  ],
])('%s is rejected as malformed', (_, nodes, message, integers = {}) => {
  const error = errorOf(() => chain(nodes, constants, integers));
  expect(error.code).toBe('MALFORMED');
  expect(error.message).toMatch(message);
});

test('float32, float64, int32, int64 and bool tensors are imported; string or invalid tensors are rejected', () => {
  const numbers = (tensor: object) =>
    fromOnnx(
      encodeModel({
        opsetImport: [{ version: 13n }],
        graph: {
          node: [{ opType: 'Add', input: ['x', 'n'], output: ['y'] }],
          initializer: [{ name: 'n', dims: [2n], ...tensor }],
          input: [{ name: 'x', type: { tensorType: { shape: { dim: [{}, { dimValue: 2n }] } } } }],
          output: [{ name: 'y' }],
        },
      }),
    ).predict([0, 0]);
  const raw = (values: ArrayBufferView) => new Uint8Array(values.buffer as ArrayBuffer);
  expect(numbers({ dataType: 1, rawData: raw(Float32Array.of(0.5, -2)) })).toEqual([0.5, -2]);
  expect(numbers({ dataType: 11, rawData: raw(Float64Array.of(0.1, -2)) })).toEqual([0.1, -2]);
  expect(numbers({ dataType: 11, doubleData: [0.1, -2] })).toEqual([0.1, -2]);
  expect(numbers({ dataType: 6, rawData: raw(Int32Array.of(7, -2)) })).toEqual([7, -2]);
  expect(numbers({ dataType: 6, int32Data: [7, -2] })).toEqual([7, -2]);
  expect(numbers({ dataType: 7, rawData: raw(BigInt64Array.of(7n, -2n)) })).toEqual([7, -2]);
  expect(numbers({ dataType: 9, rawData: Uint8Array.of(1, 0) })).toEqual([1, 0]);

  const rejected = (tensor: object) => errorOf(() => numbers(tensor));
  expect(rejected({ dataType: 8 }).message).toMatch(/received type 8/);
  expect(rejected({ dataType: 1, dataLocation: 1 }).message).toMatch(/another file/);
  expect(rejected({ dataType: 1, dims: [-2n] }).message).toMatch(/sizes from 0 to 2⁵³ − 1, received -2/);
  expect(rejected({ dataType: 1, floatData: [1, NaN] }).code).toBe('NOT_FINITE');
});

test('sparse tensors and constant outputs are valid, but not supported', () => {
  const error = (graph: object) =>
    errorOf(() =>
      fromOnnx(
        encodeModel({
          opsetImport: [{ version: 13n }],
          graph: {
            node: [{ opType: 'Add', input: ['x', 'n'], output: ['y'] }],
            input: [{ name: 'x', type: { tensorType: { shape: { dim: [{}, { dimValue: 2n }] } } } }],
            output: [{ name: 'y' }, { name: 'n' }],
            ...graph,
          },
        }),
      ),
    );
  const tensor = { name: 'n', dims: [2n], dataType: 1, floatData: [1, 2] };
  const sparse = error({ sparseInitializer: [{ values: tensor }] });
  expect([sparse.code, sparse.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/"n".*dense.*sparse/)]);
  const output = error({ initializer: [tensor] });
  expect([output.code, output.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/"n".*a constant.*Remove/)]);
  expect(error({ initializer: [tensor], output: [{ name: 'z' }] }).code).toBe('MALFORMED');
});

test('an operand can be an initializer or the result of a Constant', () => {
  const network = chain(
    [
      ['Constant', '', 'one', { value_int: 1n }],
      ['Add', 'x one', 'a'],
      ['ReduceSum', 'a axis', 's'],
      ['Reshape', 's flat', 'r'],
      ['Add', 'a r', 'y'],
    ],
    {},
    { axis: [-1], flat: [0, 1] },
  );
  // a = x + 1. The sum of the entries of a is added to each of them.
  expect(network.predict([2, 3])).toEqual([3 + 7, 4 + 7]);
});

test('operator sets before 6 are rejected', () => {
  const operatorSet5 = encodeModel({ graph: {}, opsetImport: [{ version: 5n }] });
  const error = errorOf(() => fromOnnx(operatorSet5));
  expect(error.code).toBe('UNSUPPORTED');
  expect(error.message).toMatch(/operator set 5/);
});

test('an input of unknown size and an input without a batch axis are rejected', () => {
  const network = (dims: (number | null)[]) => () =>
    fromOnnx(onnxModel({ inputs: { x: dims }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }));
  expect(errorOf(network([null, null])).message).toMatch(/Input "x".*batch/);
  expect(errorOf(network([3])).message).toMatch(/Input "x".*received 1 axis\./);
});

test('a small file that would need a lot of memory is rejected before the memory is allocated', () => {
  const hugeInput = () =>
    fromOnnx(onnxModel({ inputs: { x: [null, 2 ** 40] }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }));
  expect(errorOf(hugeInput).code).toBe('TOO_LARGE');
  const chainOf = (
    count: number,
    step: (from: string, to: string) => Parameters<typeof onnxModel>[0]['nodes'][number],
  ) =>
    onnxModel({
      inputs: { t0: [null, 2] },
      nodes: Array.from({ length: count }, (_, k) => step(`t${k}`, `t${k + 1}`)),
      numbers: {
        many: [[1000, 100], new Array<number>(1e5).fill(1)],
        wide: [[2, 1e5], new Array<number>(2e5).fill(1)],
      },
      integers: { parts: [1e5, 0] },
      outputs: `t${count}`,
    });
  const costlyModels = {
    'twice as wide each time': chainOf(60, (from, to) => ['Concat', `${from} ${from}`, to, { axis: 1n }]),
    'a transposed copy each time': chainOf(5000, (_, to) => ['Transpose', 'many', to]),
    'wide, and copied each time': chainOf(5000, (from, to) =>
      from === 't0' ? ['MatMul', 't0 wide', to] : ['Neg', from, to],
    ),
    'wide, and cut each time': chainOf(5000, (from, to) =>
      from === 't0' ? ['MatMul', 't0 wide', to] : ['Split', `${from} parts`, `${to} -`, { axis: 1n }],
    ),
  };
  for (const [what, bytes] of Object.entries(costlyModels))
    expect(errorOf(() => fromOnnx(bytes)).code, what).toBe('TOO_LARGE');
});
