/** A number in a sentence: four significant digits, with a minus sign as it is printed. */
import { formatNumber } from '../shared/format-number.js';

export const show = (value: number): string => formatNumber(value, 4);
