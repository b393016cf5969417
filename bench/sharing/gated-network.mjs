/**
 * synaptic and neataptic: LSTM cells with peepholes, built from gated connections. Both libraries compute gradients
 * with eligibility traces. synaptic updates the weights after each time step, neataptic once per batch. The cells
 * compute a different function from PyTorch's LSTM, so losses are not compared.
 */
import { bySequence } from './by-sequence.mjs';

/**
 * @param {import('./workloads.mjs').SharingWorkload} workload
 * @param {(sizes: number[]) => any} make
 * @param {{ clear: (network: any) => void, propagate: (network: any, rate: number, update: boolean, target: ArrayLike<number>) => void }} calls
 */
export function gatedNetwork(workload, make, { clear, propagate }) {
  if (workload.kind === 'convolution') return { reason: 'no shared weights' };
  const { sizes, batch, steps, inputs, targets, learningRate } = workload;
  if (sizes[1] > 100) return { reason: 'creates an object for each of 10⁵ connections: an update takes minutes' };
  const network = make(sizes);
  const rowsOf = (values, width) =>
    Array.from({ length: values.length / width }, (_, r) => Array.from(values.subarray(r * width, (r + 1) * width)));
  const x = inputs.map((values) => rowsOf(values, sizes[0]));
  const t = targets.map((values) => rowsOf(values, sizes[2]));
  if (workload.kind === 'stream') {
    return {
      step() {
        for (let k = 0; k < steps; k++) network.activate(x[0][k]);
      },
      note: 'activate; a different network',
    };
  }
  const rate = (learningRate * 2) / sizes[2] / batch;
  return {
    run: bySequence(workload, (sequence) => {
      const [b, s] = [Math.floor(sequence / batch), sequence % batch];
      clear(network);
      for (let k = 0; k < steps; k++) {
        network.activate(x[b][k * batch + s]);
        propagate(network, rate, s === batch - 1 && k === steps - 1, t[b][k * batch + s]);
      }
    }),
    note: 'activate and propagate at each step; a different network and update rule',
  };
}
