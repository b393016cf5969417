/** The fast engine of @nnbp. `prepare` uses one thread; `prepareNnbp` uses `threads` threads. */
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { ourEngine } from '../our-engine.mjs';
import { rows } from '../workloads.mjs';

/** @type {import('./library.mjs').Prepare} */
export const prepare = (workload) => prepareNnbp(workload, 1);

/**
 * @param {import('../workloads.mjs').Workload} workload
 * @param {number} threads
 * @returns {Promise<import('./library.mjs').Runner | import('./library.mjs').Absent>}
 */
export async function prepareNnbp({ graph, parameters, batch, samples, inputs, targets, learningRate }, threads) {
  const engine = await ourEngine(threads);
  if (engine.threads < threads) return { reason: engine.threadsReason };
  const executor = engine.prepare(graph, batch);
  executor.parameters.set(parameters);
  const [optimizer, loss] = [sgd({ learningRate }), mse()];
  const batches = samples / batch;
  const inputBatches = rows(inputs, batch * graph.inputCount);
  const targetBatches = rows(targets, batch * graph.outputs.length);
  return {
    step() {
      for (let k = 0; k < batches; k++) executor.step(inputBatches[k], targetBatches[k], batch, loss, optimizer);
    },
    loss() {
      let sum = 0;
      for (let k = 0; k < batches; k++) sum += executor.backpropagate(inputBatches[k], targetBatches[k], batch, loss);
      return sum / batches;
    },
    rule: { scale: 'trainable', batch },
    note: ['every c trainable', ...(executor.threads < threads ? [`on one thread: ${executor.threadsReason}`] : [])].join(', '),
    dispose() {
      executor.dispose();
      engine.dispose();
    },
  };
}
