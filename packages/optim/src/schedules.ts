/** The schedules. All are functions of the step alone, but `plateau`, which listens to the loss. */
import { expectInteger, NnbpError } from '@nnbp/core';
import { expectOptions } from './options.js';
import type { Schedule } from './schedule.js';

/** The half wave from `from` (part 0) to `to` (part 1). */
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
 * A straight line up to `peak` in `warmUp` steps (default 0), then half a wave down to `final` (default 0) at step
 * `steps`, and on at `final`. Without warm-up PyTorch's `CosineAnnealingLR`.
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
 * Half a wave up from `peak / startFactor` to `peak` in the first `rise` part of the steps, then half a wave down to
 * `peak / startFactor / finalFactor` (Smith 2018; PyTorch's `OneCycleLR` with its defaults 25, 10,000 and 0.3).
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
  /** The rate to begin with, from 0 up. */
  readonly initial: number;
  /** What the rate is multiplied by. Default 0.1. */
  readonly factor?: number;
  /** How many epochs without improvement are borne. Default 10. */
  readonly patience?: number;
  /** An epoch improves if its loss is below the best by more than this part of the size of the best. Default 0.0001. */
  readonly threshold?: number;
  /** Epochs after a reduction in which nothing is counted. Default 0. */
  readonly cooldown?: number;
  /** The rate goes no lower. Default 0. */
  readonly minimum?: number;
}

/**
 * The rate stays until the loss stops falling, and is then multiplied by `factor`: PyTorch's
 * `ReduceLROnPlateau`, except that negative losses are compared as positive ones are. `fit` tells it each epoch's loss.
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
      // By a part of the best loss's size: times 1 − threshold, a negative loss would have to rise.
      const improved = now.best === Infinity ? loss < Infinity : loss < now.best - threshold * Math.abs(now.best);
      if (improved) now.best = loss;
      now.bad = improved ? 0 : now.bad + 1;
      if (now.cooling > 0) {
        now.cooling--;
        now.bad = 0;
      }
      if (now.bad > patience) {
        // A change of no more than 1e-8 is none.
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
