/** Pasted text as points: two numbers a line, x and y, as spreadsheets and CSV files write them. */

/** One observation. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the text holds. */
export interface Points {
  readonly points: readonly Point[];
  /** From a first line without numbers; otherwise x and y. */
  readonly names: readonly [x: string, y: string];
}

/** Why the text could not be read, and in which line, from 1. */
export interface PointsProblem {
  readonly why: 'empty' | 'line' | 'tooMany';
  readonly line: number;
}

/** Points that are fitted while a reader waits. */
export const maxPoints = 2000;

/** Reads lines such as `1, 2.5`, `1;2,5` or `1<tab>2.5`. Empty lines and lines that begin with # are skipped. */
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
    else if (isFirst && cells.length >= 2) names = [cells[0], cells[1]];
    else return { why: 'line', line: k + 1 };
    isFirst = false;
    if (points.length > maxPoints) return { why: 'tooMany', line: k + 1 };
  }
  return points.length === 0 ? { why: 'empty', line: 1 } : { points, names };
}

/** The parts of a line. A semicolon or a tab separates them more surely than a comma, which may be a decimal one. */
function cellsOf(line: string): string[] {
  for (const separator of [';', '\t']) {
    if (line.includes(separator)) return line.split(separator).map((cell) => cell.trim());
  }
  return line.includes(',') ? line.split(',').map((cell) => cell.trim()) : line.split(/\s+/);
}

function numberOf(cell: string): number {
  const written = cell.replace(/^"(.*)"$/, '$1').replace(',', '.');
  return written === '' ? NaN : Number(written);
}
