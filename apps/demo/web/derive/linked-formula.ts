/**
 * Labels each symbol of a formula with the name of the quantity that it stands for. When the user points at the symbol,
 * the page marks this quantity everywhere. The label of a parameter is the name of its derivative, such as `dloss/db_4`.
 */
import { nameOf, type Step } from '@nnbp/explain';

/** Names that KaTeX accepts as the value of an attribute. */
const plainName = /^[\w/]+$/;

/**
 * Wraps the symbol of each term, each weight, each b and each c of a formula in `\htmlData{name=…}`.
 *
 * @param terms - The steps that compute the quantities on the right side of the formula.
 * @param leftSideOf - Returns the left side of a formula, for example `x_{4}` for `x_{4} = …`.
 */
export function linkedFormula(latex: string, terms: readonly Step[], leftSideOf: (formula: string) => string): string {
  const names: string[] = [];
  const mark = (name: string) => `\0${names.push(name) - 1}\0`;
  const symbols = terms
    .map(({ formula, quantity }) => ({ symbol: leftSideOf(formula), name: nameOf(quantity) }))
    .filter(({ name }) => plainName.test(name))
    // Longest first, since ∂loss/∂x_7 contains x_7.
    .sort((a, b) => b.symbol.length - a.symbol.length);
  const wrapped: string[] = [];
  let marked = latex;
  for (const { symbol, name } of symbols) {
    if (!marked.includes(symbol)) continue;
    marked = marked.replaceAll(symbol, mark(name));
    wrapped[names.length - 1] = symbol;
  }
  return marked
    .replace(/w_\{(\w+) \\to (\w+)\}/g, (symbol, from: string, to: string) =>
      htmlData(`dloss/dw_${from}to${to}`, symbol),
    )
    .replace(/\b([bc])_\{(\w+)\}/g, (symbol, which: string, node: string) =>
      htmlData(`dloss/d${which}_${node}`, symbol),
    )
    .replace(/\0(\d+)\0/g, (_, k: string) => htmlData(names[Number(k)], wrapped[Number(k)]));
}

const htmlData = (name: string, latex: string): string => `\\htmlData{name=${name}}{${latex}}`;
