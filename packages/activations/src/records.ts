/**
 * The records of the built-in activations, by name. Compilation fails if index.ts exports an activation without a
 * record.
 */
import { bentIdentityRecord } from './bent-identity.js';
import { eluRecord } from './elu.js';
import { gaussianRecord } from './gaussian.js';
import { geluRecord } from './gelu.js';
import { hardSigmoidRecord } from './hard-sigmoid.js';
import { hardSwishRecord } from './hard-swish.js';
import { hardTanhRecord } from './hard-tanh.js';
import { identityRecord } from './identity.js';
import { leakyReluRecord } from './leaky-relu.js';
import { mishRecord } from './mish.js';
import { reluRecord } from './relu.js';
import { seluRecord } from './selu.js';
import { sigmoidRecord } from './sigmoid.js';
import { siluRecord } from './silu.js';
import { sineRecord } from './sine.js';
import { softplusRecord } from './softplus.js';
import { softsignRecord } from './softsign.js';
import { tanhRecord } from './tanh.js';
import type * as exported from './index.js';
import type { ActivationRecord } from './record.js';

/** The name of a built-in activation. */
export type ActivationName = Exclude<keyof typeof exported, 'activationRecords'>;

/** The record of each built-in activation, by name: its formula, derivative, range and options. */
export const activationRecords: Readonly<Record<ActivationName, ActivationRecord>> = {
  bentIdentity: bentIdentityRecord,
  elu: eluRecord,
  gaussian: gaussianRecord,
  gelu: geluRecord,
  hardSigmoid: hardSigmoidRecord,
  hardSwish: hardSwishRecord,
  hardTanh: hardTanhRecord,
  identity: identityRecord,
  leakyRelu: leakyReluRecord,
  mish: mishRecord,
  relu: reluRecord,
  selu: seluRecord,
  sigmoid: sigmoidRecord,
  silu: siluRecord,
  sine: sineRecord,
  softplus: softplusRecord,
  softsign: softsignRecord,
  tanh: tanhRecord,
};
