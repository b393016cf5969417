/** Tests that damaged ONNX models are either rejected with an NnbpError or imported. */
import { tanh } from '@nnbp/activations';
import { logSumExp, max, maxAbs, mean, median, min, product } from '@nnbp/aggregations';
import { randomGraph } from '@nnbp/conformance';
import { delayed, GraphBuilder, mlp, Network, NnbpError, Random } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { lstm } from '@nnbp/layers';
import { expect, test } from 'vitest';
import { damagedBytes, damagedFileCount } from '../../formats/test/fuzz.js';
import { convolutionModel, lstmModel, randomNetwork } from './onnx-models.js';

/** An LSTM, followed by one output node for each aggregation. */
function recurrentNetwork(): Network {
  const builder = new GraphBuilder();
  const units = lstm(builder, { from: builder.inputs(2), units: 2 });
  const from = [...units, delayed('input.0', 2)];
  for (const [name, aggregation] of Object.entries({ logSumExp, max, maxAbs, mean, median, min, product })) {
    builder.output(builder.node(name, { from, activation: tanh, aggregation }));
  }
  return new Network(builder.build(), { seed: 2 });
}

const random = new Random(11);
const files = [
  toOnnx(new Network(mlp([3, 4, 2], { activation: tanh }), { seed: 1 })),
  toOnnx(randomNetwork(random, randomGraph(random, { nodes: 60 }))),
  toOnnx(recurrentNetwork()),
  lstmModel({ inputs: 2, units: 2 }),
  convolutionModel(),
];

/** Returns whether `fromOnnx` rejects the file. Fails the test on any error other than an `NnbpError`. */
const isRejected = (bytes: Uint8Array, what: string) => {
  try {
    fromOnnx(bytes);
    return false;
  } catch (error) {
    expect(error, what).toBeInstanceOf(NnbpError);
    return true;
  }
};

test('a truncated file is rejected unless only metadata is missing', () => {
  const [file] = files;
  for (let length = 0; length < file.length; length++) {
    // The metadata is at the end. The model is complete without it.
    const rejected = isRejected(file.slice(0, length), `${length} bytes`);
    if (!rejected) expect(length).toBeGreaterThan(file.length - 120);
  }
});

test('flipped bits and overwritten bytes result in a network or an NnbpError', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  let rejections = 0;
  for (let k = 0; k < damagedFileCount; k++) {
    const bytes = damagedBytes(files[k % files.length], new Random(seed + k));
    rejections += Number(isRejected(bytes, `seed ${seed + k}`));
  }
  expect(rejections).toBeGreaterThan(damagedFileCount / 10);
}, 120_000);
