/** Reads and changes the state of the Learn view. */
import type { ChapterName, ChapterWork, PlaygroundState } from '../state.js';
import { update } from '../store.js';
import { taskState, type Task } from './task.js';

const untouched: ChapterWork = { seed: 0, task: 0, tries: [], draft: '' };

export const workOf = ({ learn }: PlaygroundState, chapter: ChapterName): ChapterWork =>
  learn.work[chapter] ?? untouched;

/** Number of tasks before the first open one. Each of these is solved, or its solution is shown. */
export function settledTasks(tasks: readonly Task[], { tries }: ChapterWork): number {
  const open = tasks.findIndex((task, k) => taskState(task, tries[k] ?? []).state === 'open');
  return open < 0 ? tasks.length : open;
}

export const goTo = (chapter: ChapterName): void =>
  update((state) => ({ ...state, view: 'learn', sheet: null, learn: { ...state.learn, chapter } }));

/** Updates the learner's work on the current chapter. */
function change(part: (work: ChapterWork) => Partial<ChapterWork>): void {
  update((state) => {
    const { chapter, work } = state.learn;
    const before = workOf(state, chapter);
    return { ...state, learn: { chapter, work: { ...work, [chapter]: { ...before, ...part(before) } } } };
  });
}

export const setDraft = (draft: string): void => change(() => ({ draft }));

export const checkAnswer = (answer: string): void =>
  change(({ task, tries }) => ({
    draft: answer,
    tries: Array.from({ length: Math.max(tries.length, task + 1) }, (_, k) =>
      k === task ? [...(tries[k] ?? []), answer] : (tries[k] ?? []),
    ),
  }));

export const showTask = (task: number): void => change(() => ({ task, draft: '' }));

/** Restarts the chapter with the numbers of another seed. */
export const restart = (seed: number): void => change(() => ({ ...untouched, seed }));
