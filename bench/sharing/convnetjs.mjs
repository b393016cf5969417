/** convnetjs: `conv`, `relu` and `fc` layers, trained in batches by `Trainer`. */
import convnetjs from 'convnetjs';
import { filterIds, image, matrixOf, outputIds } from './workloads.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export function prepare(workload) {
  if (workload.kind !== 'convolution') return { reason: 'no recurrent layers' };
  const { sizes, inputs: [inputs], targets: [targets] } = workload;
  const [, filters, outputs] = sizes;
  const { size, kernel, stride, windows } = image;
  const network = new convnetjs.Net();
  network.makeLayers([
    { type: 'input', out_sx: size, out_sy: size, out_depth: 1 },
    { type: 'conv', sx: kernel, filters, stride, pad: 0, activation: 'relu' },
    { type: 'regression', num_neurons: outputs },
  ]);
  const [convolution, dense] = ['conv', 'fc'].map((type) => network.layers.find(({ layer_type }) => layer_type === type));
  const kernels = matrixOf(workload, filterIds(workload));
  convolution.biases.w.set(kernels.biases);
  convolution.filters.forEach(({ w }, f) => w.set(kernels.weights.subarray(f * kernel ** 2, (f + 1) * kernel ** 2)));
  const linear = matrixOf(workload, outputIds(workload));
  const cells = windows ** 2;
  dense.biases.w.set(linear.biases);
  dense.filters.forEach(({ w }, k) => {
    for (let cell = 0; cell < cells; cell++) {
      for (let f = 0; f < filters; f++) w[cell * filters + f] = linear.weights[(k * filters + f) * cells + cell];
    }
  });
  const trainer = new convnetjs.Trainer(network, {
    method: 'sgd',
    // The gradient of convnetjs lacks the factor 2 / outputs of the mean squared error.
    learning_rate: (workload.learningRate * 2) / outputs,
    momentum: 0,
    batch_size: workload.batch,
  });
  const volumes = Array.from({ length: workload.samples }, (_, s) => {
    const volume = new convnetjs.Vol(size, size, 1, 0);
    volume.w.set(inputs.subarray(s * sizes[0], (s + 1) * sizes[0]));
    return volume;
  });
  const targetRows = volumes.map((_, s) => Float64Array.from(targets.subarray(s * outputs, (s + 1) * outputs)));
  return {
    step() {
      for (let s = 0; s < volumes.length; s++) trainer.train(volumes[s], targetRows[s]);
    },
    loss() {
      let sum = 0;
      volumes.forEach((volume, s) => network.forward(volume).w.forEach((x, k) => (sum += (x - targetRows[s][k]) ** 2)));
      return sum / targets.length;
    },
    rule: { batch: workload.batch },
    note: 'Trainer with sgd and batch_size',
  };
}
