/**
 * Exports networks to ONNX, and checks that the outputs of onnxruntime are equal to those of the reference engine
 * within float32 error bounds.
 */
import { everyActivation } from '@nnbp/conformance';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { mlp, Network, Random } from '@nnbp/core';
import ort from 'onnxruntime-node';
import { afterAll, expect, test } from 'vitest';
import { firstSeed, randomNetwork } from './random-networks.mjs';
import { record, versionOf } from './record.mjs';
import { WorstError } from './worst-error.mjs';

const graphs = 200;
const resultRows = [];
afterAll(() => record('1-onnxruntime-node', `onnxruntime-node ${versionOf('onnxruntime-node')}`, resultRows));

/** @returns {Promise<Float32Array>} */
async function run(bytes, rows) {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const input = new ort.Tensor('float32', Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
  const { output } = await session.run({ input });
  await session.release();
  expect(output.dims[0]).toBe(rows.length);
  return output.data;
}

test(`from seed ${firstSeed}: ${graphs} random graphs have the same outputs in onnxruntime`, async () => {
  const worst = new WorstError();
  let nodes = 0;
  let edges = 0;
  for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
    const { network, rows } = randomNetwork(seed);
    const bytes = toOnnx(network);
    worst.check(network, rows, await run(bytes, rows), `INTEROP_SEED=${seed}`);
    new WorstError().check(network, rows, fromOnnx(bytes).predictBatch(rows).flat(), `INTEROP_SEED=${seed}, imported`);
    nodes += network.graph.nodeCount;
    edges += network.graph.edgeCount;
  }
  resultRows.push([`${graphs} random graphs, ${nodes} nodes and ${edges} edges, 16 samples each`, String(worst)]);
}, 240_000);

test('every activation has the same values in onnxruntime, near 0 and far from 0', async () => {
  let worst = 0;
  for (const activation of everyActivation) {
    const network = new Network(mlp([1, 1], { activation }));
    network.setParameters('output.0', { b: 0, c: 1, w: { 'input.0': 1 } });
    const rows = Array.from({ length: 801 }, (_, k) => [(k - 400) / 20]);
    const got = await run(toOnnx(network), rows);
    rows.forEach(([h], k) => {
      const g = activation.value(h);
      // onnxruntime's sigmoid has an error of 8e-8 at -17, and silu multiplies it by 17.
      const error = Math.abs(got[k] - g) / Math.max(1, Math.abs(h));
      expect(error, `${activation.name}(${h})`).toBeLessThan(1e-6);
      worst = Math.max(worst, error);
    });
  }
  resultRows.push([
    `${everyActivation.length} activations at 801 points from -20 to 20`,
    `max error ${worst.toExponential(1)} (relative to |h| for |h| > 1)`,
  ]);
});

test('an exported model accepts batches of any size', async () => {
  const network = new Network(mlp([3, 5, 2], { activation: everyActivation[0] }), { seed: 1 });
  const bytes = toOnnx(network);
  const random = new Random(2);
  for (const samples of [1, 2, 77]) {
    const rows = Array.from({ length: samples }, () => [random.uniform(), random.uniform(), random.uniform()]);
    new WorstError().check(network, rows, await run(bytes, rows));
  }
});
