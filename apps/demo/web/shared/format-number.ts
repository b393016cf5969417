/** Formats numbers for display. */

/**
 * Rounds to `digits` significant digits. If that gives an integer other than `value`, keeps more digits, up to nine.
 * Very small and very large numbers have an exponent. The minus sign is the typographic one.
 */
export function formatNumber(value: number, digits = 5): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  return rounded(value, digits).replaceAll('-', '−').replace('e+', 'e');
}

function rounded(value: number, digits: number): string {
  if (digits >= 17) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    const [mantissa, exponent] = value.toExponential(Math.max(1, digits - 3)).split('e');
    return `${Number(mantissa)}e${exponent}`;
  }
  let shown = Number(value.toPrecision(digits));
  for (let more = digits + 1; more <= 9 && shown !== value && Number.isInteger(shown); more++) {
    shown = Number(value.toPrecision(more));
  }
  return String(shown);
}

/**
 * Formats a non-negative integer in groups of three digits. Does not call `toLocaleString`, because its first call
 * takes milliseconds.
 */
export function grouped(integer: number | bigint): string {
  const digits = String(integer);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups.join(',');
}

/** Formats a factor with two significant digits and thousands separators, or as 7.1 · 10¹⁰ if it is 1e9 or larger. */
export function times(factor: number): string {
  if (factor < 1e9) {
    const shown = Number(factor.toPrecision(2));
    return Number.isInteger(shown) ? grouped(shown) : String(shown);
  }
  if (!Number.isFinite(factor)) return formatNumber(factor);
  const [mantissa, exponent] = factor.toExponential(1).split('e+');
  return `${mantissa} · 10${superscript(Number(exponent))}`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Formats a non-negative integer as an exponent, such as ¹². */
export const superscript = (exponent: number): string =>
  Array.from(String(exponent), (digit) => superscripts[Number(digit)]).join('');
