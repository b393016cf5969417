/**
 * Creates reference data: the results of ONNX Runtime for ONNX's node tests of RNN, LSTM and GRU, and for additional
 * cases with random weights, both directions, peepholes and sequences of different lengths.
 *
 *     npx pnpm install --ignore-workspace --ignore-scripts --dir checks/interop
 *     node packages/layers/test/onnx/make.mjs
 *
 * The second command writes recurrent.generated.json next to this file: the attributes of each case, and its tensors
 * and outputs as nested lists of float32 numbers.
 */
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ort = createRequire(new URL('../../../../checks/interop/package.json', import.meta.url))('onnxruntime-node');

// Protobuf encoders for the few fields of an ONNX model that are needed here.
const varint = (n) => (n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]);
const bytesOf = (field, bytes) => [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
const text = (field, value) => bytesOf(field, [...Buffer.from(value)]);
const int = (field, value) => [...varint(field * 8), ...varint(value)];
const message = (field, ...parts) => bytesOf(field, parts.flat());

/** Encodes an input or output of the model: a float (type 1) or int32 (type 6) tensor of unspecified shape. */
const valueInfo = (field, name, type) => message(field, text(1, name), message(2, message(1, int(1, type))));
const attribute = ([name, value]) =>
  typeof value === 'string'
    ? message(5, text(1, name), text(4, value), int(20, 3))
    : message(5, text(1, name), int(3, value), int(20, 2));

const inputNames = {
  RNN: ['X', 'W', 'R', 'B', 'sequence_lens'],
  GRU: ['X', 'W', 'R', 'B', 'sequence_lens'],
  LSTM: ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'],
};

function modelOf(op, attributes, tensors) {
  const inputs = inputNames[op].map((name) => (tensors[name] === undefined ? '' : name));
  while (inputs.at(-1) === '') inputs.pop();
  const node = message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, 'Y'),
    text(4, op),
    ...Object.entries(attributes).map(attribute),
  );
  const graph = message(
    7,
    node,
    text(2, 'g'),
    ...inputs.filter(Boolean).map((name) => valueInfo(11, name, name === 'sequence_lens' ? 6 : 1)),
    valueInfo(12, 'Y', 1),
  );
  return Uint8Array.from([...int(1, 8), ...graph, ...message(8, text(1, ''), int(2, 14))]);
}

/** State of a linear congruential generator. */
let seed = 20261126;
/** Returns the next random number: float32, within ±0.5. */
function uniform() {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.fround(seed / 2 ** 32 - 0.5);
}
const tensor = ([size, ...rest], value) =>
  Array.from({ length: size }, () => (rest.length === 0 ? value() : tensor(rest, value)));
const shapeOf = (list) => (Array.isArray(list) ? [list.length, ...shapeOf(list[0])] : []);
const nested = (flat, [size, ...rest]) => {
  const width = flat.length / size;
  return Array.from({ length: size }, (_, k) =>
    rest.length === 0 ? flat[k] : nested(flat.slice(k * width, (k + 1) * width), rest),
  );
};

const gates = { RNN: 1, LSTM: 4, GRU: 3 };
/** A tensor of 1, 2, 3, …, as in the inputs of ONNX's node tests. */
const counting = (shape) => {
  let n = 0;
  return tensor(shape, () => ++n);
};

/** Tensors as in ONNX's node tests: all weights are equal, the input bias is `bias`, and the recurrent bias is 0. */
function equalWeights(op, hidden, shape, weight, { bias, peephole } = {}) {
  const rows = gates[op] * hidden;
  const value = (x) => () => Math.fround(x);
  return {
    X: counting(shape),
    W: tensor([1, rows, shape[2]], value(weight)),
    R: tensor([1, rows, hidden], value(weight)),
    ...(bias !== undefined && { B: [[...tensor([rows], value(bias)), ...tensor([rows], value(0))]] }),
    ...(peephole !== undefined && { P: tensor([1, 3 * hidden], value(peephole)) }),
  };
}

function random(op, hidden, [steps, batch, width], { directions = 1, peepholes = false, lengths } = {}) {
  const rows = gates[op] * hidden;
  return {
    X: tensor([steps, batch, width], () => Math.fround(2 * uniform())),
    W: tensor([directions, rows, width], uniform),
    R: tensor([directions, rows, hidden], uniform),
    B: tensor([directions, 2 * rows], uniform),
    ...(peepholes && { P: tensor([directions, 3 * hidden], uniform) }),
    ...(lengths && { sequence_lens: lengths }),
  };
}

const both = { directions: 2 };
const cases = [
  ['simple_rnn_defaults', 'RNN', {}, equalWeights('RNN', 4, [1, 3, 2], 0.1)],
  ['simple_rnn_with_initial_bias', 'RNN', {}, equalWeights('RNN', 5, [1, 3, 3], 0.1, { bias: 0.1 })],
  ['rnn_seq_length', 'RNN', {}, random('RNN', 5, [2, 3, 3])],
  ['rnn, sequences of different lengths', 'RNN', {}, random('RNN', 4, [5, 3, 2], { lengths: [5, 3, 1] })],
  ['rnn, reverse', 'RNN', { direction: 'reverse' }, random('RNN', 3, [4, 2, 2])],
  ['rnn, bidirectional', 'RNN', { direction: 'bidirectional' }, random('RNN', 3, [4, 2, 2], both)],
  ['lstm_defaults', 'LSTM', {}, equalWeights('LSTM', 3, [1, 3, 2], 0.1)],
  ['lstm_with_initial_bias', 'LSTM', {}, equalWeights('LSTM', 4, [1, 3, 3], 0.1, { bias: 0.1 })],
  ['lstm_with_peepholes', 'LSTM', {}, equalWeights('LSTM', 3, [1, 2, 4], 0.1, { bias: 0, peephole: 0.1 })],
  ['lstm, sequences of different lengths', 'LSTM', {}, random('LSTM', 4, [5, 3, 2], { lengths: [5, 3, 1] })],
  ['lstm, random peepholes', 'LSTM', {}, random('LSTM', 3, [4, 3, 2], { peepholes: true })],
  ['lstm, reverse', 'LSTM', { direction: 'reverse' }, random('LSTM', 3, [4, 2, 2])],
  ['lstm, bidirectional', 'LSTM', { direction: 'bidirectional' }, random('LSTM', 3, [4, 2, 2], both)],
  [
    'lstm, bidirectional with peepholes',
    'LSTM',
    { direction: 'bidirectional' },
    random('LSTM', 3, [4, 2, 2], { ...both, peepholes: true }),
  ],
  ['gru_defaults', 'GRU', {}, equalWeights('GRU', 5, [1, 3, 2], 0.1)],
  ['gru_with_initial_bias', 'GRU', {}, equalWeights('GRU', 3, [1, 3, 3], 0.1, { bias: 0.1 })],
  ['gru_seq_length', 'GRU', {}, random('GRU', 5, [2, 3, 3])],
  ['gru, sequences of different lengths', 'GRU', {}, random('GRU', 4, [5, 3, 2], { lengths: [5, 3, 1] })],
  ['gru, linear before reset', 'GRU', { linear_before_reset: 1 }, random('GRU', 4, [4, 3, 2])],
  ['gru, reverse', 'GRU', { direction: 'reverse' }, random('GRU', 3, [4, 2, 2])],
  ['gru, bidirectional', 'GRU', { direction: 'bidirectional' }, random('GRU', 3, [4, 2, 2], both)],
  [
    'gru, bidirectional, linear before reset',
    'GRU',
    { direction: 'bidirectional', linear_before_reset: 1 },
    random('GRU', 3, [4, 2, 2], both),
  ],
];

const results = [];
for (const [name, op, chosen, tensors] of cases) {
  const attributes = { hidden_size: tensors.R[0][0].length, ...chosen };
  const session = await ort.InferenceSession.create(modelOf(op, attributes, tensors), { intraOpNumThreads: 1 });
  const feeds = Object.fromEntries(
    Object.entries(tensors).map(([key, list]) => [
      key,
      key === 'sequence_lens'
        ? new ort.Tensor('int32', Int32Array.from(list), [list.length])
        : new ort.Tensor('float32', Float32Array.from(list.flat(9)), shapeOf(list)),
    ]),
  );
  const { Y } = await session.run(feeds);
  await session.release();
  results.push({ name, op, attributes, tensors, Y: nested(Array.from(Y.data), Y.dims) });
}
writeFileSync(new URL('recurrent.generated.json', import.meta.url), `${JSON.stringify(results)}\n`);
console.log(`${results.length} cases`);
