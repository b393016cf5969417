/** Checks which losses and output activations fit a task. Invalid combinations are reported before training. */
import type { Loss } from '@nnbp/core';
import type { Choice, Settings, Task } from '../shared/training-settings.js';

/** Targets of the two classes of a binary task (`no`, `yes`), and the decision boundary of the output. */
export interface Encoding {
  readonly no: number;
  readonly yes: number;
  readonly boundary: number;
}

/**
 * The encoding for a loss. Targets are −1 and 1 for a loss that does not accept 0 (hinge), otherwise 0 and 1. The boundary of
 * a loss on logits is 0.
 */
export function encodingFor(loss: Loss): Encoding {
  if (loss.targetProblem?.([0]) !== undefined && loss.targetProblem([-1]) === undefined) {
    return { no: -1, yes: 1, boundary: 0 };
  }
  return { no: 0, yes: 1, boundary: loss.name === 'binaryCrossEntropyWithLogits' ? 0 : 0.5 };
}

/** Reasons why a loss and an output activation do not fit the data. */
export type Misfit = 'class-loss' | 'one-output' | 'needs-probability' | 'needs-log-probability' | 'needs-raw-output';

const forClasses = new Set([
  'binaryCrossEntropy',
  'binaryCrossEntropyWithLogits',
  'softmaxCrossEntropy',
  'klDivergence',
  'hinge',
]);
/** Activations with values in [0, 1]. */
const probabilities = new Set(['sigmoid', 'hardSigmoid', 'gaussian']);
/** Losses that need unbounded outputs: logits, or the logarithm of a rate. */
const raw = new Set(['binaryCrossEntropyWithLogits', 'softmaxCrossEntropy', 'poisson']);
/** Activations that are bounded on at least one side. */
const bounded = new Set(['sigmoid', 'hardSigmoid', 'gaussian', 'relu', 'softplus']);

/** The reason why a combination is invalid; undefined if it is valid or contains custom functions. */
export function misfit(task: Task, settings: Choice & Partial<Pick<Settings, 'graph'>>): Misfit | undefined {
  const { loss, graph } = settings;
  const output = graph?.nodes.find(({ id }) => id === graph.outputs[0]);
  const outputActivation = output?.activation ?? settings.outputActivation;
  if (task === 'regression' && forClasses.has(loss)) return 'class-loss';
  if (task === 'binary' && loss === 'softmaxCrossEntropy') return 'one-output';
  if (loss === 'klDivergence') return 'needs-log-probability';
  if (loss === 'binaryCrossEntropy' && !probabilities.has(outputActivation)) return 'needs-probability';
  if (raw.has(loss) && bounded.has(outputActivation)) return 'needs-raw-output';
  return undefined;
}
