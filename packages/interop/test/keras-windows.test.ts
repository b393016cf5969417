/**
 * Compares imported Keras convolution, pooling, batch normalization and TimeDistributed layers with the Keras formulas,
 * written as loops.
 */
import { Random } from '@nnbp/core';
import { fromKeras, toOnnx } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { countLoaded, damaged } from '../../formats/test/fuzz.js';
import { operationsOf } from './onnx-models.js';

const random = new Random(3);
const numbers = (count: number) => Array.from({ length: count }, () => Math.fround(random.uniform() - 0.5));

type Weights = Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>;

function model(shape: readonly (number | null)[], layers: readonly (readonly [string, object])[], weights: Weights) {
  const entries = Object.entries(weights);
  const listed = layers.map(([kind, config], k) => ({
    class_name: kind,
    config: { name: `l${k}`, ...(k === 0 && { batch_input_shape: [null, ...shape] }), ...config },
  }));
  const json = {
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers: listed }, keras_version: '2.15.0' },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: entries.map(([name, [dimensions]]) => ({ name, shape: dimensions, dtype: 'float32' })),
      },
    ],
  };
  return { json, bytes: new Uint8Array(Float32Array.from(entries.flatMap(([, [, values]]) => values)).buffer) };
}

const read = (...of: Parameters<typeof model>) => {
  const { json, bytes } = model(...of);
  return fromKeras(json, bytes);
};

function expectClose(outputs: readonly number[], expected: readonly number[]): void {
  expect(outputs).toHaveLength(expected.length);
  outputs.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 12));
}

/**
 * Convolves x [steps, channels], preceded by `before` zeros, with a kernel [size, channels, filters]. Returns `count`
 * steps.
 */
function convolution(
  x: readonly number[],
  [length, channels]: readonly [number, number],
  kernel: readonly number[],
  [size, filters]: readonly [number, number],
  { before = 0, stride = 1, dilation = 1, count = 0 },
) {
  return Array.from({ length: count * filters }, (_, u) => {
    const [at, f] = [Math.floor(u / filters) * stride - before, u % filters];
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const cell = at + k * dilation;
      if (cell < 0 || cell >= length) continue;
      for (let c = 0; c < channels; c++) sum += x[cell * channels + c] * kernel[(k * channels + c) * filters + f];
    }
    return sum;
  });
}

describe('Conv1D', () => {
  const kernel = numbers(3 * 2 * 4);
  const bias = numbers(4);
  const x = numbers(9 * 2);
  const options = { filters: 4, kernel_size: [3] };

  test.each([
    [{}, { count: 7 }],
    [
      { padding: 'valid', strides: [2], dilation_rate: [2] },
      { stride: 2, dilation: 2, count: 3 },
    ],
    [{ padding: 'same' }, { before: 1, count: 9 }],
    [
      { padding: 'same', strides: 2 },
      { before: 1, stride: 2, count: 5 },
    ],
    [
      { padding: 'same', strides: [4] },
      { before: 1, stride: 4, count: 3 },
    ],
    [
      { padding: 'causal', dilation_rate: [3] },
      { before: 6, dilation: 3, count: 9 },
    ],
    [
      { padding: 'causal', strides: [2] },
      { before: 2, stride: 2, count: 5 },
    ],
  ])('Conv1D with %j has the same outputs as a loop, and its nodes share weights', (config, windows) => {
    const layer = ['Conv1D', { ...options, activation: 'tanh', ...config }] as const;
    const network = read([9, 2], [layer], { 'l0/kernel': [[3, 2, 4], kernel], 'l0/bias': [[4], bias] });
    const sums = convolution(x, [9, 2], kernel, [3, 4], windows);
    const expected = sums.map((sum, u) => Math.tanh(sum + bias[u % 4]));
    expectClose(network.predict(x), expected);
    expect(network.graph.parameterCount).toBe(4 + 3 * 2 * 4);
    expect(operationsOf(toOnnx(network))).toContain('Conv');
  });
});

test('padding "same" adds one more zero at the end than at the beginning if the kernel size is even', () => {
  const network = read([4, 1], [['Conv1D', { filters: 1, kernel_size: [2], padding: 'same', use_bias: false }]], {
    'l0/kernel': [[2, 1, 1], [1, 10]],
  }); // oxfmt-ignore
  expect(network.predict([1, 2, 3, 4])).toEqual([21, 32, 43, 4]);
});

test('pooling ignores padding cells, and global pooling has one window', () => {
  const same = { pool_size: [2], strides: null, padding: 'same' };
  const row = [3, -1, -5, -4, -2];
  expect(read([5, 1], [['MaxPooling1D', same]], {}).predict(row)).toEqual([3, -4, -2]);
  expect(read([5, 1], [['AveragePooling1D', same]], {}).predict(row)).toEqual([1, -4.5, -2]);
  expect(read([2, 2, 2], [['GlobalMaxPooling2D', {}]], {}).predict([1, 2, 3, 4, -5, 6, 7, -8])).toEqual([7, 6]);
  const layers = [
    ['GlobalAveragePooling2D', { keepdims: true }],
    ['Flatten', {}],
  ] as const;
  expect(read([2, 2, 2], layers, {}).predict([1, 2, 3, 4, -5, 6, 7, -8])).toEqual([1.5, 1]);
});

describe('BatchNormalization', () => {
  const norm = (channels: number, name = 'l1') => ({
    [`${name}/gamma`]: [[channels], numbers(channels)] as const,
    [`${name}/beta`]: [[channels], numbers(channels)] as const,
    [`${name}/moving_mean`]: [[channels], numbers(channels)] as const,
    [`${name}/moving_variance`]: [[channels], numbers(channels).map((value) => Math.fround(value + 1))] as const,
  });
  const normalized = (values: readonly number[], weights: ReturnType<typeof norm>) => {
    const [gamma, beta, mean, variance] = Object.values(weights).map(([, all]) => all);
    const at = (all: readonly number[], u: number) => all[u % all.length];
    return values.map(
      (value, u) => ((value - at(mean, u)) / Math.sqrt(at(variance, u) + 0.001)) * at(gamma, u) + at(beta, u),
    );
  };
  const kernel = numbers(2 * 3);
  const x = numbers(5);
  const sums = convolution(x, [5, 1], kernel, [2, 3], { count: 4 });
  const layer = { filters: 3, kernel_size: [2], use_bias: false };

  test('BatchNormalization is folded into the previous layer, whose nodes keep their shared weights', () => {
    const weights = norm(3);
    const layers = [
      ['Conv1D', layer],
      ['BatchNormalization', { epsilon: 0.001 }],
      ['ReLU', {}],
    ] as const;
    const network = read([5, 1], layers, { 'l0/kernel': [[2, 1, 3], kernel], ...weights });
    expectClose(
      network.predict(x),
      normalized(sums, weights).map((value) => Math.max(0, value)),
    );
    expect(network.graph.nodeCount).toBe(5 + 12);
    expect(network.graph.parameterCount).toBe(9);
  });

  test('BatchNormalization has separate nodes after an activation, and is correct after Flatten', () => {
    const weights = norm(3);
    const withRelu = [
      ['Conv1D', { ...layer, activation: 'relu' }],
      ['BatchNormalization', {}],
    ] as const;
    const activatedNetwork = read([5, 1], withRelu, { 'l0/kernel': [[2, 1, 3], kernel], ...weights });
    const activated = sums.map((value) => Math.max(0, value));
    expectClose(activatedNetwork.predict(x), normalized(activated, weights));
    expect([activatedNetwork.graph.nodeCount, activatedNetwork.graph.parameterCount]).toEqual([5 + 24, 9 + 6]);

    const flat = norm(12, 'l2');
    const layers = [
      ['Conv1D', layer],
      ['Flatten', {}],
      ['BatchNormalization', { axis: [1] }],
    ] as const;
    const network = read([5, 1], layers, { 'l0/kernel': [[2, 1, 3], kernel], ...flat });
    expectClose(network.predict(x), normalized(sums, flat));
  });

  test('BatchNormalization works without scale and center, and an axis other than the last is rejected', () => {
    const { 'l1/moving_mean': mean, 'l1/moving_variance': variance } = norm(3);
    const arrays = {
      'l0/kernel': [[2, 1, 3], kernel],
      'l1/moving_mean': mean,
      'l1/moving_variance': variance,
    } as const;
    const config = { scale: false, center: false, epsilon: 0.5, axis: 2 };
    const layers = (change: object) =>
      [
        ['Conv1D', layer],
        ['BatchNormalization', { ...config, ...change }],
      ] as const;
    const expected = sums.map((value, u) => (value - mean[1][u % 3]) / Math.sqrt(variance[1][u % 3] + 0.5));
    expectClose(read([5, 1], layers({}), arrays).predict(x), expected);
    const error = errorOf(() => read([5, 1], layers({ axis: [1] }), arrays));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/axis.*last axis/)]);
  });
});

describe('TimeDistributed', () => {
  const kernel = numbers(2 * 3);
  const bias = numbers(3);
  const dense = { class_name: 'Dense', config: { name: 'dense', units: 3, activation: 'linear' } };
  const weights = { 'dense/kernel': [[2, 3], kernel], 'dense/bias': [[3], bias] } as const;
  const step = ([a, b]: readonly number[]) => bias.map((value, k) => a * kernel[k] + b * kernel[3 + k] + value);

  test('TimeDistributed applies one layer to each entry of the first axis, with shared weights', () => {
    const x = numbers(8);
    const network = read([4, 2], [['TimeDistributed', { layer: dense }]], weights);
    expectClose(
      network.predict(x),
      [0, 2, 4, 6].flatMap((at) => step(x.slice(at, at + 2))),
    );
    expect(network.graph.parameterCount).toBe(9);
    // A dense layer without TimeDistributed does the same.
    const alone = read([4, 2], [['Dense', dense.config]], weights);
    expect(alone.predict(x)).toEqual(network.predict(x));
  });

  test('if the number of steps is not specified, TimeDistributed results in a network that reads one step', () => {
    const network = read([null, 2], [['TimeDistributed', { layer: dense }]], weights);
    expectClose(network.predict([0.5, -2]), step([0.5, -2]));
  });
});

describe('unsupported, malformed and very large models', () => {
  const conv = { filters: 1, kernel_size: [2, 2] };
  const kernel = { 'l0/kernel': [[2, 2, 1, 1], numbers(4)], 'l0/bias': [[1], [0]] } as const;

  test.each<[string, RegExp, readonly number[], string, object]>([
    ['UNSUPPORTED', /channels_last/, [3, 3, 1], 'Conv2D', { ...conv, data_format: 'channels_first' }],
    ['UNSUPPORTED', /groups.*only 1/, [3, 3, 1], 'Conv2D', { ...conv, groups: 2 }],
    ['UNSUPPORTED', /padding.*valid, same or causal/, [3, 3, 1], 'Conv2D', { ...conv, padding: 'full' }],
    ['UNSUPPORTED', /"exponential"/, [3, 3, 1], 'Conv2D', { ...conv, activation: 'exponential' }],
    ['MALFORMED', /3 axes for Conv2D, not \[9\]/, [9], 'Conv2D', conv],
    ['MALFORMED', /kernel_size: expected 2 sizes/, [3, 3, 1], 'Conv2D', { ...conv, kernel_size: [2] }],
    ['MALFORMED', /kernel of shape \[2, 2, 2, 1\], not \[2, 2, 1, 1\]/, [3, 3, 2], 'Conv2D', conv],
    ['MALFORMED', /a window of 2 cells does not fit into an axis of size 1/, [1, 3, 1], 'Conv2D', conv],
    ['MALFORMED', /strides.*integer from 1/, [3, 3, 1], 'Conv2D', { ...conv, strides: [0, 1] }],
    ['MALFORMED', /pool_size/, [3, 3, 1], 'MaxPooling2D', { strides: 1 }],
    ['TOO_LARGE', /edges/, [400, 400, 1], 'MaxPooling2D', { pool_size: [300, 300], strides: 1, padding: 'same' }],
    ['TOO_LARGE', /far more values/, [2 ** 20, 1], 'MaxPooling1D', { pool_size: 2 }],
  ])('fromKeras throws %s with a message that matches %s', (code, message, shape, kind, config) => {
    const error = errorOf(() => read(shape, [[kind, config]], kind === 'Conv2D' ? kernel : {}));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('a window of 2³¹ steps on an input of 3 steps is imported without a loop over the window', () => {
    const pool = { pool_size: 2 ** 31, strides: 1, padding: 'same' };
    expect(read([3, 1], [['MaxPooling1D', pool]], {}).predict([1, 5, 2])).toEqual([5, 5, 5]);
  });

  test('damaged models are rejected with an NnbpError or result in a network', () => {
    const norm = { gamma: [1, 2], beta: [3, 4], moving_mean: [0, 1], moving_variance: [1, 1] };
    const { json, bytes } = model(
      [5, 5, 1],
      [
        ['Conv2D', { filters: 2, kernel_size: [2, 2], padding: 'same', strides: [1, 1], activation: 'linear' }],
        ['BatchNormalization', { axis: [3], epsilon: 0.001, scale: true, center: true }],
        ['MaxPooling2D', { pool_size: [2, 2], strides: [1, 1], padding: 'valid' }],
        ['TimeDistributed', { layer: { class_name: 'AveragePooling1D', config: { name: 'p', pool_size: [2] } } }],
        ['GlobalAveragePooling2D', { keepdims: false }],
      ],
      {
        'l0/kernel': [[2, 2, 1, 2], numbers(8)],
        'l0/bias': [[2], numbers(2)],
        ...Object.fromEntries(Object.entries(norm).map(([part, values]) => [`l1/${part}`, [[2], values] as const])),
      },
    );
    const count = countLoaded((draw) => {
      const broken = damaged(json, draw);
      return () => fromKeras(broken, bytes);
    }, 0.1);
    expect(count).toBeGreaterThan(0);
  }, 60_000);
});
