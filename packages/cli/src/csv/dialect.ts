/** Detects the dialect of a file: delimiter, quotes, comments, and lines that are not rows. */

import { isNumber } from './number-format.js';

export interface Dialect {
  /** The delimiter. ' ' means any number of spaces and tabs. */
  readonly delimiter: string;
  /** The quote character; null if quotes have no special meaning. */
  readonly quote: string | null;
  /** The character that begins a comment line; undefined if there are no comments. */
  readonly comment: string | undefined;
  /**
   * Number of lines to skip at the beginning of the file: a "sep=" line, or all lines of an ARFF file up to and
   * including `@data`.
   */
  readonly skip: number;
  /** The line breaks that end rows, if there is more than one kind. Undefined: rows end like the first line. */
  readonly lineBreaks: readonly string[] | undefined;
  /** The names of the columns, if the file declares them outside a header row (ARFF). */
  readonly names: readonly string[] | undefined;
}

const candidates = [',', ';', '\t', '|'];
const maxLines = 50;

export const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
  ' ': 'spaces',
};

/**
 * The first line that is neither empty nor an ARFF comment. Loops over the lines, because a regular expression for
 * this can take exponential time.
 */
function firstStatement(text: string): string {
  for (const line of text.split('\n')) {
    const statement = line.trimStart();
    if (statement !== '' && !statement.startsWith('%')) return statement;
  }
  return '';
}

/**
 * Detects the dialect from the first lines of a file.
 *
 * @param beginning - The first lines, without a byte order mark.
 * @param delimiter - The delimiter, if the user specified it.
 */
export function guessDialect(beginning: string, delimiter?: string): Dialect {
  if (/^@relation\s/i.test(firstStatement(beginning))) return arff(beginning);
  const separator = /^sep=(.)\r?(?:\n|$)/i.exec(beginning)?.[1];
  const body = separator === undefined ? beginning : beginning.slice(beginning.indexOf('\n') + 1);
  const comment = hasComments(body) ? '#' : undefined;
  const rows = comment === undefined ? body : body.replaceAll(/^#.*(?:\n|$)/gm, '');
  const chosen = delimiter ?? separator ?? guessDelimiter(rows);
  // In a tab-separated file, a cell such as `"big" one` shows that quotes have no special meaning.
  const unquoted = chosen === '\t' && /(?:^|\t)"[^"\t\n]*"[^"\t\r\n]/m.test(rows);
  return {
    delimiter: chosen,
    quote: unquoted ? null : '"',
    comment,
    skip: separator === undefined ? 0 : 1,
    lineBreaks: hasMixedLineBreaks(rows, chosen) ? ['\r\n', '\n'] : undefined,
    names: undefined,
  };
}

/**
 * Whether lines that begin with # are comments. If the first line is a header, they are not. The first line is a header
 * if it contains a delimiter, and if each candidate delimiter occurs in it as often as in the first line that does not
 * begin with #.
 */
function hasComments(text: string): boolean {
  if (!text.startsWith('#')) return false;
  const lines = text.split('\n', maxLines);
  const row = lines.find((line) => !line.startsWith('#'));
  const shape = (line: string) => candidates.map((candidate) => line.split(candidate).length).join();
  return row !== undefined && (shape(lines[0]) !== shape(row) || shape(row) === shape(''));
}

/**
 * Returns the candidate with the most consistent count per line: of the candidates in the first line, the one for which
 * the largest fraction of lines has the same count as the first line. Since decimal commas can be as consistent as the
 * delimiter, a tie is decided by the fraction of cells that are numbers, and then by the count in the first line.
 *
 * If the first line contains no candidate, or its commas are decimal commas, returns a space if spaces separate the
 * columns, and a comma if they do not.
 */
function guessDelimiter(text: string): string {
  const lines = counts(text);
  const countPerLine = (candidate: string) => lines.map((line) => line.get(candidate) ?? 0);
  const consistent = candidates
    .map((candidate) => ({ candidate, perLine: countPerLine(candidate) }))
    .filter(({ perLine }) => perLine[0] > 0)
    .sort(
      (a, b) =>
        share(b.perLine) - share(a.perLine) ||
        fractionOfNumbers(text, b.candidate) - fractionOfNumbers(text, a.candidate) ||
        b.perLine[0] - a.perLine[0],
    );
  const [best] = consistent;
  const commasAreDecimal =
    best?.candidate === ',' && fractionOfNumbers(text, ',') < 1 && fractionOfNumbers(text, ' ') === 1;
  if (best !== undefined && !commasAreDecimal) return best.candidate;
  return isSeparatedBySpaces(text) ? ' ' : ',';
}

/** Counts the occurrences of each candidate outside quotes, line by line. Quoted cells may contain line breaks. */
function counts(text: string): Map<string, number>[] {
  const lines: Map<string, number>[] = [];
  let line = new Map<string, number>();
  let quoted = false;
  let empty = true;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === '\n' && !quoted) {
      if (!empty) lines.push(line);
      if (lines.length === maxLines) return lines;
      line = new Map();
      empty = true;
      continue;
    } else if (!quoted && candidates.includes(character)) line.set(character, (line.get(character) ?? 0) + 1);
    if (character !== '\r') empty = false;
  }
  // A last line without a line break may be incomplete, so it counts only if it is the only line.
  if (lines.length === 0 && !empty) lines.push(line);
  return lines;
}

/**
 * Whether some lines end with CR LF and others with LF. If the lines differ in the number of delimiters, returns false,
 * because an LF may then be part of a cell.
 */
function hasMixedLineBreaks(text: string, delimiter: string): boolean {
  const unquoted = text.replaceAll(/"[^"]*"/g, '');
  if (!unquoted.includes('\r\n') || !/(?:^|[^\r])\n/.test(unquoted)) return false;
  return share(counts(text).map((line) => line.get(delimiter) ?? 0)) === 1;
}

/** The fraction of cells that are numbers if the candidate is the delimiter. */
function fractionOfNumbers(text: string, candidate: string): number {
  const lines = text.split(/\r?\n/, maxLines + 1);
  // The last line may be incomplete.
  if (lines.length > 1) lines.pop();
  const cells = lines.flatMap((line) => (candidate === ' ' ? line.trim().split(/\s+/) : line.split(candidate)));
  return cells.filter((cell) => isNumber(cell.trim())).length / Math.max(cells.length, 1);
}

/** The fraction of lines with the same count as the first line. */
const share = (perLine: readonly number[]) => perLine.filter((count) => count === perLine[0]).length / perLine.length;

/**
 * Whether every line has the same number of words, at least two, and most words below the first line are numbers. The
 * first line may have one word fewer, but must have two or more: below a single name, `1 234` is one number, with a
 * space as thousands separator.
 */
function isSeparatedBySpaces(text: string): boolean {
  const lines = text.split('\n', maxLines).filter((line) => line.trim() !== '');
  const rows = lines.map((line) => line.trim().split(/\s+/));
  const words = rows.slice(1).flat();
  const numbers = words.filter((word) => /^[+-]?[\d.,]+(?:e[+-]?\d+)?$/i.test(word));
  if (rows.length < 2 || rows[0].length < 2) return false;
  const [{ length: names }, { length: width }] = rows;
  // `write.table` in R writes row names, but no name for their column.
  const hasNames = width === names || width === names + 1;
  return hasNames && rows.slice(1).every(({ length }) => length === width) && numbers.length > words.length / 2;
}

/** Reads the header of an ARFF file (the format of Weka), which declares each column before the rows. */
function arff(beginning: string): Dialect {
  const lines = beginning.split('\n');
  const data = lines.findIndex((line) => /^\s*@data\s*$/i.test(line));
  const declared = lines.slice(0, data < 0 ? lines.length : data);
  const names = declared.flatMap((line) => {
    const found = /^\s*@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))/i.exec(line);
    return found === null ? [] : [found[1] ?? found[2] ?? found[3]];
  });
  return { delimiter: ',', quote: "'", comment: '%', skip: declared.length + 1, lineBreaks: undefined, names };
}

export function rowsIn(text: string, { skip }: Dialect): string {
  let from = 0;
  for (let k = 0; k < skip; k++) {
    const end = text.indexOf('\n', from);
    if (end < 0) return '';
    from = end + 1;
  }
  return text.slice(from);
}

/** The lines, with each run of spaces between cells replaced by a single space. */
export const withSingleSpaces = (text: string): string =>
  text.replaceAll(/"[^"]*"|[ \t]+/g, (found, at: number) => {
    if (found.startsWith('"')) return found;
    return at === 0 || text[at - 1] === '\n' || /[\r\n]/.test(text[at + found.length] ?? '\n') ? '' : ' ';
  });
