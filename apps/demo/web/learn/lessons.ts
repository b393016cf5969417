/**
 * The chapters, each with the component that shows its picture. To add a chapter, add it here, to `chapters/index.ts`
 * and to `chapterNames` in `../state.ts`.
 */
import type { ComponentType } from 'react';
import type { ChapterName } from '../state.js';
import type { Chapter, Exercise } from './chapter.js';
import { caches } from './chapters/caches.js';
import { forward } from './chapters/forward.js';
import { order } from './chapters/order.js';
import { output } from './chapters/output.js';
import { parameters } from './chapters/parameters.js';
import { rate } from './chapters/rate.js';
import { repair } from './chapters/repair.js';
import { successors } from './chapters/successors.js';
import { time } from './chapters/time.js';
import { vanishing } from './chapters/vanishing.js';
import type { StageProps } from './stage.js';
import { CachesStage } from './stages/caches-stage.js';
import { ForwardStage } from './stages/forward-stage.js';
import { OrderStage } from './stages/order-stage.js';
import { OutputStage } from './stages/output-stage.js';
import { ParametersStage } from './stages/parameters-stage.js';
import { RateStage } from './stages/rate-stage.js';
import { RepairStage } from './stages/repair-stage.js';
import { SuccessorsStage } from './stages/successors-stage.js';
import { TimeStage } from './stages/time-stage.js';
import { VanishingStage } from './stages/vanishing-stage.js';

/**
 * A chapter and the component that shows its picture. `Lesson` has no type parameter for the exercises, so one record
 * can hold all lessons.
 */
export interface Lesson {
  readonly chapter: Chapter;
  readonly Stage: ComponentType<StageProps>;
}

/** Caches the exercises of a chapter, because several parts of the page use the same exercise. */
function memoized<Content extends Exercise>(chapter: Chapter<Content>): Chapter<Content> {
  const exercises = new Map<number, Content>();
  return {
    ...chapter,
    exercise(seed) {
      const cached = exercises.get(seed) ?? chapter.exercise(seed);
      exercises.set(seed, cached);
      return cached;
    },
  };
}

const lesson = <Content extends Exercise>(
  chapter: Chapter<Content>,
  Stage: ComponentType<StageProps<Content>>,
): Lesson => ({ chapter: memoized(chapter), Stage }) as unknown as Lesson;

export const lessons: Readonly<Record<ChapterName, Lesson>> = {
  forward: lesson(forward, ForwardStage),
  output: lesson(output, OutputStage),
  successors: lesson(successors, SuccessorsStage),
  parameters: lesson(parameters, ParametersStage),
  order: lesson(order, OrderStage),
  caches: lesson(caches, CachesStage),
  vanishing: lesson(vanishing, VanishingStage),
  rate: lesson(rate, RateStage),
  time: lesson(time, TimeStage),
  repair: lesson(repair, RepairStage),
};
