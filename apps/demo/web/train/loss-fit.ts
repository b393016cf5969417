/** Checks which losses and output activations fit a task. Invalid combinations are reported before training. */
import type { Loss } from '@nnbp/core';
import type { LossSettings, Settings, Task } from '../shared/training-settings.js';

/** The targets of the two classes of a binary task (`no` and `yes`), and the decision boundary for the output. */
export interface Encoding {
  readonly no: number;
  readonly yes: number;
  readonly boundary: number;
}

/**
 * Returns the encoding for a loss. The targets are −1 and 1 for a loss that does not accept 0 (hinge), otherwise 0 and
 * 1. The boundary is 0 for hinge and for a loss on logits, otherwise 0.5.
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

/**
 * Returns the reason why a loss and an output activation do not fit the task; undefined if they do. Custom losses are
 * not checked.
 */
export function misfit(task: Task, settings: LossSettings & Partial<Pick<Settings, 'graph'>>): Misfit | undefined {
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
