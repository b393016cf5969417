/** Formats numbers of the Train view. */
import { grouped } from '../shared/format-number.js';

/** Four significant digits, as a power of ten if that is shorter, with a typographic minus sign. */
export function short(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const isShort = size === 0 || (size >= 1e-3 && size < 1e5);
  return (isShort ? value.toPrecision(4) : value.toExponential(2)).replaceAll('-', '−');
}

/** A fraction in percent with one decimal. */
export const percent = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)} %`;

/** An integer with thousands separators. */
export const integer = (value: number): string => grouped(Math.round(value));
