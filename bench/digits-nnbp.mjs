/** Trains on digits with the fast engine of @nnbp. */
import { identity, relu } from '@nnbp/activations';
import { mlp } from '@nnbp/core';
import { softmaxCrossEntropy } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { ourEngine } from './our-engine.mjs';

export async function learner({ sizes, batchSize, layers }) {
  const engine = await ourEngine();
  // c is fixed, so that the network equals the one in TensorFlow.js.
  const graph = mlp(sizes, { activation: relu, outputActivation: identity, fixed: { c: 1 } });
  const executor = engine.prepare(graph, batchSize);
  let node = graph.inputCount;
  for (const { inputs, outputs, weights } of layers) {
    for (let k = 0; k < outputs; k++, node++)
      executor.parameters.set(weights.subarray(k * inputs, (k + 1) * inputs), graph.biasIndex(node) + 1);
  }
  const [loss, optimizer] = [softmaxCrossEntropy(), adam({ learningRate: 0.001 })];
  return {
    step: ({ inputs, targets }) => executor.step(inputs, targets, batchSize, loss, optimizer),
    predict(inputs) {
      const [width, classes] = [sizes[0], sizes.at(-1)];
      const samples = inputs.length / width;
      const outputs = new Float32Array(samples * classes);
      for (let s = 0; s < samples; s += batchSize) {
        const rows = inputs.subarray(s * width, (s + batchSize) * width);
        outputs.set(executor.predict(rows, rows.length / width), s * classes);
      }
      return outputs;
    },
  };
}
