/**
 * convnetjs. The regression layer is appended by hand, since `makeLayers` would add a linear layer between the sigmoid
 * and the regression layer.
 */
import convnetjs from 'convnetjs';
import { denseLayers, meanSquaredError, rows } from '../workloads.mjs';

/** @type {import('./library.mjs').Prepare} */
export function prepare(workload) {
  if (workload.sizes === undefined) return { reason: 'it supports layers only' };
  const network = new convnetjs.Net();
  network.makeLayers([
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: workload.sizes[0] },
    ...workload.sizes.slice(1).map((num_neurons) => ({ type: 'fc', num_neurons, activation: 'sigmoid' })),
  ]);
  const outputs = workload.sizes.at(-1);
  network.layers.push(new convnetjs.RegressionLayer({ in_sx: 1, in_sy: 1, in_depth: outputs }));
  const dense = network.layers.filter(({ layer_type }) => layer_type === 'fc');
  denseLayers(workload).forEach((layer, l) => {
    dense[l].biases.w.set(layer.biases);
    rows(layer.weights, layer.inputs).forEach((weights, k) => dense[l].filters[k].w.set(weights));
  });

  const trainer = new convnetjs.Trainer(network, {
    method: 'sgd',
    // The gradient in convnetjs lacks the factor 2 / outputs of mse.
    learning_rate: (workload.learningRate * 2) / outputs,
    momentum: 0,
    batch_size: workload.batch,
  });
  const volumes = rows(workload.inputs, workload.sizes[0]).map((values) => {
    const volume = new convnetjs.Vol(1, 1, workload.sizes[0], 0);
    volume.w.set(values);
    return volume;
  });
  const targets = rows(workload.targets, outputs).map((values) => Float64Array.from(values));
  return {
    step() {
      for (let s = 0; s < volumes.length; s++) trainer.train(volumes[s], targets[s]);
    },
    loss() {
      let next = 0;
      return meanSquaredError(workload, () => network.forward(volumes[next++]).w);
    },
    rule: { scale: 'fixed', batch: workload.batch },
    note: 'Trainer with sgd and batch_size',
  };
}
