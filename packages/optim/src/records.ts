/** The records of the built-in optimizers, by name. A list without one of the package's exports does not compile. */
import type { Optimizer } from '@nnbp/core';
import { adagradRecord } from './adagrad.js';
import { adamRecord, adamwRecord } from './adam.js';
import { lionRecord } from './lion.js';
import { nadamRecord } from './nadam.js';
import { rmspropRecord } from './rmsprop.js';
import { rpropRecord } from './rprop.js';
import { sgdRecord } from './sgd.js';
import type * as transforms from './transforms.js';
import type * as exported from './index.js';
import type { OptimizerRecord } from './record.js';

type Exported = Omit<typeof exported, 'optimizerRecords' | 'chain' | Solver>;
/** What solves for the parameters by iterations of its own is no update rule that an engine could run. */
type Solver = 'lbfgs' | 'levenbergMarquardt';
/** Every function that the package exports and that returns an update rule. */
type Maker = {
  [Name in keyof Exported]: Exported[Name] extends (options: never) => Optimizer ? Name : never;
}[keyof Exported];

/** What there is to know about each built-in optimizer, by name. */
export const optimizerRecords = {
  adagrad: adagradRecord,
  adam: adamRecord,
  adamw: adamwRecord,
  lion: lionRecord,
  nadam: nadamRecord,
  rmsprop: rmspropRecord,
  rprop: rpropRecord,
  sgd: sgdRecord,
} satisfies Readonly<Record<Maker, OptimizerRecord>>;

/** The name of a built-in optimizer. */
export type OptimizerName = keyof typeof optimizerRecords;

/** The name of a built-in gradient transform. */
export type TransformName = keyof typeof transforms;
