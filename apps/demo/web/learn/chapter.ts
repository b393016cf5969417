/** A chapter: a title, and a function from a seed to an exercise. It can be tested without a page. */
import type { Network, Pass } from '@nnbp/core';
import type { ChapterName } from '../state.js';
import type { Task } from './task.js';
import type { Text } from './text.js';

/** An exercise: a list of tasks. Each chapter adds the data that its picture needs. */
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
  /** What the learner can do after the chapter. Completes the sentence "You can now …". */
  readonly ability: Text;
  /** Creates the exercise for a seed. In chapters about the article's graph, seed 0 uses the article's numbers. */
  exercise(seed: number): Content;
}
