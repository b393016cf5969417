/**
 * Every built-in activation and loss, and every built-in optimizer except `lbfgs` and `levenbergMarquardt`, which
 * evaluate the loss themselves. The compiler reports a plugin that is missing here.
 */
import { activationRecords } from '@nnbp/activations';
import type { Activation, Loss, Optimizer } from '@nnbp/core';
import * as losses from '@nnbp/losses';
import * as optim from '@nnbp/optim';
import type { TargetMaker } from './random-data.js';

/** Every built-in activation, with default options. */
export const everyActivation: readonly Activation[] = Object.values(activationRecords).map(
  ({ activation }) => activation,
);

const drawEach =
  (draw: (uniform: number) => number): TargetMaker =>
  (random, outputs) =>
    Array.from({ length: outputs }, () => draw(random.uniform()));
const probability = drawEach((uniform) => uniform);

/** A loss, with the outputs and targets that it accepts. */
export interface LossCase {
  /** The loss. */
  readonly loss: Loss;
  /** Draws valid targets. Default: uniform in [−1, 1]. */
  readonly target?: TargetMaker;
  /** Whether outputs must be probabilities. */
  readonly onProbabilities?: true;
}

const lossCases = {
  mse: { loss: losses.mse() },
  mae: { loss: losses.mae() },
  huber: { loss: losses.huber({ delta: 0.5 }) },
  logCosh: { loss: losses.logCosh() },
  hinge: { loss: losses.hinge(), target: drawEach((uniform) => (uniform < 0.5 ? -1 : 1)) },
  poisson: { loss: losses.poisson(), target: drawEach((uniform) => Math.floor(4 * uniform)) },
  klDivergence: { loss: losses.klDivergence(), target: probability },
  softmaxCrossEntropy: { loss: losses.softmaxCrossEntropy(), target: probability },
  binaryCrossEntropyWithLogits: { loss: losses.binaryCrossEntropyWithLogits(), target: probability },
  binaryCrossEntropy: { loss: losses.binaryCrossEntropy(), target: probability, onProbabilities: true },
} satisfies Readonly<Record<losses.LossName, LossCase>>;

/** Every built-in loss, with valid targets. */
export const everyLoss: readonly LossCase[] = Object.values(lossCases);

const { sgd, adam, chain } = optim;

const optimizers = {
  sgd: () => sgd({ learningRate: 0.05 }),
  adam: () => adam({ learningRate: 0.01, weightDecay: 0.01 }),
  adamw: () => optim.adamw({ learningRate: 0.01, weightDecay: 0.1 }),
  nadam: () => optim.nadam({ learningRate: 0.01, weightDecay: 0.01 }),
  rmsprop: () => optim.rmsprop({ learningRate: 0.003 }),
  adagrad: () => optim.adagrad({ learningRate: 0.02, learningRateDecay: 0.1, initialSum: 0.1, weightDecay: 0.01 }),
  lion: () => optim.lion({ learningRate: 0.001, weightDecay: 0.1 }),
  rprop: () => optim.rprop(),
} satisfies Readonly<Record<optim.OptimizerName, () => Optimizer>>;

/**
 * Functions that create the built-in optimizers, and variants with other options, schedules and transforms. `lbfgs`
 * and `levenbergMarquardt` are left out. The keys are used in test titles.
 */
export const everyOptimizer: Readonly<Record<string, () => Optimizer> & Record<optim.OptimizerName, () => Optimizer>> =
  {
    ...optimizers,
    'sgd, weight decay': () => sgd({ learningRate: 0.05, weightDecay: 0.1 }),
    'sgd, momentum': () => sgd({ learningRate: 0.02, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
    'sgd, Nesterov': () => sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true }),
    'sgd, schedule': () => sgd({ learningRate: optim.cosine({ peak: 0.1, steps: 100, warmUp: 10 }) }),
    'rmsprop, momentum': () => optim.rmsprop({ learningRate: 0.003, momentum: 0.5, weightDecay: 0.01 }),
    'rmsprop, centered': () => optim.rmsprop({ learningRate: 0.003, centered: true, epsilon: 1e-3 }),
    'adam, gradient clipped by norm': () => chain(optim.clipByNorm(0.5), adam({ learningRate: 0.01 })),
    'sgd, gradient clipped by value, weight decay': () =>
      chain(optim.clipByValue(0.1), optim.decayWeights(0.01), sgd({ learningRate: 0.05 })),
    'sgd, L1': () => chain(optim.l1Penalty(0.02), sgd({ learningRate: 0.05 })),
  };
