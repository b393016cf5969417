/** The chapters in their order. */
import type { Chapter } from '../chapter.js';
import { forward } from './forward.js';
import { output } from './output.js';
import { parameters } from './parameters.js';
import { successors } from './successors.js';

export const lessonList: readonly Chapter[] = [forward, output, successors, parameters];
