/** Learning-rate schedules. All depend only on the step, except `plateau`, which depends on the loss. */
import { expectInteger, NnbpError } from '@nnbp/core';
import { expectOptions } from './options.js';
import type { Schedule } from './schedule.js';

/** Half a cosine wave from `from` (at `part` 0) to `to` (at `part` 1). */
const halfCosine = (from: number, to: number, part: number) => to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;

/**
 * Step decay: multiplies the rate by `factor` every `every` steps, $\eta_0 \gamma^{\lfloor step / every \rfloor}$.
 * Equals PyTorch's `StepLR`, called after each step.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function stepDecay(options: { initial: number; factor: number; every: number }): Schedule {
  const { initial, factor, every } = options;
  expectOptions('stepDecay', { initial, factor });
  expectInteger('stepDecay: every', every, 1);
  return { name: 'stepDecay', rate: (step) => initial * factor ** Math.floor(step / every) };
}

/**
 * Exponential decay: multiplies the rate by `factor` in every step, $\eta_0 \gamma^{step}$. Equals PyTorch's
 * `ExponentialLR`, called after each step.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function exponentialDecay(options: { initial: number; factor: number }): Schedule {
  const { initial, factor } = options;
  expectOptions('exponentialDecay', { initial, factor });
  return { name: 'exponentialDecay', rate: (step) => initial * factor ** step };
}

/**
 * Cosine decay with warm-up: rises linearly to `peak` in `warmUp` steps (default: 0), falls along half a cosine wave to
 * `final` (default: 0) at step `steps`, and then stays constant. Without warm-up, it equals PyTorch's
 * `CosineAnnealingLR` up to step `steps`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function cosine(options: { peak: number; steps: number; warmUp?: number; final?: number }): Schedule {
  const { peak, steps, warmUp = 0, final = 0 } = options;
  expectOptions('cosine', { peak, final });
  expectInteger('cosine: warmUp', warmUp, 0);
  expectInteger('cosine: steps', steps, warmUp + 1);
  return {
    name: 'cosine',
    rate: (step) =>
      step < warmUp
        ? (peak * (step + 1)) / (warmUp + 1)
        : halfCosine(peak, final, Math.min(1, (step - warmUp) / (steps - warmUp))),
  };
}

/**
 * One-cycle schedule (Smith 2018): rises along half a cosine wave from `peak / startFactor` to `peak` in the fraction
 * `rise` of the steps, then falls along half a wave to `peak / startFactor / finalFactor`. Defaults: `rise` 0.3,
 * `startFactor` 25, `finalFactor` 10,000. Equals PyTorch's `OneCycleLR`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function oneCycle(options: {
  peak: number;
  steps: number;
  rise?: number;
  startFactor?: number;
  finalFactor?: number;
}): Schedule {
  const { peak, steps, rise = 0.3, startFactor = 25, finalFactor = 1e4 } = options;
  expectOptions('oneCycle', { peak, startFactor, finalFactor });
  expectOptions('oneCycle', { rise }, 1);
  expectInteger('oneCycle: steps', steps, 2);
  if (startFactor === 0 || finalFactor === 0) {
    throw new NnbpError('OUT_OF_RANGE', 'oneCycle: expected startFactor and finalFactor above 0.');
  }
  const start = peak / startFactor;
  const peakStep = rise * steps - 1;
  return {
    name: 'oneCycle',
    rate: (step) =>
      step < peakStep
        ? halfCosine(start, peak, step / peakStep)
        : halfCosine(peak, start / finalFactor, Math.min(1, (step - peakStep) / (steps - 1 - peakStep))),
  };
}

/** Options of {@link plateau}. */
export interface PlateauOptions {
  /** The initial learning rate, ≥ 0. */
  readonly initial: number;
  /** The factor by which the rate is multiplied. Default: 0.1. */
  readonly factor?: number;
  /**
   * Number of consecutive epochs without improvement to tolerate. After one more such epoch, the rate is reduced.
   * Default: 10.
   */
  readonly patience?: number;
  /**
   * An epoch is an improvement if its loss is below the best loss so far by more than this fraction of |best loss|.
   * Default: 0.0001.
   */
  readonly threshold?: number;
  /** Number of epochs after each reduction that do not count as epochs without improvement. Default: 0. */
  readonly cooldown?: number;
  /** The minimum learning rate. Default: 0. */
  readonly minimum?: number;
}

/**
 * Multiplies the rate by `factor` when the loss stops decreasing. Equals PyTorch's `ReduceLROnPlateau`, except that
 * `threshold` is relative to |best loss|, so that it also works for negative losses. `fit` calls `observe` with the
 * loss of each epoch.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function plateau(options: PlateauOptions): Schedule {
  const { initial, factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, minimum = 0 } = options;
  expectOptions('plateau', { initial, minimum });
  expectOptions('plateau', { factor, threshold }, 1);
  expectInteger('plateau: patience', patience, 0);
  expectInteger('plateau: cooldown', cooldown, 0);
  let now = { rate: initial, best: Infinity, bad: 0, cooling: 0 };
  return {
    name: 'plateau',
    rate: () => now.rate,
    observe(loss) {
      // With best · (1 − threshold), a loss above a negative best loss would count as an improvement.
      const improved = now.best === Infinity ? loss < Infinity : loss < now.best - threshold * Math.abs(now.best);
      if (improved) now.best = loss;
      now.bad = improved ? 0 : now.bad + 1;
      if (now.cooling > 0) {
        now.cooling--;
        now.bad = 0;
      }
      if (now.bad > patience) {
        // As in PyTorch, a change of at most 1e-8 is ignored.
        const reduced = Math.max(now.rate * factor, minimum);
        if (now.rate - reduced > 1e-8) now.rate = reduced;
        now.cooling = cooldown;
        now.bad = 0;
      }
    },
    state: () => ({ ...now }),
    restore({ rate, best, bad, cooling }) {
      now = { rate, best, bad, cooling };
    },
  };
}
