/** Runs the dense workloads on TensorFlow.js, with one call of `minimize` per update. */
import { startTfjs } from '../tfjs.mjs';
import { denseLayers, rows } from '../workloads.mjs';

/**
 * @param {import('../workloads.mjs').Workload} workload
 * @param {'cpu' | 'wasm'} backend
 * @returns {Promise<import('./library.mjs').Runner | import('./library.mjs').Absent>}
 */
export async function prepareTfjs(workload, backend) {
  if (workload.sizes === undefined) return { reason: 'it supports dense tensors only' };
  const tf = await startTfjs(backend);
  const layers = denseLayers(workload).map(({ inputs, outputs, weights, biases }) => ({
    weights: tf.variable(tf.tensor2d(weights, [outputs, inputs]).transpose()),
    biases: tf.variable(tf.tensor1d(biases)),
  }));
  const { batch, samples } = workload;
  const [width, outputs] = [workload.sizes[0], workload.sizes.at(-1)];
  const inputBatches = rows(workload.inputs, batch * width).map((values) => tf.tensor2d(values, [batch, width]));
  const targetBatches = rows(workload.targets, batch * outputs).map((values) => tf.tensor2d(values, [batch, outputs]));
  const optimizer = tf.train.sgd(workload.learningRate);
  const lossOf = (k) => {
    let x = inputBatches[k];
    for (const layer of layers) x = tf.sigmoid(tf.add(tf.matMul(x, layer.weights), layer.biases));
    return tf.mean(tf.squaredDifference(x, targetBatches[k]));
  };
  return {
    step() {
      for (let k = 0; k < samples / batch; k++) {
        const loss = optimizer.minimize(() => lossOf(k), true);
        loss.dataSync();
        loss.dispose();
      }
    },
    loss() {
      let sum = 0;
      for (let k = 0; k < samples / batch; k++) sum += tf.tidy(() => lossOf(k).dataSync()[0]);
      return sum / (samples / batch);
    },
    rule: { scale: 'fixed', batch },
    note: 'optimizer.minimize, tensors created beforehand, the loss read after each update',
  };
}
