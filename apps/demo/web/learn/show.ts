/** Formats a number for use in a sentence: four significant digits, with a typographic minus sign. */
import { formatNumber } from '../shared/format-number.js';

export const show = (value: number): string => formatNumber(value, 4);
