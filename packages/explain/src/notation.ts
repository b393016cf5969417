/**
 * Two hands that write the same formulas: one plain text, one LaTeX. Think of a formula as symbols, numbers and a few
 * signs between them; what differs between the hands stands here and nowhere else.
 */
import { nameOf, type QuantityName } from './quantity.js';

/** Whatever has a letter: a quantity of a node, a parameter, a target, a column of the data, case 1 alone, or g'(h). */
export type Letter =
  | QuantityName
  | { readonly parameter: 'b' | 'c' | 'w'; readonly node: string; readonly from?: string }
  | { readonly target: string }
  | { readonly units: 'value' | 'mean' | 'deviation'; readonly node: string }
  | { readonly caseOneOf: string }
  | { readonly derivativeOf: string }
  | { readonly aggregationOf: string; readonly from: string };

/** How one hand writes. */
export interface Notation {
  readonly times: string;
  /** In place of so many terms. */
  dots(count: number): string;
  /** A name of several letters. */
  name(text: string): string;
  letter(letter: Letter): string;
  /** Rounded to so many significant digits; 17: all there are. */
  number(value: number, digits: number): string;
  /** ∂loss/∂x_k of a loss that is known by name only. */
  partial(loss: string, node: string): string;
}

/** Plain text. */
export const plain: Notation = {
  times: ' · ',
  dots: (count) => `… [${count}] …`,
  name: visible,
  letter(letter) {
    if ('quantity' in letter) return visible(nameOf(letter));
    if ('parameter' in letter) {
      const { parameter, from, node } = letter;
      return visible(parameter === 'w' ? `w_${from}to${node}` : `${parameter}_${node}`);
    }
    if ('target' in letter) return visible(`t_${letter.target}`);
    if ('units' in letter) return visible(`${letter.units}_${letter.node}`);
    if ('caseOneOf' in letter) return visible(`(dloss/dx_${letter.caseOneOf})₁`);
    if ('aggregationOf' in letter) return visible(`dA/dz_${letter.from}to${letter.aggregationOf}`);
    return visible(`g'(h_${letter.derivativeOf})`);
  },
  number: (value, digits) => rounded(value, digits),
  partial: (loss, node) => visible(`d${loss}/dx_${node}`),
};

/** LaTeX that KaTeX renders in strict mode, whatever the ids are. */
export const latex: Notation = {
  times: ' \\cdot ',
  dots: (count) => `\\underbrace{\\cdots}_{${count}}`,
  name: upright,
  letter(letter) {
    if ('quantity' in letter) return quantity(letter);
    if ('parameter' in letter) {
      const { parameter, from, node } = letter;
      return parameter === 'w' ? `w_{${edge(from!, node)}}` : `${parameter}_{${subscript(node)}}`;
    }
    if ('target' in letter) return `t_{${subscript(letter.target)}}`;
    if ('units' in letter) return `${upright(letter.units)}_{${subscript(letter.node)}}`;
    if ('aggregationOf' in letter)
      return `\\frac{\\partial A}{\\partial z_{${edge(letter.from, letter.aggregationOf)}}}`;
    if ('caseOneOf' in letter) return `\\left(${over(`x_{${subscript(letter.caseOneOf)}}`)}\\right)_{1}`;
    return `g'(h_{${subscript(letter.derivativeOf)}})`;
  },
  number(value, digits) {
    if (Number.isNaN(value)) return '\\text{NaN}';
    if (!Number.isFinite(value)) return value > 0 ? '\\infty' : '-\\infty';
    return rounded(value, digits).replace(/e\+?(-?\d+)$/, ' \\times 10^{$1}');
  },
  partial: (loss, node) => `\\frac{\\partial\\, ${upright(loss)}}{\\partial x_{${subscript(node)}}}`,
};

function quantity({ quantity: kind, node, from }: QuantityName): string {
  switch (kind) {
    case 'dLossDw':
      return over(`w_{${edge(from!, node)}}`);
    case 'dLossDb':
    case 'dLossDc':
    case 'dLossDx':
      return over(`${kind.slice(-1)}_{${subscript(node)}}`);
    case 'slope':
      return `\\mathit{slope}_{${subscript(node)}}`;
    default:
      return `${kind}_{${subscript(node)}}`;
  }
}

const over = (what: string) => `\\frac{\\partial\\, \\mathit{loss}}{\\partial ${what}}`;
const edge = (from: string, node: string) => `${subscript(from)} \\to ${subscript(node)}`;

/** A number or a single letter stands as it is; anything else is text. */
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
  // Where Markdown is shown without mathematics, a name in brackets must not become a link or an image.
  ['[', '{[}'],
  [']', '{]}'],
]);

/** Letters no LaTeX font here is sure to have are written by their code point. */
function upright(text: string): string {
  const written = Array.from(text, (letter) => {
    const known = escapes.get(letter);
    if (known !== undefined) return known;
    if (/^[ -~\u4e00-\u9fff]$/.test(letter)) return letter;
    return `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return `\\text{${written.join('')}}`;
}

/** Control characters, invisible characters and line separators by their code points: a line stays a line. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (letter) => `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

/** Seventeen digits tell every number from every other. */
const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
