/** Encodes the cells of a row as one number per column. Finds columns by name, in any order. */
import type { Column } from './columns.js';
import { categoryOf } from './csv/column-kind.js';
import { type Decimal, numberIn } from './csv/number-format.js';
import type { Csv } from './csv/read.js';
import { suggestion } from './nearest.js';
import { misuse } from './problem.js';
import { cut, visible } from './visible.js';

/** A cell that cannot be used: it is missing, not a number, or not a known category. */
export interface Gap {
  readonly column: string;
  readonly kind: Column['kind'];
  /** The content of the cell; '' if it has no value. */
  readonly cell: string;
}

export class Encoder {
  /**
   * In the last encoded row, the first cell whose value cannot be used, so that the fill value replaced it. Missing
   * values do not count. Undefined if the row has no such cell.
   */
  replaced: Gap | undefined;
  readonly #columnIndices: readonly number[];
  readonly #codes: readonly (ReadonlyMap<string, number> | undefined)[];
  readonly #fills: readonly (number | undefined)[];
  readonly #decimals: readonly Decimal[];
  /** For each column, whether its values are numbers. True for a column of categories if every category is a number. */
  readonly #hasNumbers: readonly boolean[];

  /** @throws Problem if the file does not have all these columns. */
  constructor(
    readonly columns: readonly Column[],
    readonly csv: Csv,
  ) {
    const indexOf = new Map(csv.header.map((name, index) => [name, index]));
    this.#columnIndices = columns.map(({ name }) => indexOf.get(name) ?? missingColumn(name, csv, columns));
    this.#decimals = this.#columnIndices.map((index) => csv.decimals[index]);
    this.#codes = columns.map((column) =>
      column.kind === 'category' ? new Map(column.values.map((value, k) => [value, k])) : undefined,
    );
    this.#hasNumbers = columns.map(
      (column, k) =>
        column.kind === 'number' || column.values.every((value) => numberIn(value, this.#decimals[k]) !== undefined),
    );
    this.#fills = columns.map(({ fill }, k) => (typeof fill === 'string' ? this.#codes[k]?.get(fill) : fill));
  }

  /**
   * Writes one number per column to `codes`, starting at index `from`. Returns the first cell that has neither a code
   * nor a fill value.
   */
  encode(cells: readonly string[], codes: Float64Array, from = 0): Gap | undefined {
    this.replaced = undefined;
    for (let k = 0; k < this.columns.length; k++) {
      const cell = cells[this.#columnIndices[k]].trim();
      const code = this.#code(k, cell);
      const used = code ?? this.#fills[k];
      if (code === undefined) {
        const { name, kind } = this.columns[k];
        const gap = { column: name, kind, cell: this.#isMissing(k, cell) ? '' : cell };
        if (used === undefined) return gap;
        if (gap.cell !== '') this.replaced ??= gap;
      }
      codes[from + k] = used!;
    }
    return undefined;
  }

  #code(k: number, cell: string): number | undefined {
    const { missing } = this.csv.format;
    if (missing.always(cell)) return undefined;
    const codes = this.#codes[k];
    if (codes === undefined) return missing.inNumbers(cell) ? undefined : numberIn(cell, this.#decimals[k]);
    return codes.get(cell) ?? codes.get(categoryOf(cell));
  }

  #isMissing(k: number, cell: string): boolean {
    const { missing } = this.csv.format;
    return missing.always(cell) || (this.#hasNumbers[k] && missing.inNumbers(cell));
  }
}

function missingColumn(name: string, csv: Csv, columns: readonly Column[]): never {
  const needed = new Set(columns.map((column) => column.name));
  const others = csv.header.filter((other) => !needed.has(other));
  const hint = csv.named
    ? suggestion(name, others)
    : 'Its first row looks like data. If it contains the column names, add --header. If not, add a header to the file.';
  throw misuse(`${csv.name} has no column "${name}", which the model requires. ${hint}`);
}

/** Counts rows that cannot be used. */
export class Gaps {
  count = 0;
  /** Why the last of these rows cannot be used. */
  last = '';
  #first: string | undefined;

  add(gap: Gap, row: number): void {
    this.count++;
    const shown = (text: string) => `"${cut(visible(text), 60)}"`;
    const reason = gap.kind === 'number' ? 'is not a number' : 'did not occur in training';
    this.last = `${shown(gap.column)} is ${gap.cell === '' ? 'missing' : `${shown(gap.cell)}, which ${reason}`}`;
    this.#first ??= `row ${row}: ${this.last}`;
  }

  /** "6 rows left out (row 8: …).", or undefined if there are none. */
  sentence(what: string): string | undefined {
    if (this.count === 0) return undefined;
    return `${this.count.toLocaleString('en')} ${this.count === 1 ? 'row' : 'rows'} ${what} (${this.#first}).`;
  }
}
