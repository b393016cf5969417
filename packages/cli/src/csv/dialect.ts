/** How a file of rows is written: what stands between cells and inside numbers. Guessed from its beginning. */

/** What the guess found. */
export interface Dialect {
  /** Between two cells. */
  readonly delimiter: string;
  /** Between the whole and the decimals of a number: a comma where cells are separated by semicolons. */
  readonly decimal: '.' | ',';
}

const candidates = [',', ';', '\t', '|'];

/** For messages. */
export const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/** The counts of each candidate outside quotes, a row a line; quotes may hold line ends. */
function counts(text: string, most: number): Map<string, number>[] {
  const lines: Map<string, number>[] = [];
  let line = new Map<string, number>();
  let quoted = false;
  let empty = true;
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    else if (letter === '\n' && !quoted) {
      if (!empty) lines.push(line);
      if (lines.length === most) return lines;
      line = new Map();
      empty = true;
      continue;
    } else if (!quoted && candidates.includes(letter)) line.set(letter, (line.get(letter) ?? 0) + 1);
    if (letter !== '\r') empty = false;
  }
  // The last line may be cut off; alone, it is all there is.
  if (lines.length === 0 && !empty) lines.push(line);
  return lines;
}

/**
 * The candidate that stands equally often in each of the first lines, the most often if several do. A file without
 * any has one column.
 */
export function guessDialect(beginning: string, delimiter?: string): Dialect {
  const lines = counts(beginning, 50);
  const found = (candidate: string) => lines.map((line) => line.get(candidate) ?? 0);
  const steady = candidates
    .map((candidate) => ({ candidate, perLine: found(candidate) }))
    .filter(({ perLine }) => perLine[0] > 0)
    .sort((a, b) => share(b.perLine) - share(a.perLine) || b.perLine[0] - a.perLine[0]);
  const chosen = delimiter ?? steady.at(0)?.candidate ?? ',';
  return { delimiter: chosen, decimal: chosen === ';' && /;\s*"?[+-]?\d+,\d/.test(`;${beginning}`) ? ',' : '.' };
}

/** The part of the lines that have as many as the first. */
const share = (perLine: readonly number[]) => perLine.filter((count) => count === perLine[0]).length / perLine.length;
