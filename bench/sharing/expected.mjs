/**
 * The losses that each library must compute on workloads with shared weights, before and after one `step` of the
 * library's runner. A step trains on each batch once. The js engine computes these losses in float64, since the
 * reference engine would take minutes.
 */
import { js } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { counts } from './workloads.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export function sharingExpectations(workload) {
  const { graph, batch, steps, parameters, inputs, targets, learningRate } = workload;
  const executor = js().prepare(graph, batch, steps);
  executor.parameters.set(parameters);
  const [loss, optimizer, sampleCounts] = [mse(), sgd({ learningRate }), counts(workload)];
  const meanLoss = () =>
    inputs.reduce((sum, x, k) => sum + executor.backpropagate(x, targets[k], sampleCounts, loss), 0) / inputs.length;
  const before = meanLoss();
  let after;
  return {
    loss: before,
    afterStep() {
      if (after === undefined) {
        inputs.forEach((x, k) => executor.step(x, targets[k], sampleCounts, loss, optimizer));
        after = meanLoss();
      }
      return after;
    },
  };
}
