/**
 * Exports networks with delays as single-step ONNX models, and compares the outputs of onnxruntime with ours, step by
 * step.
 */
import { randomGeneralGraph } from '@nnbp/conformance';
import { GraphBuilder, Network, NnbpError, predictSequence, Random } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { gru, lstm, rnn } from '@nnbp/layers';
import ort from 'onnxruntime-node';
import { afterAll, expect, test } from 'vitest';
import { firstSeed } from './random-networks.mjs';
import { record, versionOf } from './record.mjs';

const graphs = 200;
const steps = 8;
const resultRows = [];
afterAll(() =>
  record('4-onnx-delays', `onnxruntime-node ${versionOf('onnxruntime-node')}, single-step models`, resultRows),
);

/** @returns {Promise<number[][]>} The outputs at each step of one sequence. */
async function run(network, inputs, bytes = toOnnx(network)) {
  const { graph } = network;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  let state = new ort.Tensor('float32', Float32Array.from(graph.initialState()), [1, graph.stateSize]);
  const outputs = [];
  for (const row of inputs) {
    const input = new ort.Tensor('float32', Float32Array.from(row), [1, row.length]);
    const { output, next_state: next } = await session.run(graph.stateSize > 0 ? { input, state } : { input });
    outputs.push(Array.from(output.data));
    if (graph.stateSize > 0) state = next;
  }
  await session.release();
  return outputs;
}

const sequence = (random, width) =>
  Array.from({ length: steps }, () => Array.from({ length: width }, () => random.uniform() - 0.5));

/** Returns the largest error: relative for |expected| > 1, else absolute. Throws if an error is 2e-4 or more. */
function largestError(outputs, expected, what) {
  let worst = 0;
  outputs.forEach((row, t) =>
    row.forEach((value, k) => {
      const error = Math.abs(value - expected[t][k]) / Math.max(1, Math.abs(expected[t][k]));
      expect(error, `${what}, step ${t}, output ${k}: received ${value}, expected ${expected[t][k]}`).toBeLessThan(
        2e-4,
      );
      worst = Math.max(worst, error);
    }),
  );
  return worst;
}

test(`from seed ${firstSeed}: ${graphs} random graphs with delays and aggregations have the same outputs in onnxruntime for ${steps} steps`, async () => {
  let worst = 0;
  let worstBack = 0;
  let compared = 0;
  let recurrent = 0;
  for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
    const random = new Random(seed);
    const graph = randomGeneralGraph(random);
    const network = new Network(graph, { seed });
    network.parameters.vector.forEach((_, p, vector) => (vector[p] = random.uniform() - 0.5));
    const inputs = sequence(random, graph.inputCount);
    let expected;
    try {
      expected = predictSequence(network, inputs);
    } catch (error) {
      // If a product node gets its own delayed output as an input, float64 can overflow. Such graphs cannot be compared.
      if (error instanceof NnbpError && error.code === 'OVERFLOW') continue;
      throw error;
    }
    if (expected.flat().some((value) => Math.abs(value) > 1e6)) continue;
    compared++;
    if (graph.stateSize > 0) recurrent++;
    const bytes = toOnnx(network);
    const outputs = await run(network, inputs, bytes);
    worst = Math.max(worst, largestError(outputs, expected, `INTEROP_SEED=${seed}`));
    // Both the imported network and a model exported from it must have the same outputs.
    const back = fromOnnx(bytes);
    worstBack = Math.max(
      worstBack,
      largestError(outputs, predictSequence(back, inputs), `INTEROP_SEED=${seed}, imported`),
    );
    largestError(await run(back, inputs), expected, `INTEROP_SEED=${seed}, exported again`);
  }
  expect(recurrent).toBeGreaterThan(graphs / 2);
  resultRows.push([
    `${compared} random graphs, ${recurrent} of them with delays, ${steps} steps`,
    `max error ${worst.toExponential(1)}; after import by fromOnnx: max error ${worstBack.toExponential(1)}`,
  ]);
}, 240_000);

test('RNN, LSTM and GRU layers have the same outputs in onnxruntime', async () => {
  for (const [name, layer] of Object.entries({ rnn, lstm, gru })) {
    const builder = new GraphBuilder();
    builder.output(...layer(builder, { from: builder.inputs(3), units: 5 }));
    const network = new Network(builder.build(), { seed: 1 });
    const inputs = sequence(new Random(2), 3);
    const worst = largestError(await run(network, inputs), predictSequence(network, inputs), name);
    resultRows.push([`${name} layer of 5 units, ${steps} steps`, `max error ${worst.toExponential(1)}`]);
  }
}, 60_000);
