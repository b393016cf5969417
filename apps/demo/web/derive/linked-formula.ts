/** Labels each term of a formula with the name of its number, so that the page can link the term to the number. */
import { nameOf, type Step } from '@nnbp/explain';

/** Names that KaTeX accepts as the value of an attribute. */
const plainName = /^[\w/]+$/;

/**
 * Wraps each of the given terms, each weight, each b and each c of a formula in `\htmlData{name=…}`.
 *
 * @param letterOf - Returns the left side of a formula, for example `x_{4}` for `x_{4} = …`.
 */
export function linkedFormula(latex: string, terms: readonly Step[], letterOf: (formula: string) => string): string {
  const names: string[] = [];
  const mark = (name: string) => `\0${names.push(name) - 1}\0`;
  const letters = terms
    .map(({ formula, quantity }) => ({ letter: letterOf(formula), name: nameOf(quantity) }))
    .filter(({ name }) => plainName.test(name))
    // Longest first, since ∂loss/∂x_7 contains x_7.
    .sort((a, b) => b.letter.length - a.letter.length);
  const wrapped: string[] = [];
  let marked = latex;
  for (const { letter, name } of letters) {
    if (!marked.includes(letter)) continue;
    marked = marked.replaceAll(letter, mark(name));
    wrapped[names.length - 1] = letter;
  }
  return marked
    .replace(/w_\{(\w+) \\to (\w+)\}/g, (letter, from: string, to: string) =>
      htmlData(`dloss/dw_${from}to${to}`, letter),
    )
    .replace(/\b([bc])_\{(\w+)\}/g, (letter, which: string, node: string) =>
      htmlData(`dloss/d${which}_${node}`, letter),
    )
    .replace(/\0(\d+)\0/g, (_, k: string) => htmlData(names[Number(k)], wrapped[Number(k)]));
}

const htmlData = (name: string, latex: string): string => `\\htmlData{name=${name}}{${latex}}`;
