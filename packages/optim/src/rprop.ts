/**
 * Resilient backpropagation: each parameter has its own step size, which grows while the gradient keeps its sign and
 * shrinks when the sign changes. Only the sign of the gradient matters, so the gradient must be computed over all
 * samples.
 */
import { NnbpError } from '@nnbp/core';
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { OptimizerRecord } from './record.js';

/** Options of {@link rprop}. */
export interface RpropOptions {
  /** $\eta^-$, below 1: multiplies the step size when the gradient changes sign. Default: 0.5. */
  readonly etaMinus?: number;
  /** $\eta^+$, ≥ 1: multiplies the step size when the gradient keeps its sign. Default: 1.2. */
  readonly etaPlus?: number;
  /** $\Delta_0$: the initial step size of each parameter, clamped to the minimum and maximum. Default: 0.01. */
  readonly initialStep?: number;
  /** $\Delta_{min}$: the minimum step size. Default: 1e-6. */
  readonly minimumStep?: number;
  /** $\Delta_{max}$: the maximum step size. Default: 50. */
  readonly maximumStep?: number;
}

/**
 * Resilient backpropagation: if $g \cdot g_{last} > 0$, then $\Delta \leftarrow \min(\eta^+ \Delta, \Delta_{max})$; if
 * the product is below 0, then $\Delta \leftarrow \max(\eta^- \Delta, \Delta_{min})$ and $g \leftarrow 0$, so that
 * the parameter does not move in this step. Finally, $p \leftarrow p - \mathrm{sign}(g) \Delta$ (Riedmiller and Braun
 * 1993). Equals PyTorch's `Rprop`. Uses full batches: `fit` passes all samples at once.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function rprop(options: RpropOptions = {}): Optimizer {
  const { etaMinus = 0.5, etaPlus = 1.2, initialStep = 0.01, minimumStep = 1e-6, maximumStep = 50 } = options;
  expectOptions('rprop', { etaMinus }, 1);
  expectOptions('rprop', { etaPlus, initialStep, minimumStep, maximumStep });
  if (etaPlus < 1 || minimumStep > maximumStep) {
    throw new NnbpError('OUT_OF_RANGE', 'rprop: expected etaPlus ≥ 1 and minimumStep ≤ maximumStep.');
  }
  return optimizer({
    name: 'rprop',
    options: { etaMinus, etaPlus, initialStep, minimumStep, maximumStep },
    learningRate: initialStep,
    vectors: { last: 0, size: Math.min(Math.max(initialStep, minimumStep), maximumStep) },
    fullBatch: true,
    scalars: () => ({ etaMinus, etaPlus, minimumStep, maximumStep }),
    update(parameters, gradients, { last, size }) {
      for (let k = 0; k < parameters.length; k++) {
        const agreement = Math.sign(gradients[k]) * Math.sign(last[k]);
        if (agreement > 0) size[k] = Math.min(size[k] * etaPlus, maximumStep);
        if (agreement < 0) size[k] = Math.max(size[k] * etaMinus, minimumStep);
        last[k] = agreement < 0 ? 0 : gradients[k];
        parameters[k] -= Math.sign(last[k]) * size[k];
      }
    },
  });
}

/** See {@link OptimizerRecord}. */
export const rpropRecord: OptimizerRecord = {
  make: ({ learningRate, ...options }) =>
    rprop({ ...(learningRate !== undefined && { initialStep: learningRate }), ...options }),
  options: {
    initialStep: { default: 0.01, symbol: '\\Delta_0' },
    etaMinus: { default: 0.5, symbol: '\\eta^-' },
    etaPlus: { default: 1.2, symbol: '\\eta^+' },
    minimumStep: { default: 1e-6, symbol: '\\Delta_{min}' },
    maximumStep: { default: 50, symbol: '\\Delta_{max}' },
  },
  formula: 'p \\leftarrow p - \\mathrm{sign}(g) \\, \\Delta',
};
