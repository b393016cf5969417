/** Formats rows as columns, with text left-aligned and numbers right-aligned. */
export function table(header, rows) {
  const all = [header, ...rows].map((cells) => cells.map(String));
  const widths = header.map((_, c) => Math.max(...all.map((cells) => cells[c].length)));
  const numeric = header.map((_, c) => rows.some((cells) => typeof cells[c] === 'number' || /^[\d.,]/.test(cells[c])));
  const line = (cells) =>
    cells
      .map((cell, c) => (numeric[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd();
  return [line(all[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...all.slice(1).map(line)].join('\n');
}

/** Formats a number ≥ 0: with two significant digits below 10, with three from 10 to 100, as an integer from 100 on. */
export function short(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(value < 10 ? 2 : 3);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
