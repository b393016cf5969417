/** How the learning rate changes over time. A plain number is the schedule that never does. */
import type { OptimizerState } from '@nnbp/core';
import { expectOptions } from './options.js';

/** Gives the learning rate of each step. */
export interface Schedule {
  /** For messages. */
  readonly name: string;
  /** The rate of step `step`, counted from 0. */
  rate(step: number): number;
  /** Told the loss after each epoch, if it reacts to that. */
  observe?(loss: number): void;
  /** What it remembers, if anything. */
  state?(): OptimizerState['numbers'];
  /** Continues from such a state. */
  restore?(numbers: OptimizerState['numbers']): void;
}

/** A learning rate: a number above or equal to 0, or a {@link Schedule}. */
export type LearningRate = number | Schedule;

/** A learning rate as a schedule. */
export function scheduleOf(optimizer: string, learningRate: LearningRate): Schedule {
  if (typeof learningRate !== 'number') return learningRate;
  expectOptions(optimizer, { learningRate });
  return { name: 'constant', rate: () => learningRate };
}
