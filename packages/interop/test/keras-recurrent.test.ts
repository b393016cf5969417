/** Compares recurrent layers imported from Keras with the Keras formulas, written as loops over matrices. */
import { predictSequence, Random } from '@nnbp/core';
import { fromKeras, toOnnx } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { countLoaded, damaged } from '../../formats/test/fuzz.js';
import { fixtures, maxStepError } from './fixtures.js';
import { operationsOf } from './onnx-models.js';

type Matrix = readonly (readonly number[])[];
const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));
/** The hard sigmoid of Keras 2: 0.2 h + 0.5, clipped to [0, 1]. */
const hardSigmoid = (h: number) => Math.min(1, Math.max(0, 0.2 * h + 0.5));

/** The product row · matrix. */
const times = (row: readonly number[], matrix: Matrix) =>
  matrix[0].map((_, k) => row.reduce((sum, value, j) => sum + value * matrix[j][k], 0));
const plus = (...rows: readonly (readonly number[])[]) =>
  rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0));
const part = (row: readonly number[], k: number, units: number) => row.slice(k * units, (k + 1) * units);

interface Numbers {
  readonly kernel: Matrix;
  readonly recurrent: Matrix;
  readonly bias: Matrix;
}

const steps = {
  SimpleRNN({ kernel, recurrent, bias }: Numbers, x: number[], [h]: number[][]) {
    return [plus(times(x, kernel), times(h, recurrent), bias[0]).map(Math.tanh)];
  },
  LSTM({ kernel, recurrent, bias }: Numbers, x: number[], [h, c]: number[][], gate = sigmoid) {
    const z = plus(times(x, kernel), times(h, recurrent), bias[0]);
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => part(z, k, h.length));
    const next = c.map((value, k) => gate(f[k]) * value + gate(i[k]) * Math.tanh(g[k]));
    return [next.map((value, k) => gate(o[k]) * Math.tanh(value)), next];
  },
  GRU({ kernel, recurrent, bias }: Numbers, x: number[], [h]: number[][], gate = sigmoid) {
    const units = h.length;
    const resetAfter = bias.length === 2;
    const fromInput = plus(times(x, kernel), bias[0]);
    const fromState = resetAfter ? plus(times(h, recurrent), bias[1]) : times(h, recurrent);
    const [z, r] = [0, 1].map((k) => plus(part(fromInput, k, units), part(fromState, k, units)).map(gate));
    const candidateWeights = recurrent.map((row) => part(row, 2, units));
    const inner = resetAfter
      ? part(fromState, 2, units).map((value, k) => r[k] * value)
      : times(h.map((value, k) => r[k] * value), candidateWeights); // oxfmt-ignore
    const n = plus(part(fromInput, 2, units), inner).map(Math.tanh);
    return [h.map((value, k) => z[k] * value + (1 - z[k]) * n[k])];
  },
};

/** A model with one recurrent layer and a dense layer, with the weight names of Keras. */
function model(
  kind: keyof typeof steps,
  config: object,
  { inputs = 3, units = 4, nested = false, resetAfter = false } = {},
) {
  const random = new Random(7);
  const matrix = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(random.uniform() - 0.5)));
  const columns = { SimpleRNN: 1, LSTM: 4, GRU: 3 }[kind] * units;
  const numbers = {
    kernel: matrix(inputs, columns),
    recurrent: matrix(units, columns),
    bias: matrix(resetAfter ? 2 : 1, columns),
  };
  const dense = { kernel: matrix(units, 2), bias: matrix(1, 2) };
  const prefix = nested ? 'sequential/layer/layer_cell/' : 'layer/';
  const arrays: [string, number[], Matrix][] = [
    [`${prefix}kernel`, [inputs, columns], numbers.kernel],
    [`${prefix}recurrent_kernel`, [units, columns], numbers.recurrent],
    [`${prefix}bias`, resetAfter ? [2, columns] : [columns], numbers.bias],
    ['dense/kernel', [units, 2], dense.kernel],
    ['dense/bias', [2], dense.bias],
  ];
  const layers = [
    {
      class_name: kind,
      config: {
        name: 'layer',
        units,
        activation: 'tanh',
        recurrent_activation: 'sigmoid',
        return_sequences: true,
        batch_input_shape: [null, null, inputs],
        ...(kind === 'GRU' && { reset_after: resetAfter }),
        ...config,
      },
    },
    { class_name: 'Dense', config: { name: 'dense', units: 2, activation: 'linear' } },
  ];
  const json = {
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers }, keras_version: '2.15.0' },
    weightsManifest: [
      { paths: ['w.bin'], weights: arrays.map(([name, shape]) => ({ name, shape, dtype: 'float32' })) },
    ],
  };
  const bytes = new Uint8Array(Float32Array.from(arrays.flatMap(([, , rows]) => rows.flat())).buffer);
  return { json, bytes, numbers, dense };
}

const rows = Array.from({ length: 6 }, (_, t) => [0, 1, 2].map((k) => Math.sin(3 * t + k)));

describe.each([
  ['SimpleRNN', {}, 'RNN', {}],
  ['LSTM', {}, 'LSTM', {}],
  ['LSTM', { recurrent_activation: 'hard_sigmoid' }, undefined, {}],
  ['GRU', {}, 'GRU', { resetAfter: true }],
  ['GRU', {}, 'GRU', { resetAfter: false }],
  ['GRU', { recurrent_activation: 'hard_sigmoid' }, undefined, { resetAfter: true }],
] as const)('%s %j', (kind, config, operator, options) => {
  test(`${kind} with ${JSON.stringify({ ...config, ...options })} has the same outputs as the Keras formulas at each step`, () => {
    for (const nested of [false, true]) {
      const { json, bytes, numbers, dense } = model(kind, config, { ...options, nested });
      const network = fromKeras(json, bytes);
      let state = [new Array<number>(4).fill(0), new Array<number>(4).fill(0)];
      const gate = 'recurrent_activation' in config ? hardSigmoid : sigmoid;
      const outputs = predictSequence(network, rows);
      rows.forEach((x, t) => {
        state = steps[kind](numbers, x, state, gate);
        const expected = plus(times(state[0], dense.kernel), dense.bias[0]);
        expected.forEach((y, k) => expect(outputs[t][k]).toBeCloseTo(y, 12));
      });
      // A layer with the standard activations is exported as a single ONNX operator.
      if (operator !== undefined) expect(operationsOf(toOnnx(network, { sequences: true }))).toContain(operator);
    }
  });
});

test.each(fixtures('keras').recurrent)(
  'a TensorFlow.js model with $name has the same outputs at each step after import',
  (model) => {
    const network = fromKeras(model.json, Uint8Array.from(Buffer.from(model.weights!, 'base64')));
    expect(network.graph.stateSize).toBeGreaterThan(0);
    expect(maxStepError(network, model)).toBeLessThan(1e-6);
  },
);

test('an unsupported option of a recurrent layer is named in the error, and weights that do not match `units` are rejected', () => {
  const rejected = (config: object) => {
    const { json, bytes } = model('LSTM', config);
    const error = errorOf(() => fromKeras(json, bytes));
    expect(error.code).toBe('UNSUPPORTED');
    return error.message;
  };
  expect(rejected({ go_backwards: true })).toContain('go_backwards');
  expect(rejected({ return_state: true })).toContain('return_state');
  expect(rejected({ activation: 'softmax' })).toContain('activation');
  const { json, bytes } = model('LSTM', { units: 5 });
  expect(errorOf(() => fromKeras(json, bytes)).code).toBe('MALFORMED');
});

test('damaged models are rejected with an NnbpError or result in a network', () => {
  const { json, bytes } = model('GRU', {}, { resetAfter: true });
  const loadedCount = countLoaded((random) => {
    const broken = damaged(json, random);
    const weights = random.uniform() < 0.9 ? bytes : bytes.subarray(1);
    return () => fromKeras(broken, weights);
  }, 0.1);
  expect(loadedCount).toBeGreaterThan(0);
}, 60_000);

describe('in a sequence model, axis 0 is the batch axis and axis 1 is the time axis', () => {
  const input = (name: string) => ({ class_name: 'InputLayer', name, inbound_nodes: [], config: { name, batch_input_shape: [null, null, 2] } }); // oxfmt-ignore
  const reading = (kind: string, config: object, ...names: string[]) => ({
    class_name: kind,
    config: { name: kind.toLowerCase(), ...config },
    inbound_nodes: [names.map((name) => [name, 0, 0, {}])],
  });
  const inner = { class_name: 'Dropout', config: { name: 'd', rate: 0.5 } };
  const model = (kind: string, axis: number, ...names: string[]) => ({
    modelTopology: {
      class_name: 'Functional',
      config: {
        layers: [...names.map(input), reading(kind, { axis }, ...names), reading('TimeDistributed', { layer: inner }, kind.toLowerCase())], // oxfmt-ignore
        input_layers: names.map((name) => [name, 0, 0]),
        output_layers: [['timedistributed', 0, 0]],
      },
    },
    weightsManifest: [],
  });
  const rows = [[1, 2, 3, 4]];

  test.each([2, -1])('Concatenate and Softmax are imported with axis = %d', (axis) => {
    const joined = fromKeras(model('Concatenate', axis, 'a', 'b'), new Uint8Array());
    expect(predictSequence(joined, rows)).toEqual(rows);
    const transform = fromKeras(model('Softmax', axis, 'a'), new Uint8Array()).outputTransform;
    expect(transform).toBe('softmax');
  });

  test('Concatenate and Softmax are rejected with axis = 1, the time axis', () => {
    for (const kind of ['Concatenate', 'Softmax']) {
      const names = kind === 'Softmax' ? ['a'] : ['a', 'b'];
      const error = errorOf(() => fromKeras(model(kind, 1, ...names), new Uint8Array()));
      expect([error.code, error.message]).toEqual([
        'UNSUPPORTED',
        expect.stringMatching(/axis, 1: only the last axis/),
      ]);
    }
  });

  test('initial states as inputs are rejected', () => {
    const layers = [input('a'), input('b'), reading('LSTM', { units: 1 }, 'a', 'b')];
    const config = { layers, input_layers: [['a', 0, 0], ['b', 0, 0]], output_layers: [['lstm', 0, 0]] }; // oxfmt-ignore
    const json = { modelTopology: { class_name: 'Functional', config }, weightsManifest: [] };
    expect(errorOf(() => fromKeras(json, new Uint8Array())).message).toMatch(/initial states as inputs/);
  });
});
