/** The kernels of all built-in optimizers, by name. TypeScript reports an error if a kernel is missing. */
import type { OptimizerName } from '@nnbp/optim';
import { adagrad } from './adagrad.js';
import { adam } from './adam.js';
import type { OptimizerKernels } from './kernel.js';
import { lion } from './lion.js';
import { nadam } from './nadam.js';
import { rmsprop } from './rmsprop.js';
import { rprop } from './rprop.js';
import { sgd } from './sgd.js';

export const optimizerKernels = {
  adagrad,
  adam,
  adamw: adam,
  lion,
  nadam,
  rmsprop,
  rprop,
  sgd,
} satisfies Readonly<Record<OptimizerName, OptimizerKernels>>;
