/** A derivation for a page: think of the same table of contents, typeset. Every id stands inside a formula. */
import type { Words } from './language.js';
import { latex } from './notation.js';
import type { Branch, Line, Outline } from './outline.js';
import { type Extent, formulas, numbers } from './right-hand-side.js';

/** Nested lists, with formulas between dollar signs. */
export function markdown(
  title: Pick<Line, 'letter' | 'value'>,
  outline: Outline,
  words: Words,
  extent: Extent,
): string {
  const { backward, forward, forwardIsCut } = outline;
  const legend = casesIn(backward).map((of) => `- **${words.cases[of]}**: ${words.meaning[of]}`);
  const tree = backward.map((branch) => {
    const item = `${'  '.repeat(branch.depth)}- `;
    if (branch.state === 'left out') return `${item}… ${words.leftOut(branch.count)}`;
    const name = `${item}**${words.cases[branch.expression.case as 1 | 2 | 3]}** `;
    if (branch.state === 'derived') return `${name}$${equation(branch, extent).join(' = ')}$`;
    return `${name}$${short(branch, extent)}$ *${words[branch.state]}*`;
  });
  const list = forward.map((line) => `- $${equation(line, extent).join(' = ')}$`);
  return [
    [`$$${latex.letter(title.letter)} = ${latex.number(title.value, 17)}$$`],
    legend,
    ...section(words.backward, tree),
    ...section(words.forward, [...(forwardIsCut ? [`- … ${words.cut}`] : []), ...list]),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Its formulas one below the other, the case or a word before each. */
export function latexOf(title: Pick<Line, 'letter' | 'value'>, outline: Outline, words: Words, extent: Extent): string {
  const { backward, forward, forwardIsCut } = outline;
  const rows = [row('', `${latex.letter(title.letter)}`, latex.number(title.value, 17))];
  for (const branch of backward) {
    if (branch.state === 'left out') rows.push(row('', '', `\\text{… ${words.leftOut(branch.count)}}`, '&'));
    else if (branch.state === 'derived')
      rows.push(...block(words.cases[branch.expression.case as 1 | 2 | 3], branch, extent));
    else
      rows.push(`${row(words[branch.state], latex.letter(branch.letter), latex.number(branch.value, extent.digits))}`);
  }
  if (forwardIsCut) rows.push(row('', '', `\\text{… ${words.cut}}`, '&'));
  for (const line of forward) rows.push(...block('', line, extent));
  return `\\begin{aligned}\n${rows.join(' \\\\\n')}\n\\end{aligned}`;
}

function block(name: string, line: Line, extent: Extent): string[] {
  const [letter, ...sides] = equation(line, extent);
  return sides.map((side, k) => (k === 0 ? row(name, letter, side) : row('', '', side)));
}

const row = (name: string, letter: string, side: string, sign = '&= ') =>
  `${name === '' ? '' : `\\text{${name}}`} && ${letter} ${sign}${side}`;

const short = ({ letter, value }: Line, { digits }: Extent) =>
  `${latex.letter(letter)} = ${latex.number(value, digits)}`;

/** What equals what; nothing is said twice running. */
function equation({ letter, value, expression }: Line, extent: Extent): string[] {
  const all = [
    latex.letter(letter),
    ...formulas(expression, latex, extent),
    numbers(expression, latex, extent),
    latex.number(value, extent.digits),
  ];
  return all.filter((side, k) => side !== all[k - 1]);
}

const section = (heading: string, lines: readonly string[]): string[][] =>
  lines.length === 0 ? [] : [[`**${heading}**`], [...lines]];

/** Those that occur. */
export const casesIn = (branches: readonly Branch[]): (1 | 2 | 3)[] =>
  ([1, 2, 3] as const).filter((of) =>
    branches.some((branch) => branch.state === 'derived' && branch.expression.case === of),
  );
