/** Writes a derivation as Markdown or LaTeX. Node ids occur only inside formulas, where `latex` escapes them. */
import type { Words } from './language.js';
import { latex } from './notation.js';
import { casesIn, type Heading, type Line, type Outline } from './outline.js';
import { type Extent, formulas, numbers } from './right-hand-side.js';

export function markdown(heading: Heading, outline: Outline, words: Words, extent: Extent): string {
  const { backward, forward, forwardIsTruncated } = outline;
  const legend = casesIn(backward).map((rule) => `- **${words.cases[rule]}**${words.colon}${words.meaning[rule]}`);
  const tree = backward.map((branch) => {
    const item = `${'  '.repeat(branch.depth)}- `;
    if (branch.state === 'omitted') return `${item}… ${words.omittedTerms(branch.count)}`;
    const itemStart = `${item}**${words.cases[branch.expression.case as 1 | 2 | 3]}** `;
    return branch.state === 'derived'
      ? `${itemStart}${inline(equation(branch, extent))}`
      : `${itemStart}${inline(short(branch, extent))} *${words[branch.state]}*`;
  });
  const list = forward.map((line) => `- ${inline(equation(line, extent))}`);
  const paragraphs = [
    [`$$${latex.symbol(heading.symbol)} = ${latex.number(heading.value, 17)}$$`],
    heading.standardized ? [words.standardized] : [],
    legend,
    ...section(words.backward, tree),
    ...section(words.forward, [...(forwardIsTruncated ? [`- … ${words.omittedSteps}`] : []), ...list]),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Writes an `aligned` environment: one formula per row, with the case in the first column. */
export function aligned(heading: Heading, outline: Outline, words: Words, extent: Extent): string {
  const { backward, forward, forwardIsTruncated } = outline;
  const rows = [
    ...rowsOf('', [latex.symbol(heading.symbol), latex.number(heading.value, 17)]),
    ...(heading.standardized ? [remark(words.standardized)] : []),
    ...backward.flatMap((branch) => {
      if (branch.state === 'omitted') return [remark(`… ${words.omittedTerms(branch.count)}`)];
      return branch.state === 'derived'
        ? rowsOf(words.cases[branch.expression.case as 1 | 2 | 3], equation(branch, extent))
        : rowsOf(words[branch.state], short(branch, extent));
    }),
    ...(forwardIsTruncated ? [remark(`… ${words.omittedSteps}`)] : []),
    ...forward.flatMap((line) => rowsOf('', equation(line, extent))),
  ];
  return `\\begin{aligned}\n${rows.join(' \\\\\n')}\n\\end{aligned}`;
}

/** Returns one row for each right-hand side. The columns are the margin, the symbol and the right-hand side. */
function rowsOf(margin: string, [symbol, ...sides]: readonly string[]): string[] {
  return sides.map((side, k) => (k === 0 ? `\\text{${margin}} && ${symbol} &= ${side}` : `&& &= ${side}`));
}

const remark = (sentence: string) => `&& & \\text{${sentence}}`;

const inline = (sides: readonly string[]) => `$${sides.join(' = ')}$`;

/** The sides of an equation, without consecutive duplicates. */
function equation({ symbol, value, expression }: Line, extent: Extent): string[] {
  const all = [
    latex.symbol(symbol),
    ...formulas(expression, latex, extent),
    numbers(expression, latex, extent),
    latex.number(value, extent.digits),
  ];
  return all.filter((side, k) => side !== all[k - 1]);
}

const short = ({ symbol, value }: Line, { digits }: Extent) => [latex.symbol(symbol), latex.number(value, digits)];

const section = (heading: string, lines: readonly string[]): string[][] =>
  lines.length === 0 ? [] : [[`**${heading}**`], [...lines]];
