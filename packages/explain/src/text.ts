/**
 * Writes a derivation as plain text: the case (1, 2 or 3) in the margin, numbers aligned below their symbols, and tree lines from
 * each formula to the ones it depends on.
 */
import type { Expression, Write } from './expression.js';
import type { Words } from './language.js';
import { plain } from './notation.js';
import { type Branch, casesIn, type Heading, type Line, type Outline } from './outline.js';
import { type Extent, formulas, numbers, numberWriter, summands } from './right-hand-side.js';

/** Line width in columns. Longer formulas are broken between terms. */
const lineWidth = 80;

/** Writes the derivation, without a trailing newline. */
export function text(heading: Heading, outline: Outline, words: Words, extent: Extent): string {
  const { backward, forward, forwardIsTruncated } = outline;
  const margin = columns(words.cases[1]) + 2;
  const sections = [
    [
      `${plain.symbol(heading.symbol)} = ${heading.value}`,
      ...(heading.standardized ? [words.standardized] : []),
      ...casesIn(backward).map((rule) => `${fill(words.cases[rule], margin)}${words.meaning[rule]}`),
    ],
    ...(backward.length === 0 ? [] : [[words.backward, ...tree(backward, words, margin, extent)]]),
    ...(forward.length === 0
      ? []
      : [[words.forward, ...(forwardIsTruncated ? [`… ${words.omittedSteps}`] : []), ...list(forward, extent)]]),
  ];
  return sections.map((lines) => lines.map((line) => line.trimEnd()).join('\n')).join('\n\n');
}

function tree(branches: readonly Branch[], words: Words, margin: number, extent: Extent): string[] {
  /** For each level, whether more entries follow. */
  const continues: boolean[] = [];
  return branches.flatMap((branch, index) => {
    const { depth, last } = branch;
    continues[depth] = !last;
    const above = continues
      .slice(1, depth)
      .map((more) => (more ? '│  ' : '   '))
      .join('');
    const [first, below] = depth === 0 ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  '];
    if (branch.state === 'omitted')
      return [`${' '.repeat(margin)}${above}${first}… ${words.omittedTerms(branch.count)}`];

    const label = fill(words.cases[branch.expression.case as 1 | 2 | 3], margin);
    if (branch.state !== 'derived') {
      const value = plain.number(branch.value, extent.digits);
      return [`${label}${above}${first}${plain.symbol(branch.symbol)} = ${value}   ${words[branch.state]}`];
    }
    // A line from the symbol down to its terms.
    const down = (branches[index + 1]?.depth ?? 0) > depth ? '│' : ' ';
    const lines = wrapped(branch, lineWidth - margin - columns(above + first), extent);
    return lines.map((line, k) =>
      k === 0 ? `${label}${above}${first}${line}` : `${' '.repeat(margin)}${above}${below}${down}${line.slice(1)}`,
    );
  });
}

function list(lines: readonly Line[], extent: Extent): string[] {
  return lines.flatMap((line) => {
    const { expression } = line;
    const sides = [...formulas(expression, plain, extent), numbers(expression, plain, extent)];
    const joined = equation(line, sides, extent).join(' = ');
    return columns(joined) <= lineWidth ? [joined] : wrapped(line, lineWidth, extent);
  });
}

/** Writes an equation on several lines, with aligned equals signs. */
function wrapped(line: Line, maxWidth: number, extent: Extent): string[] {
  const [symbol, ...sides] = equation(
    line,
    rightSides(line.expression, maxWidth - columns(plain.symbol(line.symbol)) - 3, extent),
    extent,
  );
  const indent = ' '.repeat(columns(symbol));
  return sides.flatMap((side, k) =>
    side.split('\n').map((part, row) => `${k + row === 0 ? symbol : indent} ${row === 0 ? '=' : '+'} ${part}`),
  );
}

/** The sides of an equation, without consecutive duplicates. */
function equation({ symbol, value }: Line, sides: readonly string[], { digits }: Extent): string[] {
  const all = [plain.symbol(symbol), ...sides, plain.number(value, digits)];
  return all.filter((side, k) => side !== all[k - 1]);
}

/** Writes the right-hand side in symbols, then in numbers. A sum that is too long has one line per term. */
function rightSides(expression: Expression, maxWidth: number, extent: Extent): string[] {
  if (expression.forms !== undefined || expression.count === 0)
    return [...formulas(expression, plain, extent), numbers(expression, plain, extent)];

  const written = (write: Write) =>
    summands<string[]>(
      expression,
      extent.maxTerms,
      (factors, first) => factors.map((factor, k) => write(factor, first && k === 0)),
      (count) => [plain.dots(count)],
    );
  const symbols = written(({ symbol }) => plain.symbol(symbol));
  const values = written(numberWriter(plain, extent.digits));
  const sides = [symbols, values];

  const inOneLine = sides.map((side) =>
    side
      .map((factors, k) => row(factors, (f) => Math.max(columns(symbols[k][f]), columns(values[k][f]))))
      .join(' + ')
      .trimEnd(),
  );
  if (expression.count === 1 || inOneLine.every((side) => columns(side) <= maxWidth)) return inOneLine;
  const widest = (f: number) =>
    Math.max(
      ...sides
        .flat()
        .filter((factors) => factors.length > 1)
        .map((factors) => columns(factors[f] ?? '')),
    );
  return sides.map((side) => side.map((factors) => row(factors, widest)).join('\n'));
}

const row = (factors: readonly string[], width: (f: number) => number): string =>
  factors
    .map((factor, f) => (factors.length === 1 && factor.startsWith('…') ? factor : fill(factor, width(f))))
    .join(plain.times);

/** Width of a string in a terminal, where a Chinese character takes two columns. */
function columns(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

const fill = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - columns(text)));
