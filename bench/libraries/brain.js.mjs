/**
 * Trains with brain.js. Calls `trainPatterns` instead of `train`, because `train` also checks the error after every
 * iteration.
 */
import brain from 'brain.js';
import { denseLayers, meanSquaredError, rows } from '../workloads.mjs';

/** @type {import('./library.mjs').Prepare} */
export function prepare(workload) {
  if (workload.sizes === undefined) return { reason: 'it supports layers only' };
  const network = new brain.NeuralNetwork({ activation: 'sigmoid' });
  network.sizes = workload.sizes;
  network.initialize();
  denseLayers(workload).forEach((layer, l) => {
    network.biases[l + 1] = layer.biases;
    network.weights[l + 1] = rows(layer.weights, layer.inputs);
  });
  // The gradient of mse has the factor 2 / (number of outputs), which brain.js omits. The options of brain.js do not
  // accept a momentum of 0.
  network.trainOpts.learningRate = (workload.learningRate * 2) / workload.sizes.at(-1);
  network.trainOpts.momentum = 0;
  const targets = rows(workload.targets, workload.sizes.at(-1));
  const patterns = rows(workload.inputs, workload.sizes[0]).map((input, s) => ({ input, output: targets[s] }));
  return {
    step: () => network.trainPatterns(patterns),
    loss: () => meanSquaredError(workload, (input) => network.runInput(input)),
    rule: { scale: 'fixed', batch: 1 },
    note: 'trainPatterns; it has no batches and updates after each sample',
  };
}
