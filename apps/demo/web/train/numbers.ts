/** How numbers are written in this view: short, and the same everywhere. */

/** Four digits, as a power of ten where that is shorter. */
export function short(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return value.toPrecision(4);
}

/** A fraction in per cent, one digit after the point. */
export const percent = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)} %`;

/** A whole number with its thousands apart. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** A large factor for reading: two digits, with its thousands apart; a power of ten from a billion. */
export const times = (factor: number): string =>
  factor < 1e9 ? Number(factor.toPrecision(2)).toLocaleString('en') : factor.toExponential(1);
