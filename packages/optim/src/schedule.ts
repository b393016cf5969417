/** Learning-rate schedules. A plain number is a constant schedule. */
import type { OptimizerState } from '@nnbp/core';
import { expectOptions } from './options.js';

/** The learning rate of each step. */
export interface Schedule {
  /** The name in error messages. */
  readonly name: string;
  /** Returns the learning rate of step `step`, counted from 0. */
  rate(step: number): number;
  /** Called with the loss after each epoch. Defined only by schedules that react to the loss. */
  observe?(loss: number): void;
  /** Returns the state to save. Defined only by schedules that have one. */
  state?(): OptimizerState['numbers'];
  /** Resumes from a saved state. */
  restore?(numbers: OptimizerState['numbers']): void;
}

/** A learning rate: a number ≥ 0 or a {@link Schedule}. */
export type LearningRate = number | Schedule;

/** Converts a learning rate to a schedule. */
export function scheduleOf(optimizer: string, learningRate: LearningRate): Schedule {
  if (typeof learningRate === 'object') return learningRate;
  expectOptions(optimizer, { learningRate });
  return { name: 'constant', rate: () => learningRate };
}
