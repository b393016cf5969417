/** Text of a chapter in each language of the page. `h_4`, `w_2to4`, `dloss/dx_4`, `dloss/dw` and so on become letters. */
import type { LanguageName } from '../state.js';

export type Text = Readonly<Record<LanguageName, string>>;

/** The same in every language: a name, a number, a formula. */
export const same = (text: string): Text => ({ en: text, zh: text });

/** A piece of a sentence: plain, or a quantity of the method with its node. */
export interface Piece {
  readonly text: string;
  /** `x` of `x_4`, `∂loss/∂w` of `dloss/dw_2to4`; absent: plain text. */
  readonly letter?: string;
  /** `4` of `x_4`, `2→4` of `w_2to4`; absent: the quantity of any node. */
  readonly index?: string;
}

const quantity = /(?<!\w)(?:(dloss\/d[xbcwh]|slope|loss|d?[hgxbcwt])_(\w+?)(?:to(\w+))?|(dloss\/d[xbcw]))(?!\w)/g;

/** Splits a sentence into plain pieces and quantities. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(quantity)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    const [all, letter = match[4], node, to] = match;
    found.push({
      text: all,
      letter: letter.replace(/^dloss\/d/, '∂loss/∂'),
      ...(node !== undefined && { index: to === undefined ? node : `${node}→${to}` }),
    });
    end = match.index + all.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** The number of words of an English text; in a formula, parts separated by spaces are words. */
export const words = (text: string): number => text.split(/\s+/).filter((word) => /\w/.test(word)).length;
