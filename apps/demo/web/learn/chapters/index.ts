/** The chapters in their order. */
import type { Chapter } from '../chapter.js';
import { caches } from './caches.js';
import { forward } from './forward.js';
import { order } from './order.js';
import { output } from './output.js';
import { parameters } from './parameters.js';
import { successors } from './successors.js';

export const lessonList: readonly Chapter[] = [forward, output, successors, parameters, order, caches];
