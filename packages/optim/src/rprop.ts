/**
 * Resilient backpropagation: each parameter has a step of its own, which grows while its gradient keeps its sign and
 * shrinks when it changes. How large the gradient is does not matter, so it must be that of all samples.
 */
import { NnbpError } from '@nnbp/core';
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';

/** Options of {@link rprop}. */
export interface RpropOptions {
  /** $\eta^-$: what a step is multiplied by when the gradient's sign changes. Default 0.5. */
  readonly etaMinus?: number;
  /** $\eta^+$: what it is multiplied by when the sign stays. Default 1.2. */
  readonly etaPlus?: number;
  /** $\Delta_0$: each parameter's first step. Default 0.01. */
  readonly initialStep?: number;
  /** $\Delta_{min}$. Default 1e-6. */
  readonly minimumStep?: number;
  /** $\Delta_{max}$. Default 50. */
  readonly maximumStep?: number;
}

/**
 * Where $g \cdot g_{last} > 0$: $\Delta \leftarrow \min(\eta^+ \Delta, \Delta_{max})$; where it is below 0:
 * $\Delta \leftarrow \max(\eta^- \Delta, \Delta_{min})$, and this time no move ($g \leftarrow 0$). Then
 * $p \leftarrow p - \mathrm{sign}(g) \Delta$ (Riedmiller and Braun 1993; PyTorch's `Rprop`). Full-batch: `fit` gives it
 * all samples at once.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function rprop(options: RpropOptions = {}): Optimizer {
  const { etaMinus = 0.5, etaPlus = 1.2, initialStep = 0.01, minimumStep = 1e-6, maximumStep = 50 } = options;
  expectOptions('rprop', { etaMinus }, 1);
  expectOptions('rprop', { etaPlus, initialStep, minimumStep, maximumStep });
  if (etaPlus < 1 || minimumStep > maximumStep) {
    throw new NnbpError('OUT_OF_RANGE', 'rprop: expected etaPlus from 1 up, and minimumStep at most maximumStep.');
  }
  return optimizer({
    name: 'rprop',
    learningRate: initialStep,
    vectors: { last: 0, size: initialStep },
    fullBatch: true,
    update(parameters, gradients, { last, size }) {
      for (let k = 0; k < parameters.length; k++) {
        const agreement = gradients[k] * last[k];
        if (agreement > 0) size[k] = Math.min(size[k] * etaPlus, maximumStep);
        if (agreement < 0) size[k] = Math.max(size[k] * etaMinus, minimumStep);
        last[k] = agreement < 0 ? 0 : gradients[k];
        parameters[k] -= Math.sign(last[k]) * size[k];
      }
    },
  });
}
