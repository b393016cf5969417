/** Checks whether a loss and an output activation are suitable for a task. */
import { activationRecords, type ActivationName } from '@nnbp/activations';
import type { Loss } from '@nnbp/core';
import type { LossSettings, Settings, Task } from '../shared/training-settings.js';

/**
 * The encoding of classes as targets, and the decision boundary for a single output. With one output, the targets of
 * the two classes are `no` and `yes`. With one output per class, the target is `yes` for the class of the sample and
 * `no` for the others.
 */
export interface Encoding {
  readonly no: number;
  readonly yes: number;
  readonly boundary: number;
}

/** Returns the encoding for a loss. The targets are −1 and 1 if the loss accepts −1 but not 0, as hinge does. */
export function encodingFor(loss: Loss): Encoding {
  if (loss.targetProblem?.([0]) !== undefined && loss.targetProblem([-1]) === undefined) {
    return { no: -1, yes: 1, boundary: 0 };
  }
  return { no: 0, yes: 1, boundary: loss.name === 'binaryCrossEntropyWithLogits' ? 0 : 0.5 };
}

export type LossProblem =
  | 'class-loss'
  | 'one-output'
  | 'needs-probability'
  | 'needs-log-probability'
  | 'needs-signed-output';

const forClasses = new Set([
  'binaryCrossEntropy',
  'binaryCrossEntropyWithLogits',
  'softmaxCrossEntropy',
  'klDivergence',
  'hinge',
]);
/** Losses that expect logits or log rates. The output activation must allow negative and positive values. */
const needSignedOutputs = new Set(['binaryCrossEntropyWithLogits', 'softmaxCrossEntropy', 'poisson']);

/** The range of a built-in activation; undefined for a custom activation. */
const rangeOf = (name: string) =>
  Object.hasOwn(activationRecords, name) ? activationRecords[name as ActivationName].range : undefined;

/**
 * Returns the reason why the loss or the output activation is unsuitable for the task, or undefined if both are
 * suitable. Custom losses and the range of custom activations are not checked.
 */
export function lossProblemOf(
  task: Task,
  settings: LossSettings & Partial<Pick<Settings, 'graph'>>,
): LossProblem | undefined {
  const { loss, graph } = settings;
  const output = graph?.nodes.find(({ id }) => id === graph.outputs[0]);
  const range = rangeOf(output?.activation ?? settings.outputActivation);
  if (task === 'regression' && forClasses.has(loss)) return 'class-loss';
  if (task === 'binary' && loss === 'softmaxCrossEntropy') return 'one-output';
  if (loss === 'klDivergence') return 'needs-log-probability';
  if (range === undefined) return undefined;
  const [low, high] = range;
  if (loss === 'binaryCrossEntropy' && (low < 0 || high > 1)) return 'needs-probability';
  if (needSignedOutputs.has(loss) && low >= 0) return 'needs-signed-output';
  return undefined;
}
