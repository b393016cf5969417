/**
 * synaptic: `Architect.LSTM`. Calls `activate` and `propagate` at each time step, like synaptic's own `Trainer`.
 * synaptic has no batches.
 */
import synaptic from 'synaptic';
import { gatedNetwork } from './gated-network.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export const prepare = (workload) =>
  gatedNetwork(workload, (sizes) => new synaptic.Architect.LSTM(...sizes), {
    clear: (network) => network.clear(),
    propagate: (network, rate, _update, target) => network.propagate(rate, target),
  });
