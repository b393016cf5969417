/** The kernels of all built-in losses, by name. TypeScript reports an error if one is missing. */
import type { LossName } from '@nnbp/losses';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { binaryCrossEntropyWithLogits } from './binary-cross-entropy-with-logits.js';
import { hinge } from './hinge.js';
import { huber } from './huber.js';
import { klDivergence } from './kl-divergence.js';
import { logCosh } from './log-cosh.js';
import { mae } from './mae.js';
import { mse } from './mse.js';
import { poisson } from './poisson.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';
import type { LossKernel } from './kernel.js';

export const lossKernels = {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  hinge,
  huber,
  klDivergence,
  logCosh,
  mae,
  mse,
  poisson,
  softmaxCrossEntropy,
} satisfies Readonly<Record<LossName, LossKernel>>;
