/** The props of every chapter's picture. */
import type { Exercise } from './chapter.js';

export interface StageProps<Content extends Exercise = Exercise> {
  readonly exercise: Content;
  /** The number of the task that is shown. */
  readonly task: number;
  /** How many tasks are settled: what they asked for may be shown. */
  readonly settled: number;
  /** The answer to the current task, not checked yet. */
  readonly draft: string;
  /** Absent once the task is settled. */
  readonly onDraft?: ((draft: string) => void) | undefined;
}
