/** Trains on digits with TensorFlow.js on its WebAssembly backend. */
import { startTfjs } from './tfjs.mjs';

export async function learner({ sizes, batchSize, layers }) {
  const tf = await startTfjs('wasm');
  const variables = layers.map(({ inputs, outputs, weights }) => ({
    weights: tf.variable(tf.tensor2d(weights, [outputs, inputs]).transpose()),
    biases: tf.variable(tf.zeros([outputs])),
  }));
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
  const logits = (inputs) =>
    variables.reduce((x, { weights, biases }, l) => {
      const h = tf.add(tf.matMul(x, weights), biases);
      return l < variables.length - 1 ? tf.relu(h) : h;
    }, inputs);
  return {
    step({ inputs, targets }) {
      const x = tf.tensor2d(inputs, [batchSize, sizes[0]]);
      const t = tf.tensor2d(targets, [batchSize, sizes.at(-1)]);
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(t, logits(x)), true);
      const value = loss.dataSync()[0];
      tf.dispose([x, t, loss]);
      return value;
    },
    predict: (inputs) => tf.tidy(() => logits(tf.tensor2d(inputs, [inputs.length / sizes[0], sizes[0]])).dataSync()),
  };
}
