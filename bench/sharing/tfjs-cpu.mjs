/** TensorFlow.js on its plain JavaScript backend: `conv2d` and `matMul` on variables, one `minimize` per update. */
import { startTfjs } from '../tfjs.mjs';
import { filterIds, image, matrixOf, outputIds } from './workloads.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export async function prepare(workload) {
  if (workload.kind !== 'convolution') return { reason: 'measured on the convolution only' };
  const tf = await startTfjs('cpu');
  const { sizes: [, filters, outputs], batch, inputs, targets } = workload;
  const { size, kernel, stride, windows } = image;
  const [kernels, linear] = [matrixOf(workload, filterIds(workload)), matrixOf(workload, outputIds(workload))];
  const w1 = tf.variable(tf.tensor4d(kernels.weights, [filters, kernel, kernel, 1]).transpose([1, 2, 3, 0]));
  const b1 = tf.variable(tf.tensor1d(kernels.biases));
  // In the feature maps of TensorFlow.js, the last axis is the filter.
  const byFilter = tf.tensor4d(linear.weights, [outputs, filters, windows, windows]);
  const w2 = tf.variable(byFilter.transpose([2, 3, 1, 0]).reshape([windows * windows * filters, outputs]));
  const b2 = tf.variable(tf.tensor1d(linear.biases));
  const x = tf.tensor4d(inputs[0], [batch, size, size, 1]);
  const t = tf.tensor2d(targets[0], [batch, outputs]);
  const optimizer = tf.train.sgd(workload.learningRate);
  const lossOf = () => {
    const maps = tf.relu(tf.add(tf.conv2d(x, w1, stride, 'valid'), b1));
    return tf.mean(tf.squaredDifference(tf.add(tf.matMul(maps.reshape([batch, -1]), w2), b2), t));
  };
  return {
    step() {
      const loss = optimizer.minimize(lossOf, true);
      loss.dataSync();
      loss.dispose();
    },
    loss: () => tf.tidy(() => lossOf().dataSync()[0]),
    rule: { batch },
    note: 'optimizer.minimize with conv2d',
  };
}
