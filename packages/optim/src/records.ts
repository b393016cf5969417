/** The records of the built-in optimizers, by name. Leaving out one of the package's exports does not compile. */
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

type Exported = Omit<typeof exported, 'optimizerRecords' | 'chain' | Solver>;
/** Solvers run iterations of their own; an engine cannot run them as an update rule. */
type Solver = 'lbfgs' | 'levenbergMarquardt';
/** The name of a built-in optimizer that is an update rule. */
export type OptimizerName = {
  [Name in keyof Exported]: Exported[Name] extends (options: never) => Optimizer ? Name : never;
}[keyof Exported];

/** Options with defaults, formula and description of each built-in optimizer, by name. */
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
  [Name in keyof Exported]: Exported[Name] extends (option: never) => GradientTransform ? Name : never;
}[keyof Exported];
