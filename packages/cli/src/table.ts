/** Formats tables as aligned columns without borders. */
import Table from 'cli-table3';
import { visible, visibleColored } from './visible.js';

const none = '';
const chars = {
  top: none,
  'top-mid': none,
  'top-left': none,
  'top-right': none,
  bottom: none,
  'bottom-mid': none,
  'bottom-left': none,
  'bottom-right': none,
  left: none,
  'left-mid': none,
  mid: none,
  'mid-mid': none,
  right: none,
  'right-mid': none,
  middle: '  ',
};

/**
 * Formats rows as an indented table. Columns whose index is in `right` are right-aligned. Control characters are
 * escaped, because cells may come from a file.
 */
export function tableOf(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const table = new Table({
    chars,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: (rows.at(0) ?? []).map((_, k) => (right.includes(k) ? 'right' : 'left')),
  });
  table.push(...rows.map((row) => row.map((cell) => visibleColored(cell, visible))));
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd() + '\n')
    .join('');
}

/** Formats a count with its noun: "1 row", "150 rows", "1,234 rows". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
