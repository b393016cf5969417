/** Numbers as strings for people to read. */

/** Rounded to so many significant digits, small and large ones with an exponent, with a minus sign as it is printed. */
export function written(value: number, digits = 5): string {
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
  // A number that is almost a whole one is not shown as if it were.
  let shown = Number(value.toPrecision(digits));
  for (let more = digits + 1; more <= 9 && shown !== value && Number.isInteger(shown); more++) {
    shown = Number(value.toPrecision(more));
  }
  return String(shown);
}
