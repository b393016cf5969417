// Turns `expression; // value` in an example into an assertion.

/**
 * Rewrites each line of the form `expression; // value` so that the expression is compared with the value: a number, a
 * quoted string, true, false, undefined or an array of these. The first number with decimal places determines the
 * tolerance of all numbers: half a unit in its last decimal place. If no number has decimal places, the tolerance is
 * 0.5.
 */
export function withAssertions(code: string): string {
  return code
    .split('\n')
    .map((line) => {
      const match =
        /^(\s*)(?!\s|const |let |var |import |export |return |await )(.+); \/\/ (-?\d[\d_.e+-]*|\[.*\]|'.*'|true|false|undefined)$/.exec(
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
  const expected = JSON.parse(shown.replaceAll("'", '"').replace(/^undefined$/, 'null')) as unknown;
  const digits = /\.(\d+)/.exec(shown)?.[1].length ?? 0;
  if (!isClose(actual ?? null, expected, 0.5 * 10 ** -digits + 1e-12)) {
    throw new Error(`The example shows ${shown}, but computes ${JSON.stringify(actual)}.`);
  }
}

function isClose(actual: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof actual === 'number' && typeof expected === 'number') return Math.abs(actual - expected) <= tolerance;
  if (Array.isArray(expected)) {
    const list = Array.from(actual as ArrayLike<unknown>);
    return list.length === expected.length && expected.every((entry, k) => isClose(list[k], entry, tolerance));
  }
  return actual === expected;
}
