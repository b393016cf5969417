/** The fast engine of @nnbp on one thread. */
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { ourEngine } from '../our-engine.mjs';
import { counts } from './workloads.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export const prepare = (workload) => prepareNnbp(workload, 1);

/**
 * @param {import('./workloads.mjs').SharingWorkload} workload
 * @param {number} threads
 */
export async function prepareNnbp(workload, threads) {
  const { kind, graph, parameters, batch, steps, inputs, targets, learningRate } = workload;
  const engine = await ourEngine(threads);
  if (engine.threads < threads) return { reason: engine.threadsReason };
  const executor = engine.prepare(graph, batch, kind === 'stream' ? 1 : steps);
  executor.parameters.set(parameters);
  const dispose = () => {
    executor.dispose();
    engine.dispose();
  };
  if (kind === 'stream') return { ...streaming(workload, executor), dispose };
  const [optimizer, loss, sampleCounts] = [sgd({ learningRate }), mse(), counts(workload)];
  return {
    step() {
      for (let k = 0; k < inputs.length; k++) executor.step(inputs[k], targets[k], sampleCounts, loss, optimizer);
    },
    loss() {
      let sum = 0;
      for (let k = 0; k < inputs.length; k++) sum += executor.backpropagate(inputs[k], targets[k], sampleCounts, loss);
      return sum / inputs.length;
    },
    rule: { batch },
    note: executor.threads < threads ? `on one thread: ${executor.threadsReason}` : undefined,
    dispose,
  };
}

/**
 * Calls `executor.predict` once per time step and keeps the state between these calls.
 *
 * @param {import('./workloads.mjs').SharingWorkload} workload
 * @param {import('@nnbp/core').Executor} executor
 */
function streaming({ graph, inputs: [inputs], targets: [targets], steps }, executor) {
  const state = Float64Array.from(graph.initialState());
  const [width, outputs] = [graph.inputCount, graph.outputs.length];
  const rows = Array.from({ length: steps }, (_, t) => inputs.subarray(t * width, (t + 1) * width));
  const options = { state };
  return {
    step() {
      for (let t = 0; t < steps; t++) executor.predict(rows[t], 1, options);
    },
    loss() {
      state.set(graph.initialState());
      let sum = 0;
      rows.forEach((row, t) => {
        const x = executor.predict(row, 1, options);
        for (let k = 0; k < outputs; k++) sum += (x[k] - targets[t * outputs + k]) ** 2;
      });
      return sum / targets.length;
    },
    note: 'executor.predict with a state',
  };
}
