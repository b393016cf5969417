/** PyTorch on one thread: `nn.LSTM`, `nn.Conv2d`, autograd and SGD. */
import { base64, pythonRacer } from '../contenders/pytorch.mjs';
import { filterIds, gateIds, matrixOf, outputIds } from './works.mjs';

/** @param {import('./works.mjs').SharingWork} work */
export async function prepare(work) {
  const { kind, sizes, steps, batch, samples, learningRate, inputs, targets } = work;
  if (kind === 'stream') return { reason: 'compared with JavaScript libraries only' };
  const of = ({ biases, weights }) => ({ biases: base64(biases), weights: base64(weights) });
  const first = of(matrixOf(work, kind === 'lstm' ? gateIds(work) : filterIds(work)));
  return pythonRacer(
    {
      ...{ kind, sizes, steps, batch, samples, learningRate, first, linear: of(matrixOf(work, outputIds(work))) },
      inputs: inputs.map(base64),
      targets: targets.map(base64),
    },
    { batch },
  );
}
