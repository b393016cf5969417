/** The records of the built-in optimizers, by name. If an exported optimizer has no record, type checking fails. */
import type { Optimizer } from '@nnbp/core';
import { adagradRecord } from './adagrad.js';
import { adamRecord, adamwRecord } from './adam.js';
import { lionRecord } from './lion.js';
import { nadamRecord } from './nadam.js';
import { rmspropRecord } from './rmsprop.js';
import { rpropRecord } from './rprop.js';
import { sgdRecord } from './sgd.js';
import type { GradientTransform } from './chain.js';
import type * as exported from './index.js';
import type { OptimizerRecord } from './record.js';

/**
 * The name of a built-in optimizer that is an update rule. Solvers (`lbfgs`, `levenbergMarquardt`) are not included,
 * since no engine can run their iterations as an update rule.
 */
export type OptimizerName = {
  [
    Name in Exclude<keyof typeof exported, 'chain' | 'lbfgs' | 'levenbergMarquardt' | 'optimizerRecords'>
  ]: (typeof exported)[Name] extends (options: never) => Optimizer ? Name : never;
}[Exclude<keyof typeof exported, 'chain' | 'lbfgs' | 'levenbergMarquardt' | 'optimizerRecords'>];

/** The record of each built-in optimizer, by name: its formula and options. */
export const optimizerRecords: Readonly<Record<OptimizerName, OptimizerRecord>> = {
  adagrad: adagradRecord,
  adam: adamRecord,
  adamw: adamwRecord,
  lion: lionRecord,
  nadam: nadamRecord,
  rmsprop: rmspropRecord,
  rprop: rpropRecord,
  sgd: sgdRecord,
};

/** The name of a built-in gradient transform. */
export type TransformName = {
  [
    Name in Exclude<keyof typeof exported, 'chain' | 'lbfgs' | 'levenbergMarquardt' | 'optimizerRecords'>
  ]: (typeof exported)[Name] extends (option: never) => GradientTransform ? Name : never;
}[Exclude<keyof typeof exported, 'chain' | 'lbfgs' | 'levenbergMarquardt' | 'optimizerRecords'>];
