/** convnetjs: layers assembled by hand, since its own regression layer would add a linear layer after the sigmoid. */
import convnetjs from 'convnetjs';
import { denseLayers, meanSquaredError, rows } from '../works.mjs';

/** @type {import('./contender.mjs').Prepare} */
export function prepare(work) {
  if (work.sizes === undefined) return { reason: 'it knows layers only' };
  const network = new convnetjs.Net();
  network.makeLayers([
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: work.sizes[0] },
    ...work.sizes.slice(1).map((num_neurons) => ({ type: 'fc', num_neurons, activation: 'sigmoid' })),
  ]);
  const outputs = work.sizes.at(-1);
  network.layers.push(new convnetjs.RegressionLayer({ in_sx: 1, in_sy: 1, in_depth: outputs }));
  const dense = network.layers.filter(({ layer_type }) => layer_type === 'fc');
  denseLayers(work).forEach((layer, l) => {
    dense[l].biases.w.set(layer.biases);
    rows(layer.weights, layer.inputs).forEach((weights, k) => dense[l].filters[k].w.set(weights));
  });

  const trainer = new convnetjs.Trainer(network, {
    method: 'sgd',
    // Its error is output − target, ours 2 (output − target) / outputs.
    learning_rate: (work.learningRate * 2) / outputs,
    momentum: 0,
    batch_size: work.batch,
  });
  const volumes = rows(work.inputs, work.sizes[0]).map((values) => {
    const volume = new convnetjs.Vol(1, 1, work.sizes[0], 0);
    volume.w.set(values);
    return volume;
  });
  const targets = rows(work.targets, outputs).map((values) => Float64Array.from(values));
  return {
    step() {
      for (let s = 0; s < volumes.length; s++) trainer.train(volumes[s], targets[s]);
    },
    loss() {
      let next = 0;
      return meanSquaredError(work, () => network.forward(volumes[next++]).w);
    },
    rule: { scale: 'fixed', batch: work.batch },
    note: 'Trainer with sgd and batch_size',
  };
}
