/** Reads pasted text as points: x and y on each line, as spreadsheets and CSV files write them. */

/** One observation. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points in the text. */
export interface Points {
  readonly points: readonly Point[];
  /** From a first line in which neither of the first two cells is a number; otherwise x and y. */
  readonly names: readonly [x: string, y: string];
}

/** Why the text could not be read, and in which line, from 1. */
export interface PointsProblem {
  readonly why: 'empty' | 'line' | 'tooMany';
  readonly line: number;
}

/** Maximum number of points. */
export const maxPoints = 2000;

/** Reads lines such as `1, 2.5`, `1;2,5`, `1,5 2,5` or `1<tab>2.5`. Empty lines and lines that begin with # are skipped. */
export function readPoints(text: string): Points | PointsProblem {
  const points: Point[] = [];
  let names: [string, string] = ['x', 'y'];
  let isFirst = true;
  for (const [k, line] of text.split(/\r\n?|\n/).entries()) {
    const written = line.trim();
    if (written === '' || written.startsWith('#')) continue;
    const cells = cellsOf(written);
    const [x, y] = cells.map(numberOf);
    if (cells.length >= 2 && Number.isFinite(x) && Number.isFinite(y)) points.push({ x, y });
    else if (isFirst && cells.length >= 2 && Number.isNaN(x) && Number.isNaN(y)) names = [cells[0], cells[1]];
    else return { why: 'line', line: k + 1 };
    isFirst = false;
    if (points.length > maxPoints) return { why: 'tooMany', line: k + 1 };
  }
  return points.length === 0 ? { why: 'empty', line: 1 } : { points, names };
}

/**
 * The cells of a line, without quotes. Semicolons and tabs separate cells before commas and spaces do. Two numbers with
 * only spaces between them have decimal commas: `1,5 2,5`.
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

/** A comma next to a space separates: `1, 2` and `1 ,2` are 1 and 2. */
const isDecimalPair = (line: string, words: readonly string[]) =>
  words.length === 2 && !/,\s|\s,/.test(line) && words.every((word) => Number.isFinite(numberOf(word)));

const numberOf = (cell: string): number => (cell === '' ? NaN : Number(cell.replace(',', '.')));
