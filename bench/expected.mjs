/** What each contender must compute according to the reference engine: the loss, and the loss after one step by its rule. */
import { reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { row } from './works.mjs';

/** @param {import('./works.mjs').Work} work */
export function expectations(work) {
  const known = new Map();
  return {
    loss: lossOf(work, start(work, 'fixed', work.samples)),
    /** @param {import('./contenders/contender.mjs').Racer['rule']} rule */
    afterStep(rule) {
      const key = `${rule.scale} ${rule.batch}`;
      if (!known.has(key)) known.set(key, lossAfterStep(work, rule));
      return known.get(key);
    },
  };
}

function start(work, scale, batch) {
  const trainable = scale === 'trainable';
  const executor = reference().prepare(trainable ? work.graph : work.ordinary, batch);
  executor.parameters.set(trainable ? work.parameters : work.weights);
  return executor;
}

function lossAfterStep(work, { scale, batch }) {
  const executor = start(work, scale, batch);
  const [loss, optimizer] = [mse(), sgd({ learningRate: work.learningRate })];
  const [width, outputs] = [work.graph.inputCount, work.graph.outputs.length];
  for (let k = 0; k < work.samples / batch; k++)
    executor.step(row(work.inputs, k, batch * width), row(work.targets, k, batch * outputs), batch, loss, optimizer);
  const whole = start(work, scale, work.samples);
  whole.parameters.set(executor.parameters);
  return lossOf(work, whole);
}

function lossOf(work, executor) {
  const x = executor.predict(work.inputs, work.samples);
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] - work.targets[k]) ** 2;
  return sum / x.length;
}
