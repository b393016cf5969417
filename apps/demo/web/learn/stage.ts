/** The props of every chapter's picture. */
import type { Exercise } from './chapter.js';

export interface StageProps<Content extends Exercise = Exercise> {
  readonly exercise: Content;
  /** Index of the current task. */
  readonly task: number;
  /** Number of tasks that are settled: answered correctly, or with the solution shown. */
  readonly settled: number;
  /** Answer to the current task that has not been checked yet. */
  readonly draft: string;
  /** Called when the answer changes; undefined once the task is settled. */
  readonly onDraft?: ((draft: string) => void) | undefined;
}
