/**
 * Tests tensors whose first axis is not the batch, sizes computed by the model, and initial states as exported by
 * PyTorch.
 */
import { fromOnnx } from '@nnbp/interop';
import { predictSequence } from '@nnbp/core';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { onnxModel, someNumbers } from './onnx-models.js';

type Model = Parameters<typeof onnxModel>[0];
type Nodes = Model['nodes'];

/** The value at [a, s, c] of a tensor [2, batch, 3] that contains, for each sample s, the values 0 to 5. */
const value = (a: number, c: number) => 3 * a + c;
const modelOf = (nodes: Nodes, integers: Model['integers'] = {}, numbers: Model['numbers'] = {}) =>
  onnxModel({ inputs: { x: [2, null, 3] }, nodes, integers, numbers, outputs: 'y' });
const outputsOf = (bytes: Uint8Array) => [...fromOnnx(bytes).predict([0, 1, 2, 3, 4, 5])];

describe('a tensor of [2, batch, 3]', () => {
  test.each<[string, Nodes, number[], Model['integers']?]>([
    ['Transpose', [['Transpose', 'x', 'y', { perm: [1, 2, 0] }]], [0, 3, 1, 4, 2, 5]],
    ['Gather at one position', [['Gather', 'x p', 'y', { axis: 0n }]], [3, 4, 5], { p: [-1] }],
    ['Gather at several positions', [['Gather', 'x p', 'y', { axis: -1n }]], [2, 0, 5, 3], { p: [2, 0] }],
    ['Slice of two axes', [['Slice', 'x s e a', 'y']], [4, 5], { s: [1, 1], e: [9, 9], a: [0, 2] }],
    ['Slice backwards', [['Slice', 'x s e a t', 'y']], [3, 4, 5, 0, 1, 2], { s: [-1], e: [-9], a: [0], t: [-1] }],
    ['Concat along the last axis', [['Concat', 'x x', 'y', { axis: 2n }]], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]],
    ['Concat along the first axis', [['Concat', 'x x', 'y', { axis: 0n }]], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]],
    ['Reshape', [['Reshape', 'x s', 'y']], [0, 1, 2, 3, 4, 5], { s: [0, 0, 3, 1] }],
    ['ReduceSum over the first axis', [['ReduceSum', 'x a', 'y', { keepdims: 0n }]], [3, 5, 7], { a: [0] }],
    ['ReduceSum over the last axis', [['ReduceSum', 'x a', 'y', { keepdims: 0n }]], [3, 12], { a: [2] }],
    ['ReduceSum over the first and last axes', [['ReduceSum', 'x a', 'y']], [15], { a: [0, -1] }],
    ['ReduceMean', [['ReduceMean', 'x', 'y', { axes: [0] }]], [1.5, 2.5, 3.5]],
    ['ReduceMax', [['ReduceMax', 'x', 'y', { axes: [0], keepdims: 0n }]], [3, 4, 5]],
    ['Unsqueeze and Squeeze', [['Unsqueeze', 'x a', 'z'], ['Squeeze', 'z a', 'y']], [0, 1, 2, 3, 4, 5], { a: [1] }],
    ['Relu', [['Relu', 'x', 'y']], [0, 1, 2, 3, 4, 5]],
  ])('%s of a tensor [2, batch, 3] returns the outputs that ONNX defines', (_, nodes, expected, integers) => {
    const outputs = outputsOf(modelOf(nodes, integers));
    expect(outputs).toHaveLength(expected.length);
    outputs.forEach((output, k) => expect(output).toBeCloseTo(expected[k], 13));
  }); // oxfmt-ignore

  test('Split divides a tensor [2, batch, 3] along its first axis', () => {
    const nodes: Nodes = [
      ['Split', 'x', 'a b', { axis: 0n }],
      ['Sub', 'b a', 'y'],
    ];
    expect(outputsOf(modelOf(nodes))).toEqual([3, 3, 3]);
  });

  test('constants of shape [3] and [2, 1, 1] are broadcast to a tensor [2, batch, 3], and MatMul multiplies its last axis', () => {
    const numbers: Model['numbers'] = { row: [[3], [10, 20, 30]], column: [[2, 1, 1], [100, 200]], W: [[3, 1], [1, 2, 3]] };
    const nodes: Nodes = [
      ['Add', 'x row', 'a'],
      ['Add', 'column a', 'b'],
      ['MatMul', 'b W', 'y'],
    ];
    const sums = [0, 1].map((a) =>
      [0, 1, 2].reduce((total, c) => total + (c + 1) * (value(a, c) + 10 * (c + 1) + 100 * (a + 1)), 0),
    );
    expect(outputsOf(modelOf(nodes, {}, numbers))).toEqual(sums);
  }); // oxfmt-ignore

  test.each<[RegExp, Nodes, Model['integers']?, Model['numbers']?]>([
    [/axis 1, the batch axis/, [['Gather', 'x p', 'y', { axis: 1n }]], { p: [0] }],
    [/axis -2, the batch axis/, [['ReduceSum', 'x a', 'y']], { a: [-2] }],
    [/axis 1, the batch axis/, [['Concat', 'x x', 'y', { axis: 1n }]]],
    [/expected a Transpose before it/, [['Gemm', 'x W', 'y']], {}, { W: [[3, 1], [1, 2, 3]] }],
    [/different numbers of axes after the batch/, [['Transpose', 'x', 't', { perm: [1, 0, 2] }], ['Add', 'x t', 'y']]],
    [/last axis is the batch/, [['Transpose', 'x', 't', { perm: [0, 2, 1] }], ['MatMul', 't W', 'y']], {}, { W: [[3, 1], [1, 2, 3]] }],
    [/shape \[2, 2, 1\] together with rows/, [['Add', 'x c', 'y']], {}, { c: [[2, 2, 1], [1, 2, 3, 4]] }],
    [/from \[2, batch, 3\] to \[-1, 3\]/, [['Reshape', 'x s', 'y']], { s: [-1, 3] }],
    [/from \[2, batch, 3\] to \[3, 0, 2\]/, [['Reshape', 'x s', 'y']], { s: [3, 0, 2] }],
  ])('an unsupported operation on a tensor [2, batch, 3] is rejected: %s', (message, nodes, integers, numbers) => {
    const error = errorOf(() => fromOnnx(modelOf(nodes, integers, numbers)));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(message)]);
  }); // oxfmt-ignore

  test('a position outside an axis, an axis that does not exist and a slice with step 0 are rejected', () => {
    for (const nodes of [
      [['Gather', 'x p', 'y', { axis: 0n }]],
      [['Gather', 'x zero', 'y', { axis: 3n }]],
      [['Slice', 'x zero p p', 'y']],
      [['Slice', 'x zero p zero zero', 'y']],
    ] satisfies Nodes[]) {
      expect(errorOf(() => fromOnnx(modelOf(nodes, { p: [5], zero: [0] }))).code).toBe('MALFORMED');
    }
  });
});

test.each<[string, Nodes]>([
  ['tensor name', [['Relu', 'x', 'n'.repeat(1e6)]]],
  ['operator name', [['n'.repeat(1e6), 'x', 'y']]],
  ['attribute value', [['RNN', 'x W W', 'y', { direction: 'n'.repeat(1e6) }]]],
])('a million-character %s does not result in a long error message', (_, nodes) => {
  const { code, message } = errorOf(() => fromOnnx(modelOf(nodes, {}, { W: [[1, 3, 3], someNumbers(9)] })));
  expect(code).toMatch(/MALFORMED|UNSUPPORTED/);
  expect(message.length).toBeLessThanOrEqual(2000);
});

describe('sizes that a model computes', () => {
  const model = (nodes: Nodes, integers: Model['integers'] = {}, batch: number | null = null) =>
    onnxModel({ inputs: { x: [batch, 2, 3] }, nodes, integers, outputs: 'y' });
  const scalar = (name: string, value: bigint): Nodes[number] => ['Constant', '', name, { value_int: value }];

  test('x.view(x.size(0), -1) keeps the batch axis', () => {
    const nodes: Nodes = [
      ['Shape', 'x', 'sizes'],
      scalar('zero', 0n),
      ['Gather', 'sizes zero', 'samples'],
      ['Unsqueeze', 'samples first', 'list'],
      ['Concat', 'list rest', 'shape', { axis: 0n }],
      ['Reshape', 'x shape', 'y'],
    ];
    expect(outputsOf(model(nodes, { first: [0], rest: [-1] }))).toEqual([0, 1, 2, 3, 4, 5]);
    const swapped = nodes.with(4, ['Concat', 'rest list', 'shape', { axis: 0n }]);
    expect(errorOf(() => fromOnnx(model(swapped, { first: [0], rest: [-1] }))).message).toMatch(/to \[-1, batch\]/);
  });

  test('the sizes of axes other than the batch are known constants', () => {
    const nodes: Nodes = [
      ['Shape', 'x', 'sizes', { start: 1n }],
      scalar('last', -1n),
      ['Gather', 'sizes last', 'three'],
      ['Mul', 'x three', 'y'],
    ];
    expect(outputsOf(model(nodes))).toEqual([0, 3, 6, 9, 12, 15]);
  });

  test('a reshape to [4, -1] is accepted if the batch size is 4, and otherwise rejected', () => {
    const nodes: Nodes = [['Reshape', 'x shape', 'y']];
    expect(outputsOf(model(nodes, { shape: [4, -1] }, 4))).toEqual([0, 1, 2, 3, 4, 5]);
    for (const batch of [null, 2]) {
      expect(errorOf(() => fromOnnx(model(nodes, { shape: [4, -1] }, batch))).message).toMatch(/to \[4, -1\]/);
    }
  });

  test.each<[string, RegExp, Nodes]>([
    ['UNSUPPORTED', /depends on the number of samples/, [['Shape', 'x', 's'], ['Mul', 'x s', 'y']]],
    ['UNSUPPORTED', /repeated for each sample or step/, [['Shape', 'x', 's'], ['ConstantOfShape', 's', 'z'], ['Transpose', 'z', 'y']]],
    ['MALFORMED', /\[-1\] is not a valid shape/, [['ConstantOfShape', 'negative', 'y']]],
    ['TOO_LARGE', /have more than \d+ entries/, [['ConstantOfShape', 'huge', 'y']]],
    ['TOO_LARGE', /have more than \d+ entries/, [['Expand', 'negative huge', 'y']]],
    ['MALFORMED', /shapes/, [['Expand', 'huge wide', 'y']]],
    ['MALFORMED', /perm \[0, 0\]/, [['Transpose', 'negative', 'y', { perm: [0, 0] }]]],
    ['MALFORMED', /constants of/, [['Unsqueeze', 'huge zero', 'h'], ['Concat', 'h negative', 'y', { axis: 0n }]]],
    ['UNSUPPORTED', /a tensor with 17 axes/, [['Unsqueeze', 'huge many', 'y']]],
  ])('an invalid or unsupported operation on sizes throws %s with a message that matches %s', (code, message, nodes) => {
    const many = Array.from({ length: 16 }, (_, k) => k);
    const integers = { negative: [-1], huge: [2 ** 30, 2 ** 20], wide: [3], zero: [0], many };
    const error = errorOf(() => fromOnnx(model(nodes, integers)));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  }); // oxfmt-ignore
});

describe('initial states', () => {
  const units = 2;
  const numbers: Model['numbers'] = {
    W: [[1, units, 1], someNumbers(units)],
    R: [[1, units, units], someNumbers(units * units)],
    learned: [[1, 1, units], [0.5, -0.25]],
    repeated: [[1, 2, units], [0.5, -0.25, 0.5, -0.25]],
  }; // oxfmt-ignore
  const [W, R] = [someNumbers(units), someNumbers(units * units)];
  /** The values h of an RNN after each of these inputs. */
  const run = (inputs: readonly number[], initial: readonly number[]) => {
    let h = initial;
    return inputs.map((x) => {
      const before = h;
      return (h = W.map((w, k) =>
        Math.tanh(w * x + before.reduce((total, each, j) => total + R[k * units + j] * each, 0)),
      ));
    });
  };
  const rnnNodes: Nodes = [
    ['RNN', 'x W R - - h0', 'all last'],
    ['Squeeze', 'all one', 'y'],
  ];

  test.each(['learned', 'repeated'])('the constant initial states "%s" are imported', (name) => {
    const nodes = rnnNodes.with(0, ['RNN', `x W R - - ${name}`, 'all']);
    const bytes = onnxModel({ inputs: { x: [null, null, 1] }, nodes, numbers, integers: { one: [1] }, outputs: 'y' });
    const outputs = predictSequence(fromOnnx(bytes), [[1], [-1]]);
    run([1, -1], [0.5, -0.25]).forEach((h, t) => h.forEach((each, k) => expect(outputs[t][k]).toBeCloseTo(each, 13)));
  });

  test('learned initial states that Expand repeats for each sample are imported', () => {
    const nodes: Nodes = [
      ['Shape', 'x', 'sizes'],
      ['Constant', '', 'k', { value_int: 1n }],
      ['Gather', 'sizes k', 'samples'],
      ['Unsqueeze', 'samples zero', 'list'],
      ['Concat', 'minus list minus', 'requested', { axis: 0n }],
      ['Shape', 'requested', 'three'],
      ['ConstantOfShape', 'three', 'zeros'],
      ['Add', 'zeros one', 'ones'],
      ['Equal', 'requested minus', 'isMinusOne'],
      ['Where', 'isMinusOne ones requested', 'shape'],
      ['Expand', 'learned shape', 'h0'],
      ...rnnNodes,
    ];
    const integers = { zero: [0], one: [1], minus: [-1] };
    const bytes = onnxModel({ inputs: { x: [null, null, 1] }, nodes, numbers, integers, outputs: 'y' });
    const outputs = predictSequence(fromOnnx(bytes), [[1], [-1]]);
    run([1, -1], [0.5, -0.25]).forEach((h, t) => h.forEach((each, k) => expect(outputs[t][k]).toBeCloseTo(each, 13)));
  });

  test('initial states can be inputs of the model only if the number of steps is fixed', () => {
    const model = (steps: number | null) =>
      onnxModel({
        inputs: { x: [steps, null, 1], h0: [1, null, units] },
        nodes: rnnNodes,
        numbers,
        integers: { one: [1] },
        outputs: 'y last',
      });
    const network = fromOnnx(model(3));
    expect(network.graph.ids.slice(0, 5)).toEqual(['x.0', 'x.1', 'x.2', 'h0.0', 'h0.1']);
    const h = run([1, 0.5, -1], [0.25, 0.75]);
    network
      .predict([1, 0.5, -1, 0.25, 0.75])
      .forEach((each, k) => expect(each).toBeCloseTo([...h, h[2]].flat()[k], 13));
    expect(errorOf(() => fromOnnx(model(null)))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/Input "h0": expected a constant initial state/) as string,
    });
  });

  test('a model that takes the maximum over the steps is imported only if the number of steps is fixed', () => {
    const nodes: Nodes = [
      ...rnnNodes.with(0, ['RNN', 'x W R', 'all']),
      ['ReduceMax', 'y', 'z', { axes: [0], keepdims: 0n }],
    ];
    const model = (steps: number | null) =>
      onnxModel({ inputs: { x: [steps, null, 1] }, nodes, numbers, integers: { one: [1] }, outputs: 'z' });
    const h = run([1, 0.5, -1], [0, 0]);
    fromOnnx(model(3))
      .predict([1, 0.5, -1])
      .forEach((each, k) => expect(each).toBeCloseTo(Math.max(...h.map((row) => row[k])), 13));
    const error = errorOf(() => fromOnnx(model(null)));
    expect([error.code, error.message]).toEqual([
      'UNSUPPORTED',
      expect.stringMatching(/ReduceMax.*the batch or time axis/),
    ]);
  });
});
