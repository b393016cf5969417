// Turns `expression; // value` in an example into an assertion.
import { runInNewContext } from 'node:vm';

/**
 * Rewrites each line of the form `expression; // value` so that the expression is compared with the value: a number, a
 * quoted string, true, false, undefined, or an array or object of these. If a number is shown with decimal places,
 * the result is rounded to the same number of decimal places. A number without decimal places must match exactly.
 */
export function withAssertions(code: string): string {
  return code
    .split('\n')
    .map((line) => {
      const match =
        /^(\s*)(?!\s|const |let |var |import |export |return )(.+); \/\/ (-?\d[\d_.e+-]*|\[.*\]|\{.*\}|'.*'|true|false|undefined)$/.exec(
          line,
        );
      if (match === null) return line;
      const [, indent, expression, value] = match;
      return `${indent}__expectShown(${expression}, ${JSON.stringify(value)}); // ${value}`;
    })
    .join('\n');
}

/** Throws unless the actual value equals the one shown in the comment. */
export function expectShown(actual: unknown, shown: string): void {
  const code = shown.replaceAll(/'[^']*'|-?\d[\d_.e+-]*/g, (token) =>
    token.startsWith("'") ? token : `new ShownNumber('${token}')`,
  );
  const expected = runInNewContext(`(${code})`, { ShownNumber }) as unknown;
  if (!matches(actual, expected)) {
    throw new Error(`The example shows ${shown}, but computes ${JSON.stringify(actual)}.`);
  }
}

/** A number as it is written in a comment. */
class ShownNumber {
  constructor(readonly text: string) {}

  matches(actual: unknown): boolean {
    const plain = this.text.replaceAll('_', '');
    const expected = Number(plain);
    const [, decimals, exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(plain) ?? [];
    if (typeof actual !== 'number' || decimals === undefined) return actual === expected;
    const tolerance = 0.5 * 10 ** (Number(exponent) - decimals.length);
    // 1e-9 and Number.EPSILON allow for rounding errors in this comparison.
    return Math.abs(actual - expected) <= tolerance * (1 + 1e-9) + Number.EPSILON * Math.abs(expected);
  }
}

function matches(actual: unknown, expected: unknown): boolean {
  if (expected instanceof ShownNumber) return expected.matches(actual);
  if (!isObject(expected) || !isObject(actual)) return actual === expected;
  if (Array.isArray(expected) !== (Array.isArray(actual) || ArrayBuffer.isView(actual))) return false;
  const [shown, computed] = [expected, actual].map((value) => new Map(Object.entries(value)));
  return shown.size === computed.size && [...shown].every(([key, value]) => matches(computed.get(key), value));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
