/** The kernels of all built-in activations, by name. TypeScript requires all of them. */
import type { ActivationName } from '@nnbp/activations';
import { bentIdentity } from './bent-identity.js';
import { elu } from './elu.js';
import { gaussian } from './gaussian.js';
import { gelu } from './gelu.js';
import { hardSigmoid } from './hard-sigmoid.js';
import { hardSwish } from './hard-swish.js';
import { hardTanh } from './hard-tanh.js';
import { identity } from './identity.js';
import { leakyRelu } from './leaky-relu.js';
import { mish } from './mish.js';
import { relu } from './relu.js';
import { selu } from './selu.js';
import { sigmoid } from './sigmoid.js';
import { silu } from './silu.js';
import { sine } from './sine.js';
import { softplus } from './softplus.js';
import { softsign } from './softsign.js';
import { tanh } from './tanh.js';
import type { ActivationKernel } from './kernel.js';

export const activationKernels = {
  bentIdentity,
  elu,
  gaussian,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  identity,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  sine,
  softplus,
  softsign,
  tanh,
} satisfies Readonly<Record<ActivationName, ActivationKernel>>;
