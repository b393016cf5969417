/**
 * Exports layers as ONNX operators, and compares the outputs of onnxruntime with ours for sequences and images, also
 * after a round trip.
 */
import { predictSequence } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import ort from 'onnxruntime-node';
import { afterAll, expect, test } from 'vitest';
import { countOf, randomBidirectional, randomConvolution, randomRecurrent } from './random-layers.mjs';
import { firstSeed } from './random-networks.mjs';
import { record, versionOf } from './record.mjs';

const networks = 200;
const [steps, batch] = [7, 3];
const resultRows = [];
afterAll(() =>
  record('4-onnx-layers', `onnxruntime-node ${versionOf('onnxruntime-node')}, standard layers`, resultRows),
);

/** Runs a model on inputs of shape `dims`; returns its outputs as one flat array. */
async function run(bytes, inputs, dims) {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const { output } = await session.run({ input: new ort.Tensor('float32', Float32Array.from(inputs), dims) });
  await session.release();
  return Array.from(output.data);
}

/** Returns the largest error: absolute, or relative for |expected| > 1. Throws if an error reaches 1e-4. */
function largestError(outputs, expected, what) {
  expect(outputs, what).toHaveLength(expected.length);
  return outputs.reduce((worst, value, k) => {
    const error = Math.abs(value - expected[k]) / Math.max(1, Math.abs(expected[k]));
    expect(error, `${what}, output ${k}: received ${value}, expected ${expected[k]}`).toBeLessThan(1e-4);
    return Math.max(worst, error);
  }, 0);
}

const numbers = (random, count) => Array.from({ length: count }, () => random.uniform() - 0.5);

/** Returns the outputs for several sequences, in the layout of the ONNX model, `[steps, batch, outputs]`. */
const outputsOf = (network, sequences) => {
  const outputs = sequences.map((rows) => predictSequence(network, rows));
  return Array.from({ length: steps }, (_, t) => outputs.map((rows) => Array.from(rows[t]))).flat(2);
};

test(`from seed ${firstSeed}: ${networks} networks of RNN, LSTM and GRU layers, exported as sequence models, have the same outputs in onnxruntime`, async () => {
  const worst = { out: 0, back: 0 };
  const counts = {};
  for (let seed = firstSeed; seed < firstSeed + networks; seed++) {
    const { network, layers, random } = randomRecurrent(seed);
    const what = `INTEROP_SEED=${seed} (${layers.map(({ name }) => name).join(', ')})`;
    const width = network.graph.inputCount;
    const sequences = Array.from({ length: batch }, () => Array.from({ length: steps }, () => numbers(random, width)));
    const expected = outputsOf(network, sequences);
    const inputs = Array.from({ length: steps }, (_, t) => sequences.map((rows) => rows[t])).flat(2);
    const bytes = toOnnx(network, { sequences: true });
    for (const operator of ['RNN', 'LSTM', 'GRU']) {
      const layerCount = layers.filter((layer) => layer.operator === operator).length;
      // The name of an operation contains its operator, as in `/LSTM.3`.
      expect(countOf(bytes, `/${operator}.`) > 0, what).toBe(layerCount > 0);
    }
    for (const { name } of layers) counts[name] = (counts[name] ?? 0) + 1;
    worst.out = Math.max(worst.out, largestError(await run(bytes, inputs, [steps, batch, width]), expected, what));
    const back = fromOnnx(bytes);
    expect(back.graph.stateSize, what).toBe(network.graph.stateSize);
    worst.back = Math.max(worst.back, largestError(outputsOf(back, sequences), expected, `${what}, imported`));
    const again = await run(toOnnx(back, { sequences: true }), inputs, [steps, batch, width]);
    largestError(again, expected, `${what}, exported again`);
  }
  const named = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  resultRows.push([
    `${networks} networks of one or two recurrent layers (${named.join(', ')}), ${batch} sequences of ${steps} steps`,
    `max error ${worst.out.toExponential(1)}; after import by fromOnnx: max error ${worst.back.toExponential(1)}`,
  ]);
}, 240_000);

test(`from seed ${firstSeed}: ${networks} networks of bidirectional layers have the same outputs in onnxruntime`, async () => {
  const worst = { out: 0, back: 0 };
  const counts = {};
  for (let seed = firstSeed; seed < firstSeed + networks; seed++) {
    const { network, layers, random } = randomBidirectional(seed);
    const what = `INTEROP_SEED=${seed} (${layers.join(', ')})`;
    const width = network.graph.inputCount;
    const rows = Array.from({ length: batch }, () => numbers(random, width));
    const expected = network.predictBatch(rows).flat();
    const bytes = toOnnx(network);
    const back = fromOnnx(bytes);
    const again = toOnnx(back);
    // "bidirectional" occurs once per operator, as the value of its attribute `direction`.
    for (const model of [bytes, again]) expect(countOf(model, 'bidirectional'), what).toBe(layers.length);
    for (const name of layers) counts[name] = (counts[name] ?? 0) + 1;
    worst.out = Math.max(worst.out, largestError(await run(bytes, rows.flat(), [batch, width]), expected, what));
    worst.back = Math.max(worst.back, largestError(back.predictBatch(rows).flat(), expected, `${what}, imported`));
    largestError(await run(again, rows.flat(), [batch, width]), expected, `${what}, exported again`);
  }
  const named = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  resultRows.push([
    `${networks} networks of one or two bidirectional layers (${named.join(', ')}) over 2 to 6 steps`,
    `max error ${worst.out.toExponential(1)}; after import by fromOnnx: max error ${worst.back.toExponential(1)}`,
  ]);
}, 240_000);

test(`from seed ${firstSeed}: ${networks} networks of convolutions and pooling have the same outputs in onnxruntime`, async () => {
  const worst = { out: 0, back: 0 };
  const counts = {};
  // On a small grid, a layer is not always recognized. It is then exported as other operators.
  let unrecognized = 0;
  /** Number of networks whose weights are still shared after the round trip. */
  let sharing = 0;
  for (let seed = firstSeed; seed < firstSeed + networks; seed++) {
    const { network, layers, random } = randomConvolution(seed);
    const what = `INTEROP_SEED=${seed} (${layers.join(', ')})`;
    const width = network.graph.inputCount;
    const rows = Array.from({ length: batch }, () => numbers(random, width));
    const expected = network.predictBatch(rows).flat();
    const bytes = toOnnx(network);
    for (const operator of new Set(layers)) {
      if (countOf(bytes, `/${operator}.`) === 0) {
        unrecognized++;
        continue;
      }
      counts[operator] = (counts[operator] ?? 0) + layers.filter((layer) => layer === operator).length;
    }
    worst.out = Math.max(worst.out, largestError(await run(bytes, rows.flat(), [batch, width]), expected, what));
    const back = fromOnnx(bytes);
    worst.back = Math.max(worst.back, largestError(back.predictBatch(rows).flat(), expected, `${what}, imported`));
    if (back.graph.parameterCount <= network.graph.parameterCount) sharing++;
    largestError(await run(toOnnx(back), rows.flat(), [batch, width]), expected, `${what}, exported again`);
  }
  expect(unrecognized, 'operators that a model should contain but does not').toBeLessThanOrEqual(0.05 * networks);
  expect(sharing, 'networks that keep their shared weights').toBeGreaterThanOrEqual(0.95 * networks);
  resultRows.push([
    `${networks} networks of one or two convolution and pooling layers (${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')})`,
    `max error ${worst.out.toExponential(1)}; after import by fromOnnx: max error ${worst.back.toExponential(1)}; ` +
      `${sharing} keep their shared weights`,
  ]);
}, 240_000);
