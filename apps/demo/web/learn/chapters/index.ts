/** The chapters, in order. */
import type { Chapter } from '../chapter.js';
import { caches } from './caches.js';
import { forward } from './forward.js';
import { order } from './order.js';
import { output } from './output.js';
import { parameters } from './parameters.js';
import { rate } from './rate.js';
import { repair } from './repair.js';
import { successors } from './successors.js';
import { time } from './time.js';
import { vanishing } from './vanishing.js';

export const chapters: readonly Chapter[] = [
  forward,
  output,
  successors,
  parameters,
  order,
  caches,
  vanishing,
  rate,
  time,
  repair,
];
