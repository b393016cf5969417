/** All that the packages ship, whatever they ship: what is added there is held to the suite at once. */
import * as shippedActivations from '@nnbp/activations';
import type { Activation, Loss, Optimizer } from '@nnbp/core';
import * as losses from '@nnbp/losses';
import * as optim from '@nnbp/optim';
import type { TargetMaker } from './random-data.js';

const isActivation = (candidate: unknown): candidate is Activation =>
  ['value', 'derivative'].every(
    (name) => typeof (candidate as Record<string, unknown> | undefined)?.[name] === 'function',
  );

/** Every activation that `@nnbp/activations` exports, those with options at their defaults. */
export const everyActivation: readonly Activation[] = Object.values<unknown>(shippedActivations).filter(isActivation);

const each =
  (draw: (uniform: number) => number): TargetMaker =>
  (random, outputs) =>
    Array.from({ length: outputs }, () => draw(random.uniform()));
const probability = each((uniform) => uniform);

/** A loss, and what it is tested on. */
export interface LossCase {
  /** The loss. */
  readonly loss: Loss;
  /** Draws targets that suit it. Absent: any within ±1 do. */
  readonly target?: TargetMaker;
  /** Whether outputs have to be probabilities. */
  readonly onProbabilities?: true;
}

const { mse, mae, huber, logCosh, hinge, poisson, klDivergence, softmaxCrossEntropy } = losses;

/** Every loss of `@nnbp/losses`, with targets that suit it. */
export const everyLoss: readonly LossCase[] = [
  { loss: mse() },
  { loss: mae() },
  { loss: huber({ delta: 0.5 }) },
  { loss: logCosh() },
  { loss: hinge(), target: each((uniform) => (uniform < 0.5 ? -1 : 1)) },
  { loss: poisson(), target: each((uniform) => Math.floor(4 * uniform)) },
  { loss: klDivergence(), target: probability },
  { loss: softmaxCrossEntropy(), target: probability },
  { loss: losses.binaryCrossEntropyWithLogits(), target: probability },
  { loss: losses.binaryCrossEntropy(), target: probability, onProbabilities: true },
];

const { sgd, adam, adamw, chain } = optim;

/** Every optimizer of `@nnbp/optim`, with options that make all of its terms count; each call makes a fresh one. */
export const everyOptimizer: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.05 }),
  'sgd, weight decay': () => sgd({ learningRate: 0.05, weightDecay: 0.1 }),
  'sgd, momentum': () => sgd({ learningRate: 0.02, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
  'sgd, Nesterov': () => sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true }),
  'sgd, schedule': () => sgd({ learningRate: optim.cosine({ peak: 0.1, steps: 100, warmUp: 10 }) }),
  adam: () => adam({ learningRate: 0.01, weightDecay: 0.01 }),
  adamw: () => adamw({ learningRate: 0.01, weightDecay: 0.1 }),
  nadam: () => optim.nadam({ learningRate: 0.01 }),
  rmsprop: () => optim.rmsprop({ learningRate: 0.003 }),
  adagrad: () => optim.adagrad({ learningRate: 0.02 }),
  lion: () => optim.lion({ learningRate: 0.001 }),
  rprop: () => optim.rprop(),
  'clipped adam': () => chain(optim.clipByNorm(0.5), adam({ learningRate: 0.01 })),
};
