/**
 * Computes, with the reference engine, the losses that each library must match: the initial loss, and the loss after
 * one `step` of the library's runner. A step trains on all samples once, with the library's update rule.
 */
import { reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { row } from './workloads.mjs';

/** @param {import('./workloads.mjs').Workload} workload */
export function expectations(workload) {
  const cache = new Map();
  return {
    loss: lossOf(workload, initialExecutor(workload, 'fixed', workload.samples)),
    /** @param {import('./libraries/library.mjs').Runner['rule']} rule */
    afterStep(rule) {
      const key = `${rule.scale} ${rule.batch}`;
      if (!cache.has(key)) cache.set(key, lossAfterStep(workload, rule));
      return cache.get(key);
    },
  };
}

function initialExecutor(workload, scale, batch) {
  const trainable = scale === 'trainable';
  const executor = reference().prepare(trainable ? workload.graph : workload.ordinary, batch);
  executor.parameters.set(trainable ? workload.parameters : workload.weights);
  return executor;
}

function lossAfterStep(workload, { scale, batch }) {
  const executor = initialExecutor(workload, scale, batch);
  const [loss, optimizer] = [mse(), sgd({ learningRate: workload.learningRate })];
  const [width, outputs] = [workload.graph.inputCount, workload.graph.outputs.length];
  for (let k = 0; k < workload.samples / batch; k++)
    executor.step(row(workload.inputs, k, batch * width), row(workload.targets, k, batch * outputs), batch, loss, optimizer);
  const evaluated = initialExecutor(workload, scale, workload.samples);
  evaluated.parameters.set(executor.parameters);
  return lossOf(workload, evaluated);
}

function lossOf(workload, executor) {
  const x = executor.predict(workload.inputs, workload.samples);
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] - workload.targets[k]) ** 2;
  return sum / x.length;
}
