/** Plain-text and LaTeX notation: how symbols, numbers and operators are written. */
import { nameOf, type QuantityName } from './quantity.js';

/** `target`, `caseOneOf` and `derivativeOf` are ids of nodes. */
export type FormulaSymbol =
  | QuantityName
  | { readonly parameter: 'b' | 'c' | 'w'; readonly node: string; readonly from?: string }
  | { readonly target: string }
  /** For a standardized input: its raw value, or the mean or standard deviation of its scaler. */
  | { readonly scaler: 'value' | 'mean' | 'deviation'; readonly node: string }
  /** The part of an output's dloss/dx that case 1 of backpropagation contributes. */
  | { readonly caseOneOf: string }
  /** g'(h) of a node. */
  | { readonly derivativeOf: string };

export interface Notation {
  readonly times: string;
  /** Ellipsis for omitted terms. */
  dots(count: number): string;
  /** Formats the name of a function. */
  name(text: string): string;
  symbol(symbol: FormulaSymbol): string;
  /** A number rounded to significant digits; 17 digits are exact. */
  number(value: number, digits: number): string;
  /**
   * A derivative whose formula is unknown: that of a custom loss with respect to x of a node, or that of a custom
   * aggregation with respect to z of an edge.
   */
  partial(name: string, node: string, from?: string): string;
}

export const plain: Notation = {
  times: ' · ',
  dots: (count) => `… [${count}] …`,
  name: visible,
  symbol(symbol) {
    if ('quantity' in symbol) return visible(nameOf(symbol));
    if ('parameter' in symbol) {
      const { parameter, from, node } = symbol;
      return visible(parameter === 'w' ? `w_${from}to${node}` : `${parameter}_${node}`);
    }
    if ('target' in symbol) return visible(`t_${symbol.target}`);
    if ('scaler' in symbol) return visible(`${symbol.scaler}_${symbol.node}`);
    if ('caseOneOf' in symbol) return visible(`(dloss/dx_${symbol.caseOneOf})₁`);
    return visible(`g'(h_${symbol.derivativeOf})`);
  },
  number: (value, digits) => rounded(value, digits),
  partial: (name, node, from) => visible(`d${name}/d${from === undefined ? 'x_' : `z_${from}to`}${node}`),
};

/** LaTeX that KaTeX renders in strict mode, for any node id. */
export const latex: Notation = {
  times: ' \\cdot ',
  dots: (count) => `\\underbrace{\\cdots}_{${count}}`,
  name: upright,
  symbol(symbol) {
    if ('quantity' in symbol) return quantity(symbol);
    if ('parameter' in symbol) {
      const { parameter, from, node } = symbol;
      return parameter === 'w' ? `w_{${edge(from!, node)}}` : `${parameter}_{${subscript(node)}}`;
    }
    if ('target' in symbol) return `t_{${subscript(symbol.target)}}`;
    if ('scaler' in symbol) return `${upright(symbol.scaler)}_{${subscript(symbol.node)}}`;
    if ('caseOneOf' in symbol) return `\\left(${dLossBy(`x_{${subscript(symbol.caseOneOf)}}`)}\\right)_{1}`;
    return `g'(h_{${subscript(symbol.derivativeOf)}})`;
  },
  number(value, digits) {
    if (Number.isNaN(value)) return '\\text{NaN}';
    if (!Number.isFinite(value)) return value > 0 ? '\\infty' : '-\\infty';
    return rounded(value, digits).replace(/e\+?(-?\d+)$/, ' \\times 10^{$1}');
  },
  partial: (name, node, from) =>
    `\\frac{\\partial\\, ${upright(name)}}{\\partial ${from === undefined ? `x_{${subscript(node)}}` : `z_{${edge(from, node)}}`}}`,
};

function quantity({ quantity: kind, node, from }: QuantityName): string {
  switch (kind) {
    case 'dLossDw':
      return dLossBy(`w_{${edge(from!, node)}}`);
    case 'dAdz':
      return `\\frac{\\partial A}{\\partial z_{${edge(from!, node)}}}`;
    case 'dLossDb':
    case 'dLossDc':
    case 'dLossDx':
      return dLossBy(`${kind.slice(-1)}_{${subscript(node)}}`);
    case 'slope':
      return `\\mathit{slope}_{${subscript(node)}}`;
    default:
      return `${kind}_{${subscript(node)}}`;
  }
}

const dLossBy = (what: string) => `\\frac{\\partial\\, \\mathit{loss}}{\\partial ${what}}`;
const edge = (from: string, node: string) => `${subscript(from)} \\to ${subscript(node)}`;

/** An id that is a number or a single letter stays as it is; any other id becomes LaTeX text. */
function subscript(id: string): string {
  return /^(\d+|[A-Za-z])$/.test(id) ? id : upright(id);
}

const escapes = new Map([
  ['\\', '\\textbackslash{}'],
  ['{', '\\{'],
  ['}', '\\}'],
  ['$', '\\textdollar{}'],
  ['#', '\\#'],
  ['%', '\\%'],
  ['&', '\\&'],
  ['_', '\\_'],
  ['^', '\\textasciicircum{}'],
  ['~', '\\textasciitilde{}'],
  ['`', '\\textquoteleft{}'],
  ['<', '\\textless{}'],
  ['>', '\\textgreater{}'],
  ['|', '\\textbar{}'],
  // If a Markdown renderer does not render math, a name in brackets must not become a link or an image.
  ['[', '{[}'],
  [']', '{]}'],
]);

/** Writes a string as upright LaTeX text. Characters that LaTeX fonts may lack become code points. */
function upright(text: string): string {
  const written = Array.from(text, (character) => {
    const escape = escapes.get(character);
    if (escape !== undefined) return escape;
    if (/^[ -~\u4e00-\u9fff]$/.test(character)) return character;
    return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return `\\text{${written.join('')}}`;
}

/** Writes control characters, invisible characters and line separators as code points. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
