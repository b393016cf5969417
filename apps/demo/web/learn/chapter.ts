/** A chapter: a title, and a function from a seed to an exercise. It does not need a page, so it can be tested without one. */
import type { Network, Pass } from '@nnbp/core';
import type { ChapterName } from '../state.js';
import type { Task } from './task.js';
import type { Text } from './text.js';

/** An exercise: its tasks, in order. Chapters add the data that their pictures need. */
export interface Exercise {
  readonly tasks: readonly Task[];
}

/** A network and a sample, with every number that the reference engine computes. */
export interface ComputedSample {
  readonly network: Network;
  readonly target: number;
  readonly pass: Pass;
}

export interface Chapter<Content extends Exercise = Exercise> {
  readonly name: ChapterName;
  /** The question that the chapter answers. */
  readonly title: Text;
  /** What the learner can do afterwards; completes the sentence "You can now …". */
  readonly ability: Text;
  /** The exercise of a seed; seed 0 has the article's numbers. */
  exercise(seed: number): Content;
}
