/** Compares imported recurrent, convolution and pooling layers of ONNX models with their definitions. */
import { relu, tanh } from '@nnbp/activations';
import { GraphBuilder, predictSequence } from '@nnbp/core';
import { fromOnnx } from '@nnbp/interop';
import { gru, lstm, rnn } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { convolutionModel, onnxModel, lstmModel, someNumbers } from './onnx-models.js';

type Model = Parameters<typeof onnxModel>[0];

const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));
const [inputs, units] = [2, 3];
const sequence = [0, 1, 2, 3, 4].map((t) => [Math.sin(t), Math.cos(3 * t)]);

/** A model with one recurrent operator and weights for `gates` gates. `more` lists its operands from the fifth on. */
const recurrent = (
  opType: string,
  gates: number,
  attributes: Record<string, unknown> = {},
  more = '',
  numbers: Model['numbers'] = {},
  { axis = 1, results = 'all' } = {},
) =>
  onnxModel({
    inputs: { x: [null, null, inputs] },
    nodes: [
      [opType, `x W R B ${more}`.trim(), results, attributes],
      ['Squeeze', `${results.split(' ').at(-1)} axis`, 'y'],
    ],
    numbers: {
      W: [[1, gates * units, inputs], someNumbers(gates * units * inputs)],
      R: [[1, gates * units, units], someNumbers(gates * units * units)],
      B: [[1, 2 * gates * units], someNumbers(2 * gates * units)],
      ...numbers,
    },
    integers: { axis: [axis] },
    outputs: 'y',
  });

/**
 * Returns two functions of a gate and a unit: `inputSum` computes W x plus the input bias, and `recurrentSum` computes
 * R h plus the recurrent bias.
 */
function sums(gates: number, x: readonly number[], h: readonly number[]) {
  const [W, R, B] = [gates * units * inputs, gates * units * units, 2 * gates * units].map(someNumbers);
  const dot = (weights: readonly number[], row: number, values: readonly number[]) =>
    values.reduce((all, value, j) => all + weights[row * values.length + j] * value, 0);
  const row = (gate: number, unit: number) => gate * units + unit;
  return {
    inputSum: (gate: number, unit: number) => dot(W, row(gate, unit), x) + B[row(gate, unit)],
    recurrentSum: (gate: number, unit: number, values = h) =>
      dot(R, row(gate, unit), values) + B[gates * units + row(gate, unit)],
  };
}

const each = <T>(make: (unit: number) => T): T[] => Array.from({ length: units }, (_, unit) => make(unit));

function expectOutputs(bytes: Uint8Array, step: (x: readonly number[]) => readonly number[]): void {
  predictSequence(fromOnnx(bytes), sequence).forEach((row, t) => {
    const expected = step(sequence[t]);
    expect(row).toHaveLength(expected.length);
    row.forEach((value, k) => expect(value, `step ${t}`).toBeCloseTo(expected[k], 13));
  });
}

describe('a recurrent operator', () => {
  test('RNN computes g(W x + R h + B)', () => {
    let h = each(() => 0);
    expectOutputs(recurrent('RNN', 1, { activations: ['Relu'] }), (x) => {
      const { inputSum, recurrentSum } = sums(1, x, h);
      return (h = each((k) => relu.value(inputSum(0, k) + recurrentSum(0, k))));
    });
  });

  test('LSTM has its gates in the order i, o, f, g, and uses its initial states and peepholes', () => {
    const P = someNumbers(3 * units);
    let h = each((k) => 0.25 * k);
    let c = each((k) => 0.5 - 0.25 * k);
    const initial: Model['numbers'] = { h: [[1, 1, units], h], c: [[1, 1, units], c], P: [[1, 3 * units], P] };
    expectOutputs(recurrent('LSTM', 4, {}, '- h c P', initial), (x) => {
      const { inputSum, recurrentSum } = sums(4, x, h);
      const at = (gate: number, k: number) => inputSum(gate, k) + recurrentSum(gate, k);
      const before = c;
      c = each((k) => {
        const retained = sigmoid(at(2, k) + P[2 * units + k] * before[k]) * before[k];
        return retained + sigmoid(at(0, k) + P[k] * before[k]) * Math.tanh(at(3, k));
      });
      return (h = each((k) => sigmoid(at(1, k) + P[units + k] * c[k]) * Math.tanh(c[k])));
    });
  });

  test.each([
    ['W', 1, [1, 4 * units, inputs], 'input weights W'],
    ['R', 2, [1, 4 * units, units], 'recurrent weights R'],
    ['B', 3, [1, 8 * units], 'biases B'],
    ['P', 7, [1, 3 * units], 'peepholes P'],
  ] as const)('an LSTM whose operand %s is an input of the model is rejected', (name, operand, dims, described) => {
    for (const steps of [null, 3]) {
      const bytes = onnxModel({
        inputs: { x: [steps, null, inputs], given: dims },
        nodes: [
          ['LSTM', 'x W R B - - - P'.split(' ').with(operand, 'given').join(' '), 'all'],
          ['Squeeze', 'all one', 'y'],
        ],
        numbers: {
          W: [[1, 4 * units, inputs], someNumbers(4 * units * inputs)],
          R: [[1, 4 * units, units], someNumbers(4 * units * units)],
          B: [[1, 8 * units], someNumbers(8 * units)],
          P: [[1, 3 * units], someNumbers(3 * units)],
        },
        integers: { one: [1] },
        outputs: 'y',
      });
      const error = errorOf(() => fromOnnx(bytes));
      const message = `LSTM "node 0": not supported: ${described} that the model computes or takes as an input; expected constant ${described}.`;
      expect([error.code, error.message], `${name}, ${steps ?? 'any number of'} steps`).toEqual([
        'UNSUPPORTED',
        message,
      ]);
    }
  });

  test.each([0n, 1n])('GRU is imported with linear_before_reset = %i', (linear) => {
    let h = each(() => 0);
    expectOutputs(recurrent('GRU', 3, { linear_before_reset: linear }), (x) => {
      const { inputSum, recurrentSum } = sums(3, x, h);
      const [z, r] = [0, 1].map((gate) => each((k) => sigmoid(inputSum(gate, k) + recurrentSum(gate, k))));
      const reset = each((k) => r[k] * h[k]);
      const n = each((k) =>
        Math.tanh(inputSum(2, k) + (linear === 1n ? r[k] * recurrentSum(2, k) : recurrentSum(2, k, reset))),
      );
      return (h = each((k) => (1 - z[k]) * n[k] + z[k] * h[k]));
    });
  });

  test('if both inputs of a GRU are the same node, the last edge into each candidate node keeps its fixed weight 1', () => {
    const { graph } = fromOnnx(
      onnxModel({
        inputs: { a: [null, null, 1] },
        nodes: [
          ['Concat', 'a a', 'x', { axis: 2n }],
          ['GRU', 'x W R B', 'all', { linear_before_reset: 1n }],
          ['Squeeze', 'all axis', 'y'],
        ],
        numbers: {
          W: [[1, 3 * units, 2], someNumbers(3 * units * 2)],
          R: [[1, 3 * units, units], someNumbers(3 * units * units)],
          B: [[1, 6 * units], someNumbers(6 * units)],
        },
        integers: { axis: [1] },
        outputs: 'y',
      }),
    );
    const candidates = graph.ids.flatMap((_, i) =>
      i >= graph.inputCount && graph.activations[graph.activationOf[i]] === tanh ? [i] : [],
    );
    expect(candidates).toHaveLength(units);
    // The last edge comes from the product of the reset gate.
    const constantIndices = candidates.map(
      (i) => graph.weightSlot(graph.edgeStart[i + 1] - 1, i) - graph.parameterCount,
    );
    expect(constantIndices.every((index) => graph.constants[index] === 1)).toBe(true);
  });

  test.each([
    ['RNN', recurrent('RNN', 1), rnn],
    ['LSTM', recurrent('LSTM', 4), lstm],
    ['GRU', recurrent('GRU', 3, { linear_before_reset: 1n }), gru],
  ] as const)('%s has as many nodes, edges and parameters as the layer of @nnbp/layers', (_, bytes, layer) => {
    const builder = new GraphBuilder();
    builder.output(...layer(builder, { from: builder.inputs(inputs), units }));
    const expected = builder.build();
    const { graph } = fromOnnx(bytes);
    const counts = ({ nodeCount, edgeCount, parameterCount, stateSize }: typeof graph) => ({
      ...{ nodeCount, edgeCount, parameterCount, stateSize },
    });
    expect(counts(graph)).toEqual(counts(expected));
  });

  test.each([
    ['RNN', 1, 'h'],
    ['LSTM', 4, 'h c'],
    ['GRU', 3, 'h'],
  ])('%s reads sequences with layout = 1, in which the batch axis precedes the step axis', (opType, gates, states) => {
    const initialState = each((k) => 0.5 - 0.25 * k);
    const initial = (dims: number[]) => ({ h: [dims, initialState], c: [dims, initialState] }) as const;
    const model = (layout: bigint, axis: number, results = 'all') =>
      recurrent(opType, gates, { layout }, `- ${states}`, initial([1, 1, units]), { axis, results });
    const withDefaultLayout = fromOnnx(model(0n, 1));
    const outputs = predictSequence(withDefaultLayout, sequence);
    expect(outputs[0]).toHaveLength(units);
    expect(predictSequence(fromOnnx(model(1n, 2)), sequence)).toEqual(outputs);
    // The last state: [batch, directions, units].
    expect(predictSequence(fromOnnx(model(1n, 1, 'all last')), sequence)).toEqual(outputs);
    const error = errorOf(() => fromOnnx(model(1n, 1)));
    expect([error.code, error.message]).toEqual([
      'UNSUPPORTED',
      expect.stringMatching(/axes other than the direction axis/),
    ]);
  });

  test('two recurrent layers must have their steps along the same axis', () => {
    const model = (layout: bigint) =>
      onnxModel({
        inputs: { x: [null, null, units] },
        nodes: [
          ['RNN', 'x W W', 'all', { layout: 1n }],
          ['Squeeze', 'all axis', 'rows'],
          ['RNN', 'rows W W', 'both', { layout }],
          ['Squeeze', 'both axis', 'y'],
        ],
        numbers: { W: [[1, units, units], someNumbers(units * units)] },
        integers: { axis: [2] },
        outputs: 'y',
      });
    expect(fromOnnx(model(1n)).graph.stateSize).toBe(2 * units);
    expect(errorOf(() => fromOnnx(model(0n))).message).toMatch(/steps are along different axes/);
  });

  test('RNN is imported with computed zeros as initial state, transposed sequences, and only the last step as output', () => {
    const bytes = onnxModel({
      inputs: { x: [null, null, inputs] },
      nodes: [
        ['Shape', 'x', 'sizes'],
        ['Constant', '', 'first', { value_int: 0n }],
        ['Gather', 'sizes first', 'samples'],
        ['Unsqueeze', 'samples zeroth', 'list'],
        ['Concat', 'one list three', 'shape', { axis: 0n }],
        ['ConstantOfShape', 'shape', 'zeros'],
        ['Slice', 'zeros zeroth one zeroth', 'h0'],
        ['Transpose', 'x', 'steps', { perm: [1, 0, 2] }],
        ['RNN', 'steps W R - - h0', 'all'],
        ['Squeeze', 'all one', 'rows'],
        ['Transpose', 'rows', 'batch', { perm: [1, 0, 2] }],
        ['Constant', '', 'last', { value_int: -1n }],
        ['Gather', 'batch last', 'h', { axis: 1n }],
        ['Gemm', 'h V', 'y'],
      ],
      numbers: {
        W: [[1, units, inputs], someNumbers(units * inputs)],
        R: [[1, units, units], someNumbers(units * units)],
        V: [[units, 1], someNumbers(units)],
      },
      integers: { zeroth: [0], one: [1], three: [units] },
      outputs: 'y',
    });
    const network = fromOnnx(bytes);
    let h = each(() => 0);
    const [W, R, V] = [units * inputs, units * units, units].map(someNumbers);
    const outputs = sequence.map((x) => {
      const before = h;
      h = each((k) =>
        Math.tanh(
          x.reduce((all, value, j) => all + W[k * inputs + j] * value, 0) +
            before.reduce((all, value, j) => all + R[k * units + j] * value, 0),
        ),
      );
      return h.reduce((all, value, k) => all + V[k] * value, 0);
    });
    predictSequence(network, sequence).forEach(([y], t) => expect(y).toBeCloseTo(outputs[t], 13));
  });

  test('an LSTM followed by a linear output is imported', () => {
    const network = fromOnnx(lstmModel({ inputs, units }));
    expect(network.graph.outputs).toHaveLength(1);
    expect(network.graph.stateSize).toBe(2 * units);
  });

  test.each([
    ['UNSUPPORTED', /direction = reverse for sequences of any length/, recurrent('RNN', 1, { direction: 'reverse' })],
    ['MALFORMED', /layout = 2; expected 0 or 1/, recurrent('GRU', 3, { layout: 2n })],
    ['UNSUPPORTED', /clip/, recurrent('LSTM', 4, { clip: 3 })],
    ['UNSUPPORTED', /input_forget/, recurrent('LSTM', 4, { input_forget: 1n })],
    ['UNSUPPORTED', /activation Affine/, recurrent('RNN', 1, { activations: ['Affine'] })],
    ['UNSUPPORTED', /sequence_lens/, recurrent('RNN', 1, {}, 'axis')],
    [
      'UNSUPPORTED',
      /differ between samples/,
      recurrent('RNN', 1, {}, '- h', {
        h: [
          [1, 2, 3],
          [0, 0, 0, 0, 0, 1],
        ],
      }),
    ],
    ['MALFORMED', /activations; expected 1/, recurrent('RNN', 1, { activations: ['Tanh', 'Tanh'] })],
    ['MALFORMED', /weights of shapes \[1, 3, 2\]/, recurrent('RNN', 1, {}, '', { R: [[1, 4, 4], someNumbers(16)] })],
    ['MALFORMED', /B has 5 numbers; expected 6/, recurrent('RNN', 1, {}, '', { B: [[5], someNumbers(5)] })],
    [
      'MALFORMED',
      /initial state of 1 × 3 units, received shape \[2\]/,
      recurrent('RNN', 1, {}, '- h', { h: [[2], [0, 0]] }),
    ],
    ['MALFORMED', /P has 2 numbers; expected 9/, recurrent('LSTM', 4, {}, '- - - P', { P: [[2], [0, 0]] })],
  ])('an unsupported or invalid recurrent operator throws %s: %s', (code, message, bytes) => {
    const error = errorOf(() => fromOnnx(bytes));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  const followed = (...nodes: Model['nodes']) =>
    onnxModel({
      inputs: { x: [null, null, inputs] },
      nodes: [['RNN', 'x W R', 'all last'], ...nodes],
      numbers: {
        W: [[1, units, inputs], someNumbers(units * inputs)],
        R: [[1, units, units], someNumbers(units * units)],
      },
      integers: { zero: [0], one: [1], both: [0, -1] },
      outputs: 'y',
    });
  const squeezed: Model['nodes'][number] = ['Squeeze', 'all one', 'h'];
  const last: Model['nodes'][number] = ['Squeeze', 'last zero', 'l'];

  test.each([
    [/only if a Squeeze removes its directions axis/, followed(['Relu', 'all', 'y'])],
    [/axes other than/, followed(['Squeeze', 'all zero', 'y'])],
    [/an operand that is a sequence/, followed(squeezed, ['Reshape', 'h both', 'y'])],
    [/a sequence together with an operand/, followed(squeezed, last, ['Add', 'h l', 'y'])],
    [/along different axes/, followed(squeezed, ['Transpose', 'h', 't', { perm: [1, 0, 2] }], ['RNN', 't R R', 'y'])],
    [/not \[steps, batch, inputs\]/, followed(last, ['RNN', 'l R R', 'y'])],
    [/steps other than/, followed(squeezed, ['Gather', 'h zero', 'y', { axis: 0n }])],
    [/order \[2,1,0\]/, followed(squeezed, ['Transpose', 'h', 'y', { perm: [2, 1, 0] }])],
    [/depends on the number of samples/, followed(['Shape', 'x', 's'], ['Add', 'x s', 'y'])],
  ])('an unsupported operator in a model with a recurrent operator is rejected: %s', (message, bytes) => {
    const error = errorOf(() => fromOnnx(bytes));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(message)]);
  });
});

describe('a recurrent operator over the steps of a sample', () => {
  const steps = 4;
  const sample = someNumbers(steps * inputs);
  const stepOf = (t: number) => sample.slice(t * inputs, (t + 1) * inputs);
  /** Runs one direction of an RNN over the steps of the sample, in the given order. h is initially `initial`. */
  const loop = (order: readonly number[], direction: number, initial: readonly number[]) => {
    const [W, R] = [someNumbers(2 * units * inputs), someNumbers(2 * units * units)];
    const outputs: number[][] = [];
    let h = initial;
    for (const t of order) {
      const before = h;
      h = each((k) => {
        const row = direction * units + k;
        const inputSum = stepOf(t).reduce((all, x, j) => all + W[row * inputs + j] * x, 0);
        return Math.tanh(before.reduce((all, value, j) => all + R[row * units + j] * value, inputSum));
      });
      outputs[t] = [...h];
    }
    return { outputs, last: h };
  };
  const numbersFor = (directions: number): NonNullable<Model['numbers']> => ({
    W: [[directions, units, inputs], someNumbers(2 * units * inputs).slice(0, directions * units * inputs)],
    R: [[directions, units, units], someNumbers(2 * units * units).slice(0, directions * units * units)],
  });
  const model = (
    directions: number,
    nodes: Model['nodes'],
    attributes: Record<string, unknown>,
    { operands = 'x W R', results = 'all', numbers = {}, perm = [1, 0, 2] } = {},
  ) =>
    onnxModel({
      inputs: { rows: [null, steps, inputs] },
      nodes: [['Transpose', 'rows', 'x', { perm }], ['RNN', operands, results, attributes], ...nodes],
      numbers: { ...numbersFor(directions), ...numbers },
      integers: { merged: [0, 0, -1], wrong: [0, 1, -1, 1], one: [1], zero: [0], negative: [-3] },
      outputs: 'y',
    });
  const expectRow = (bytes: Uint8Array, expected: readonly number[]) => {
    const row = fromOnnx(bytes).predict(sample);
    expect(row).toHaveLength(expected.length);
    row.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 13));
  };
  const forward = [0, 1, 2, 3];
  const zeros = each(() => 0);

  test('a bidirectional RNN over the steps of a sample is imported in the form that torch.onnx.export writes', () => {
    const bytes = model(
      2,
      [
        ['Transpose', 'all', 'a', { perm: [0, 2, 1, 3] }],
        ['Reshape', 'a merged', 'b'],
        ['Transpose', 'b', 'y', { perm: [1, 0, 2] }],
      ],
      { direction: 'bidirectional' },
    );
    const both = [loop(forward, 0, zeros), loop(forward.toReversed(), 1, zeros)];
    expectRow(
      bytes,
      forward.flatMap((t) => both.flatMap(({ outputs }) => outputs[t])),
    );
    // The parameters of a direction are shared by its steps.
    expect(fromOnnx(bytes).graph.parameterCount).toBe(2 * units * (inputs + units + 1));
  });

  test.each([
    ['Squeeze', 'all one'],
    ['Squeeze', 'all negative'],
    ['Squeeze', 'all'],
  ])('a reverse RNN with an initial state is imported if %s with operands "%s" follows', (operator, operands) => {
    const initial = each((k) => 0.5 - 0.25 * k);
    const bytes = model(
      1,
      [
        [operator, operands, 'a'],
        ['Transpose', 'a', 'y', { perm: [1, 0, 2] }],
      ],
      { direction: 'reverse' },
      {
        operands: 'x W R - - h',
        numbers: { h: [[1, 1, units], initial] },
      },
    );
    expectRow(bytes, loop(forward.toReversed(), 0, initial).outputs.flat());
  });

  test('a bidirectional RNN is imported if only its last state is used', () => {
    const bytes = model(
      2,
      [['Transpose', 'last', 'y', { perm: [1, 0, 2] }]],
      { direction: 'bidirectional' },
      { results: '- last' },
    );
    expectRow(bytes, [...loop(forward, 0, zeros).last, ...loop(forward.toReversed(), 1, zeros).last]);
  });

  test('an RNN whose steps read one node twice is imported with the correct outputs', () => {
    const bytes = onnxModel({
      inputs: { a: [null, 1] },
      nodes: [
        ['Concat', 'a a a a', 'row', { axis: 1n }],
        ['Reshape', 'row shape', 'rows'],
        ['Transpose', 'rows', 'x', { perm: [1, 0, 2] }],
        ['RNN', 'x W R', 'all', { direction: 'reverse' }],
        ['Squeeze', 'all one', 'b'],
        ['Transpose', 'b', 'c', { perm: [1, 0, 2] }],
        ['Flatten', 'c', 'y'],
      ],
      numbers: numbersFor(1),
      integers: { shape: [0, 2, 2], one: [1] },
      outputs: 'y',
    });
    const [W, R] = [someNumbers(units * inputs), someNumbers(units * units)];
    let h = zeros;
    const rows = [1, 0].map(() => {
      const before = h;
      const inputSum = (k: number) => 0.5 * (W[k * inputs] + W[k * inputs + 1]);
      return (h = each((k) =>
        Math.tanh(before.reduce((all, value, j) => all + R[k * units + j] * value, inputSum(k))),
      ));
    });
    const row = fromOnnx(bytes).predict([0.5]);
    rows
      .toReversed()
      .flat()
      .forEach((value, k) => expect(row[k]).toBeCloseTo(value, 13));
  });

  const bidirectional = { direction: 'bidirectional' };
  const batchFirst: Model['nodes'][number] = ['Transpose', 'all', 'y', { perm: [2, 0, 1, 3] }];
  test.each([
    ['MALFORMED', /direction = sideways/, model(1, [batchFirst], { direction: 'sideways' })],
    ['UNSUPPORTED', /layout = 1 with a fixed number/, model(1, [batchFirst], { direction: 'reverse', layout: 1n })],
    [
      'UNSUPPORTED',
      /not \[steps, batch, inputs\]/,
      model(1, [batchFirst], { direction: 'reverse' }, { perm: [1, 2, 0] }),
    ],
    ['UNSUPPORTED', /not \[steps/, model(1, [batchFirst], { direction: 'reverse' }, { perm: [0, 1, 2] })],
    ['MALFORMED', /perm \[0, 0, 2\]/, model(1, [batchFirst], { direction: 'reverse' }, { perm: [0, 0, 2] })],
    ['MALFORMED', /in 2 directions/, model(1, [batchFirst], bidirectional)],
    ['MALFORMED', /activations; expected 2/, model(2, [batchFirst], { ...bidirectional, activations: ['Tanh'] })],
    [
      'UNSUPPORTED',
      /from \[4, 2, batch, 3\] to \[0, 0, -1\]/,
      model(2, [['Reshape', 'all merged', 'y']], bidirectional),
    ],
    ['UNSUPPORTED', /to \[0, 1, -1, 1\]/, model(2, [['Reshape', 'all wrong', 'y']], bidirectional)],
    ['UNSUPPORTED', /axes \[0\]/, model(2, [['Squeeze', 'all zero', 'y']], bidirectional)],
    ['UNSUPPORTED', /expected a Transpose before it/, model(2, [['Flatten', 'all', 'y']], bidirectional)],
  ])('an unsupported or invalid recurrent operator over a sample throws %s: %s', (code, message, bytes) => {
    const error = errorOf(() => fromOnnx(bytes));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

/** A model whose input is an image with the shape `[channels, 5, 4]`. */
const onImage = (
  channels: number,
  nodes: Model['nodes'],
  numbers: Model['numbers'] = {},
  integers: Model['integers'] = {},
) => onnxModel({ inputs: { x: [null, channels, 5, 4] }, nodes, numbers, integers, outputs: 'y' });
const image = (channels: number) => someNumbers(channels * 20);

/** The values in each window, NaN in the padding. */
function windows(
  values: readonly number[],
  kernel: readonly number[],
  [top, left]: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  shape: readonly number[],
) {
  // oxfmt-ignore
  return Array.from({ length: shape[0] * shape[1] }, (_, k) => {
    const [row, column] = [Math.floor(k / shape[1]) * strides[0] - top, (k % shape[1]) * strides[1] - left];
    return Array.from({ length: kernel[0] * kernel[1] }, (_, position) => {
      const y = row + Math.floor(position / kernel[1]) * dilations[0];
      const x = column + (position % kernel[1]) * dilations[1];
      return y < 0 || y >= 5 || x < 0 || x >= 4 ? NaN : values[4 * y + x];
    });
  });
}

function expectImage(bytes: Uint8Array, channels: number, expected: readonly number[]): void {
  const outputs = fromOnnx(bytes).predict(image(channels));
  expect(outputs).toHaveLength(expected.length);
  outputs.forEach((value, k) => expect(value, `output ${k}`).toBeCloseTo(expected[k], 13));
}

describe('an operator on a grid', () => {
  const W = someNumbers(4 * 6);
  const ones = [1, 1];

  test('Conv is imported with two groups, pads, strides and dilations', () => {
    const bytes = onImage(
      2,
      [['Conv', 'x W B', 'y', { group: 2n, pads: [1, 2, 0, 1], strides: [2, 1], dilations: [1, 2] }]],
      { W: [[4, 1, 2, 3], W], B: [[4], [1, 2, 3, 4]] },
    );
    const expected = [0, 1, 2, 3].flatMap((filter) => {
      const channel = image(2).slice(filter < 2 ? 0 : 20, filter < 2 ? 20 : 40);
      return windows(channel, [2, 3], [1, 2], [2, 1], [1, 2], [3, 3]).map((window) =>
        window.reduce((all, value, k) => all + (Number.isNaN(value) ? 0 : value * W[6 * filter + k]), filter + 1),
      );
    });
    expectImage(bytes, 2, expected);
    // Each filter has a bias and six weights.
    expect(fromOnnx(bytes).graph.parameterCount).toBe(4 * 7);
  });

  test('the nodes of a filter still share their parameters after a BatchNormalization', () => {
    const bytes = onImage(
      1,
      [
        ['Conv', 'x W', 'c'],
        ['BatchNormalization', 'c s b m v', 'n'],
        ['Relu', 'n', 'y'],
      ],
      {
        W: [[2, 1, 2, 2], someNumbers(8)],
        ...Object.fromEntries(['s', 'b', 'm', 'v'].map((name) => [name, [[2], [0.5, 2]]] as const)),
      },
    );
    const { graph } = fromOnnx(bytes);
    expect([graph.nodeCount, graph.parameterCount]).toEqual([20 + 2 * 4 * 3, 2 * 5]);
  });

  test.each([
    ['VALID', [4, 3], [0, 0]],
    ['SAME_UPPER', [5, 4], [0, 0]],
    ['SAME_LOWER', [5, 4], [1, 1]],
  ])('Conv is imported with auto_pad = %s', (auto, shape, pads) => {
    const expected = windows(image(1), [2, 2], pads, ones, ones, shape).map((window) =>
      window.reduce((all, value, k) => all + (Number.isNaN(value) ? 0 : value * W[k]), 0),
    );
    expectImage(
      onImage(1, [['Conv', 'x W', 'y', { auto_pad: auto }]], { W: [[1, 1, 2, 2], W.slice(0, 4)] }),
      1,
      expected,
    );
  });

  const pooling = { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 0, 0, 0] };
  const unpadded = windows(image(1), [2, 2], [1, 0], [2, 2], ones, [3, 2]).map((window) => window.filter((value) => !Number.isNaN(value))); // oxfmt-ignore
  const total = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

  test.each([
    ['MaxPool', pooling, unpadded.map((window) => Math.max(...window))],
    ['AveragePool', pooling, unpadded.map((window) => total(window) / window.length)],
    ['AveragePool', { ...pooling, count_include_pad: 1n }, unpadded.map((window) => total(window) / 4)],
    ['GlobalMaxPool', {}, [Math.max(...image(1))]],
    ['GlobalAveragePool', {}, [total(image(1)) / 20]],
  ])('%s is imported with %o', (opType, attributes, expected) => {
    expectImage(onImage(1, [[opType, 'x', 'y', attributes]]), 1, expected);
  });

  test('Pad becomes the padding of a Conv that follows; before other operators, it inserts its value', () => {
    const pads = { pads: [0, 0, 1, 0, 0, 0, 0, 1] };
    const kernel: Model['numbers'] = { W: [[1, 1, 2, 2], W.slice(0, 4)] };
    const padThenConv = fromOnnx(
      onImage(
        1,
        [
          ['Pad', 'x', 'p', pads],
          ['Conv', 'p W', 'y'],
        ],
        kernel,
      ),
    );
    const convWithPads = fromOnnx(onImage(1, [['Conv', 'x W', 'y', { pads: [1, 0, 0, 1] }]], kernel));
    expect(padThenConv.predict(image(1))).toEqual(convWithPads.predict(image(1)));
    expect(padThenConv.graph.edgeCount).toBe(convWithPads.graph.edgeCount);
    const paddedWithTwos = onImage(1, [
      ['Pad', 'x', 'p', { ...pads, value: 2 }],
      ['GlobalMaxPool', 'p', 'y'],
    ]);
    expectImage(paddedWithTwos, 1, [2]);
    expectImage(onImage(1, [['Pad', 'x', 'p', { pads: new Array(8).fill(0) }], ['Relu', 'p', 'y']]), 1, image(1).map((v) => Math.max(0, v))); // oxfmt-ignore
  });

  test('a network of convolution and pooling layers is imported', () => {
    const { graph } = fromOnnx(convolutionModel());
    expect([graph.nodeCount, graph.outputs.length, graph.parameterCount]).toEqual([16 + 32 + 8 + 4, 4, 2 * 10]);
  });

  const kernel: Model['numbers'] = { W: [[1, 1, 2, 2], W.slice(0, 4)], V: [[2, 3, 2, 2], W], b: [[2], [1, 2]] };
  test.each([
    ['UNSUPPORTED', /ceil_mode/, [['MaxPool', 'x', 'y', { kernel_shape: [2, 2], ceil_mode: 1n }]]],
    [
      'UNSUPPORTED',
      /SAME_UPPER with strides larger.*with pads/,
      [['AveragePool', 'x', 'y', { kernel_shape: [1, 1], strides: [4, 4], auto_pad: 'SAME_UPPER' }]],
    ],
    [
      'UNSUPPORTED',
      /SAME_LOWER with dilations.*with pads/,
      [['MaxPool', 'x', 'y', { kernel_shape: [2, 2], dilations: [2, 1], auto_pad: 'SAME_LOWER' }]],
    ],
    ['UNSUPPORTED', /indices of the selected values/, [['MaxPool', 'x', 'y i', { kernel_shape: [2, 2] }]]],
    ['UNSUPPORTED', /kernel with 2 axes/, [['Conv', 'x b2', 'y']]],
    [
      'UNSUPPORTED',
      /a mode other than constant/,
      [['Pad', 'x', 'y', { mode: 'reflect', pads: [0, 0, 1, 1, 0, 0, 1, 1] }]],
    ],
    ['UNSUPPORTED', /padding along the batch/, [['Pad', 'x', 'y', { pads: [1, 0, 0, 0, 0, 0, 0, 0] }]]],
    ['MALFORMED', /2 filters of 3 channels/, [['Conv', 'x V', 'y']]],
    ['MALFORMED', /2 biases; expected 1,/, [['Conv', 'x W b', 'y']]],
    ['MALFORMED', /strides and dilations of 2 integers ≥ 1/, [['Conv', 'x W', 'y', { strides: [0, 1] }]]],
    ['MALFORMED', /pads \[-1/, [['Conv', 'x W', 'y', { pads: [-1, 0, 0, 0] }]]],
    [
      'MALFORMED',
      /kernel of \[9, 9\] does not fit on a grid of \[5, 4\]/,
      [['MaxPool', 'x', 'y', { kernel_shape: [9, 9] }]],
    ],
    ['MALFORMED', /kernel of \[2\] on a grid with 2 axes/, [['MaxPool', 'x', 'y', { kernel_shape: [2] }]]],
    [
      'MALFORMED',
      /a window lies entirely in the padding/,
      [['MaxPool', 'x', 'y', { kernel_shape: [1, 1], pads: [1, 0, 0, 0] }]],
    ],
    ['MALFORMED', /pads \[1\]/, [['Pad', 'x', 'y', { pads: [1] }]]],
  ] as const)('an unsupported or invalid convolution, pooling or padding throws %s: %s', (code, message, nodes) => {
    const bytes = onImage(1, nodes, {
      ...kernel,
      b2: [
        [1, 2],
        [1, 2],
      ],
    });
    const error = errorOf(() => fromOnnx(bytes));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});
