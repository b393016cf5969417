/** A chapter: a question, and from a seed an exercise with its tasks. Pure data, so that it is tested without a page. */
import type { Network, Pass } from '@nnbp/core';
import type { ChapterName } from '../state.js';
import type { Task } from './task.js';
import type { Text } from './text.js';

/** What an exercise is about, and its tasks in their order. Chapters add what their pictures need. */
export interface Exercise {
  readonly tasks: readonly Task[];
}

/** A sample on a network, with every number the reference engine gives for it. */
export interface ComputedSample {
  readonly network: Network;
  readonly target: number;
  readonly pass: Pass;
}

export interface Chapter<Content extends Exercise = Exercise> {
  readonly name: ChapterName;
  /** The question the chapter answers. */
  readonly title: Text;
  /** What the learner can do afterwards. */
  readonly ability: Text;
  /** The exercise of a seed; seed 0 has the article's numbers. */
  exercise(seed: number): Content;
}
