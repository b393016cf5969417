/** neataptic: `architect.LSTM`, with `activate` and `propagate` at each step, as its `train` does. */
import neataptic from 'neataptic';
import { gatedNetwork } from './gated-network.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export const prepare = (workload) =>
  gatedNetwork(workload, (sizes) => new neataptic.architect.LSTM(...sizes), {
    clear: (network) => network.clear(),
    propagate: (network, rate, update, target) => network.propagate(rate, 0, update, target),
  });
