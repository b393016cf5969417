/** Reads points from pasted text: x and y on each line, in the formats of spreadsheets and CSV files. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Points {
  readonly points: readonly Point[];
  /** The first two cells of the first line if neither is a number. Otherwise x and y. */
  readonly names: readonly [x: string, y: string];
}

/** Why the text could not be read. Lines are numbered from 1. */
export interface PointsProblem {
  readonly reason: 'empty' | 'line' | 'tooMany';
  readonly line: number;
}

export const maxPoints = 2000;

/**
 * Reads lines such as `1, 2.5`, `1;2,5`, `1,5 2,5` or `1<tab>2.5`. Empty lines and lines that begin with # are skipped.
 */
export function readPoints(text: string): Points | PointsProblem {
  const points: Point[] = [];
  let names: [string, string] = ['x', 'y'];
  let isFirst = true;
  for (const [k, line] of text.split(/\r\n?|\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const cells = cellsOf(trimmed);
    const [x, y] = cells.map(numberOf);
    if (cells.length >= 2 && Number.isFinite(x) && Number.isFinite(y)) points.push({ x, y });
    else if (isFirst && cells.length >= 2 && Number.isNaN(x) && Number.isNaN(y)) names = [cells[0], cells[1]];
    else return { reason: 'line', line: k + 1 };
    isFirst = false;
    if (points.length > maxPoints) return { reason: 'tooMany', line: k + 1 };
  }
  return points.length === 0 ? { reason: 'empty', line: 1 } : { points, names };
}

/**
 * The cells of a line, without quotes. The separator is the first of these that the line contains: semicolon, tab,
 * comma, space. Exception: in two numbers separated by a space, commas are decimal commas, as in `1,5 2,5`.
 */
function cellsOf(line: string): string[] {
  return separated(line).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function separated(line: string): string[] {
  for (const separator of [';', '\t']) {
    if (line.includes(separator)) return line.split(separator);
  }
  const words = line.split(/\s+/);
  if (!line.includes(',') || isDecimalPair(line, words)) return words;
  return line.split(',');
}

/**
 * Whether a line is a pair such as `1,5 2,5`. A comma next to a space is a separator: `1, 2` and `1 ,2` are 1 and 2.
 */
const isDecimalPair = (line: string, words: readonly string[]) =>
  words.length === 2 && !/,\s|\s,/.test(line) && words.every((word) => Number.isFinite(numberOf(word)));

const numberOf = (cell: string): number => (cell === '' ? NaN : Number(cell.replace(',', '.')));
