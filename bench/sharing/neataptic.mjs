/** neataptic: `architect.LSTM`. Calls `activate` and `propagate` at each time step, like neataptic's own `train`. */
import neataptic from 'neataptic';
import { gatedNetwork } from './gated-network.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export const prepare = (workload) =>
  gatedNetwork(workload, (sizes) => new neataptic.architect.LSTM(...sizes), {
    clear: (network) => network.clear(),
    propagate: (network, rate, update, target) => network.propagate(rate, 0, update, target),
  });
