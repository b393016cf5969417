/** Activations, losses and optimizers by name, and how each loss encodes the targets. */
import { activationRecords, identity, sigmoid } from '@nnbp/activations';
import type { Activation, Loss, Optimizer, OutputTransform } from '@nnbp/core';
import * as losses from '@nnbp/losses';
import * as optim from '@nnbp/optim';
import { suggestion } from './nearest.js';
import { misuse } from './problem.js';

/** A loss, with the target encoding, output activation and output transform that it requires. */
export interface LossSetup {
  readonly loss: () => Loss;
  /** The activation of the output nodes. */
  readonly output: Activation;
  /** Whether the targets are numbers, which are standardized. Otherwise, the target is a category. */
  readonly numbers: boolean;
  /** The target of a category's output node: `own` in samples of this category, `others` in all other samples. */
  readonly targets: readonly [others: number, own: number];
  /**
   * The output transform that yields the probabilities of the categories: `none` if the outputs are probabilities
   * already, undefined if the outputs cannot be converted to probabilities.
   */
  readonly transform?: OutputTransform;
}

const regression = (loss: () => Loss): LossSetup => ({ loss, output: identity, numbers: true, targets: [0, 1] });

const lossSetups: Readonly<Record<string, LossSetup>> = {
  mse: regression(losses.mse),
  mae: regression(losses.mae),
  huber: regression(losses.huber),
  logCosh: regression(losses.logCosh),
  softmaxCrossEntropy: {
    loss: losses.softmaxCrossEntropy,
    output: identity,
    numbers: false,
    targets: [0, 1],
    transform: 'softmax',
  },
  binaryCrossEntropy: {
    loss: losses.binaryCrossEntropy,
    output: sigmoid,
    numbers: false,
    targets: [0, 1],
    transform: 'none',
  },
  binaryCrossEntropyWithLogits: {
    loss: losses.binaryCrossEntropyWithLogits,
    output: identity,
    numbers: false,
    targets: [0, 1],
    transform: 'sigmoid',
  },
  hinge: { loss: losses.hinge, output: identity, numbers: false, targets: [-1, 1] },
};

/**
 * The optimizers and their default learning rates. `lm` and `lbfgs` have none, because they choose their own step sizes.
 */
const optimizers: Readonly<Record<OptimizerName, { rate?: number; make: (rate: number) => Optimizer }>> = {
  sgd: { rate: 0.05, make: (learningRate) => optim.sgd({ learningRate, momentum: 0.9 }) },
  adam: { rate: 0.003, make: (learningRate) => optim.adam({ learningRate }) },
  adamw: { rate: 0.003, make: (learningRate) => optim.adamw({ learningRate }) },
  nadam: { rate: 0.01, make: (learningRate) => optim.nadam({ learningRate }) },
  rmsprop: { rate: 0.003, make: (learningRate) => optim.rmsprop({ learningRate }) },
  adagrad: { rate: 0.05, make: (learningRate) => optim.adagrad({ learningRate }) },
  lion: { rate: 0.001, make: (learningRate) => optim.lion({ learningRate }) },
  rprop: { rate: 0.01, make: (learningRate) => optim.rprop({ initialStep: learningRate }) },
  lm: { make: () => optim.levenbergMarquardt() },
  lbfgs: { make: () => optim.lbfgs() },
};

/** `lm` is Levenberg–Marquardt. */
type OptimizerName = optim.OptimizerName | 'lm' | 'lbfgs';

export const defaultRates: Readonly<Record<string, number | undefined>> = Object.fromEntries(
  Object.entries(optimizers).map(([name, { rate }]) => [name, rate]),
);

const builtinActivations: Readonly<Record<string, Activation>> = Object.fromEntries(
  Object.entries(activationRecords).map(([name, { activation }]) => [name, activation]),
);

export const activationNames = Object.keys(activationRecords);
export const lossNames = Object.keys(lossSetups);
export const optimizerNames = Object.keys(optimizers);

function lookUp<Entry>(what: string, table: Readonly<Record<string, Entry>>, name: string): Entry {
  if (Object.hasOwn(table, name)) return table[name];
  throw misuse(`Unknown ${what} "${name}". ${suggestion(name, Object.keys(table))}`);
}

export const activationNamed = (name: string, custom: readonly Activation[] = []): Activation =>
  lookUp('activation', { ...builtinActivations, ...Object.fromEntries(custom.map((one) => [one.name, one])) }, name);

export const lossNamed = (name: string): LossSetup => lookUp('loss', lossSetups, name);

export function optimizerNamed(name: string, rate?: number): { optimizer: Optimizer; rate: number | undefined } {
  const { rate: defaultRate, make } = lookUp('optimizer', optimizers, name);
  if (defaultRate === undefined && rate !== undefined) {
    throw misuse(`--rate: ${name} has no learning rate: it determines the step size itself. Remove --rate.`);
  }
  return { optimizer: make(rate ?? defaultRate ?? NaN), rate: rate ?? defaultRate };
}
