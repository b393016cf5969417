/**
 * Finds quantities such as `h_4`, `w_2to4`, `dloss/dx_4` and `dloss/dw` in the text of the chapters, so that they can
 * be shown as symbols with subscripts.
 */
import type { LanguageName } from '../state.js';

export type Text = Readonly<Record<LanguageName, string>>;

export const inBothLanguages = (text: string): Text => ({ en: text, zh: text });

/** A piece of a sentence: plain text or a quantity. */
export interface Piece {
  readonly text: string;
  /**
   * The symbol of a quantity, without its subscript: `x` for `x_4`, `∂loss/∂w` for `dloss/dw_2to4`; undefined for plain
   * text.
   */
  readonly symbol?: string;
  /** The subscript: `4` for `x_4`, `2→4` for `w_2to4`; undefined if the quantity has none. */
  readonly index?: string;
}

const quantity = /(?<!\w)(?:(dloss\/d[xbcwh]|slope|loss|d?[hgxbcwt])_(\w+?)(?:to(\w+))?|(dloss\/d[xbcw]))(?!\w)/g;

export function pieces(text: string): Piece[] {
  const result: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(quantity)) {
    if (match.index > end) result.push({ text: text.slice(end, match.index) });
    const [all, symbol = match[4], node, to] = match;
    result.push({
      text: all,
      symbol: symbol.replace(/^dloss\/d/, '∂loss/∂'),
      ...(node !== undefined && { index: to === undefined ? node : `${node}→${to}` }),
    });
    end = match.index + all.length;
  }
  if (end < text.length) result.push({ text: text.slice(end) });
  return result;
}

/** The number of words in an English text. Parts of a formula that are separated by spaces count as words. */
export const wordCount = (text: string): number => text.split(/\s+/).filter((word) => /\w/.test(word)).length;
