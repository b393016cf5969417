/** jax-js on its WebAssembly backend: one jitted function for loss, gradient and update. */
import { denseLayers, rows } from '../workloads.mjs';

/** @type {import('./library.mjs').Prepare} */
export async function prepare(workload) {
  if (workload.sizes === undefined) return { reason: 'it supports dense arrays only' };
  // jax-js reads the number of cores from `navigator`, which Node 20 does not have.
  globalThis.navigator ??= /** @type {any} */ ({ hardwareConcurrency: 1 });
  const { defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import('@jax-js/jax');
  await init('wasm');
  defaultDevice('wasm');

  const { batch, samples, learningRate } = workload;
  const [width, outputs] = [workload.sizes[0], workload.sizes.at(-1)];
  const matrices = (values, columns) =>
    rows(values, batch * columns).map((part) => np.array(part.slice()).reshape([batch, columns]));
  const inputBatches = matrices(workload.inputs, width);
  const targetBatches = matrices(workload.targets, outputs);
  let parameters = denseLayers(workload).map((layer) => ({
    weights: np.transpose(np.array(layer.weights).reshape([layer.outputs, layer.inputs])),
    biases: np.array(layer.biases),
  }));

  const lossOf = (layers, inputs, targets) => {
    let x = inputs;
    for (const { weights, biases } of layers) x = nn.sigmoid(np.matmul(x, weights).add(biases));
    return np.mean(np.square(x.sub(targets)));
  };
  const forward = jit(lossOf);
  const update = jit((layers, inputs, targets) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(layers), inputs, targets);
    return [tree.map((p, g) => p.sub(g.mul(learningRate)), layers, gradients), loss];
  });
  return {
    step() {
      for (let k = 0; k < samples / batch; k++) {
        const [next, loss] = update(parameters, inputBatches[k].ref, targetBatches[k].ref);
        parameters = next;
        loss.dataSync();
      }
    },
    loss() {
      let sum = 0;
      for (let k = 0; k < samples / batch; k++)
        sum += forward(tree.ref(parameters), inputBatches[k].ref, targetBatches[k].ref).dataSync()[0];
      return sum / (samples / batch);
    },
    rule: { scale: 'fixed', batch },
    note: 'jit of valueAndGrad and update, wasm device, one thread',
  };
}
