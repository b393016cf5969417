/** Formats numbers for the Train view. */
import { grouped } from '../shared/format-number.js';

/**
 * Formats a number with four significant digits, or with an exponent if it is very small or large. Undefined and NaN
 * become a dash.
 */
export function short(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const isShort = size === 0 || (size >= 1e-3 && size < 1e5);
  return (isShort ? value.toPrecision(4) : value.toExponential(2)).replaceAll('-', '−');
}

/** Formats a fraction as a percentage with one decimal place. Undefined and NaN become a dash. */
export const percent = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)} %`;

/** Formats an integer with thousands separators. */
export const integer = (value: number): string => grouped(Math.round(value));
