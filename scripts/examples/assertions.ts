// Turns `expression; // value` in an example into an assertion.

/**
 * Rewrites lines of the form `expression; // value`, where the value is a number, a string in quotes, true, false,
 * undefined or an array of these, so that the expression is compared with it. Numbers may differ by half a unit of the
 * last digit shown.
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

/** Throws unless the value is the one in the comment. */
export function expectShown(actual: unknown, shown: string): void {
  const expected = JSON.parse(shown.replaceAll("'", '"').replace(/^undefined$/, 'null')) as unknown;
  const digits = /\.(\d+)/.exec(shown)?.[1].length ?? 0;
  if (!same(actual ?? null, expected, 0.5 * 10 ** -digits + 1e-12)) {
    throw new Error(`The example shows ${shown}, but computes ${JSON.stringify(actual)}.`);
  }
}

function same(actual: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof actual === 'number' && typeof expected === 'number') return Math.abs(actual - expected) <= tolerance;
  if (Array.isArray(expected)) {
    const list = Array.from(actual as ArrayLike<unknown>);
    return list.length === expected.length && expected.every((entry, k) => same(list[k], entry, tolerance));
  }
  return actual === expected;
}
