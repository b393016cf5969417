/** A number in a sentence: four significant digits, with a minus sign as it is printed. */
import { written } from '../shared/written.js';

export const show = (value: number): string => written(value, 4);
