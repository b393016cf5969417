/** The records of the built-in losses, by name. An export without a record is a type error. */
import { binaryCrossEntropyRecord } from './binary-cross-entropy.js';
import { binaryCrossEntropyWithLogitsRecord } from './binary-cross-entropy-with-logits.js';
import { hingeRecord } from './hinge.js';
import { huberRecord } from './huber.js';
import { klDivergenceRecord } from './kl-divergence.js';
import { logCoshRecord } from './log-cosh.js';
import { maeRecord } from './mae.js';
import { mseRecord } from './mse.js';
import { poissonRecord } from './poisson.js';
import { softmaxCrossEntropyRecord } from './softmax-cross-entropy.js';
import type * as exported from './index.js';
import type { LossRecord } from './record.js';

/** The name of a built-in loss. */
export type LossName = Exclude<keyof typeof exported, 'elementwise' | 'lossRecords'>;

/** The record of each built-in loss, by name: its formula, derivative, task and options. */
export const lossRecords: Readonly<Record<LossName, LossRecord>> = {
  binaryCrossEntropy: binaryCrossEntropyRecord,
  binaryCrossEntropyWithLogits: binaryCrossEntropyWithLogitsRecord,
  hinge: hingeRecord,
  huber: huberRecord,
  klDivergence: klDivergenceRecord,
  logCosh: logCoshRecord,
  mae: maeRecord,
  mse: mseRecord,
  poisson: poissonRecord,
  softmaxCrossEntropy: softmaxCrossEntropyRecord,
};
