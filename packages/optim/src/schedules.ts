/** The schedules. All are functions of the step alone, except `plateau`, which depends on the loss. */
import { expectInteger, NnbpError } from '@nnbp/core';
import { expectOptions } from './options.js';
import type { Schedule } from './schedule.js';

/** Half a cosine wave from `from` (part 0) to `to` (part 1). */
const halfCosine = (from: number, to: number, part: number) => to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;

/**
 * $\eta_0 \gamma^{\lfloor step / every \rfloor}$: PyTorch's `StepLR`, in steps.
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
 * $\eta_0 \gamma^{step}$: PyTorch's `ExponentialLR`, in steps.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function exponentialDecay(options: { initial: number; factor: number }): Schedule {
  const { initial, factor } = options;
  expectOptions('exponentialDecay', { initial, factor });
  return { name: 'exponentialDecay', rate: (step) => initial * factor ** step };
}

/**
 * Linear warm-up to `peak` in `warmUp` steps (default 0), then half a cosine wave down to `final` (default 0) at step
 * `steps`, and constant from there. Without warm-up it equals PyTorch's `CosineAnnealingLR`.
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
 * Half a cosine wave up from `peak / startFactor` to `peak` in the first `rise` fraction of the steps, then half a wave
 * down to `peak / startFactor / finalFactor` (Smith 2018; PyTorch's `OneCycleLR` with its defaults 25, 10,000 and 0.3).
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
  const top = rise * steps - 1;
  return {
    name: 'oneCycle',
    rate: (step) =>
      step < top
        ? halfCosine(start, peak, step / top)
        : halfCosine(peak, start / finalFactor, Math.min(1, (step - top) / (steps - 1 - top))),
  };
}

/** Options of {@link plateau}. */
export interface PlateauOptions {
  /** The initial learning rate, ≥ 0. */
  readonly initial: number;
  /** Factor of each reduction. Default: 0.1. */
  readonly factor?: number;
  /** Epochs without improvement before the rate is reduced. Default: 10. */
  readonly patience?: number;
  /** An epoch is an improvement if its loss is below the best by more than this fraction of |best|. Default: 0.0001. */
  readonly threshold?: number;
  /** Epochs after a reduction that are not counted. Default: 0. */
  readonly cooldown?: number;
  /** The minimum learning rate. Default: 0. */
  readonly minimum?: number;
}

/**
 * Multiplies the rate by `factor` when the loss stops falling: PyTorch's `ReduceLROnPlateau`, except that negative losses
 * are compared like positive ones. `fit` reports the loss of each epoch to it.
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
      // Relative to |best|: with best · (1 − threshold), a negative loss would have to rise.
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
