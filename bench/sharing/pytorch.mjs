/** PyTorch on one thread: `nn.LSTM`, `nn.Conv2d`, autograd and SGD. */
import { base64, pythonRunner } from '../libraries/pytorch.mjs';
import { filterIds, gateIds, matrixOf, outputIds } from './workloads.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export async function prepare(workload) {
  const { kind, sizes, steps, batch, samples, learningRate, inputs, targets } = workload;
  if (kind === 'stream') return { reason: 'streaming is compared with JavaScript libraries only' };
  const encode = ({ biases, weights }) => ({ biases: base64(biases), weights: base64(weights) });
  const first = encode(matrixOf(workload, kind === 'lstm' ? gateIds(workload) : filterIds(workload)));
  return pythonRunner(
    {
      ...{ kind, sizes, steps, batch, samples, learningRate, first, linear: encode(matrixOf(workload, outputIds(workload))) },
      inputs: inputs.map(base64),
      targets: targets.map(base64),
    },
    { batch },
  );
}
