/** From the cells of a row to one number a column, by the names of the columns, wherever they stand in the file. */
import type { Column } from './columns.js';
import { isMissing, numberIn } from './csv/cell.js';
import type { Csv } from './csv/read.js';
import { suggestion } from './nearest.js';
import { misuse } from './problem.js';
import { cut, visible } from './visible.js';

/** A cell that cannot be used: nothing is there, or not what the column holds. */
export interface Gap {
  readonly column: string;
  /** Empty if the cell is. */
  readonly found: string;
}

/** Encodes the rows of one file. */
export class Encoder {
  readonly #places: readonly number[];
  readonly #codes: readonly (ReadonlyMap<string, number> | undefined)[];
  readonly #decimal: '.' | ',';

  /** Throws if the file lacks one of the columns. */
  constructor(
    readonly columns: readonly Column[],
    csv: Csv,
  ) {
    this.#decimal = csv.dialect.decimal;
    const needed = columns.map(({ name }) => name);
    this.#places = needed.map((name) => placeOf(name, csv, needed));
    this.#codes = columns.map((column) =>
      column.kind === 'category' ? new Map(column.values.map((value, k) => [value, k])) : undefined,
    );
  }

  /** Writes a number a column from `codes[from]` on; returns the first cell that cannot be used and has no filling. */
  encode(cells: readonly string[], codes: Float64Array, from = 0): Gap | undefined {
    for (let k = 0; k < this.columns.length; k++) {
      const cell = cells[this.#places[k]];
      const code = this.#code(k, cell) ?? this.#fill(k);
      if (code === undefined) return { column: this.columns[k].name, found: isMissing(cell) ? '' : cell };
      codes[from + k] = code;
    }
    return undefined;
  }

  #code(k: number, cell: string): number | undefined {
    if (isMissing(cell)) return undefined;
    const codes = this.#codes[k];
    return codes === undefined ? numberIn(cell, this.#decimal) : codes.get(cell);
  }

  #fill(k: number): number | undefined {
    const column = this.columns[k];
    if (column.fill === undefined) return undefined;
    return column.kind === 'number' ? column.fill : this.#codes[k]?.get(column.fill);
  }
}

function placeOf(name: string, csv: Csv, needed: readonly string[]): number {
  const place = csv.header.indexOf(name);
  if (place >= 0) return place;
  const others = csv.header.filter((other) => !needed.includes(other));
  const hint = csv.named ? suggestion(name, others) : 'Its first row looks like data: does it lack its header?';
  throw misuse(`${csv.name} has no column "${name}", which the model needs. ${hint}`);
}

/** Counts rows that could not be used, and says so. */
export class Gaps {
  count = 0;
  /** What was wrong the last time. */
  last = '';
  #first: string | undefined;

  add(gap: Gap, row: number): void {
    this.count++;
    const shown = (text: string) => `"${cut(visible(text), 60)}"`;
    this.last = `${shown(gap.column)} is ${gap.found === '' ? 'missing' : `${shown(gap.found)}, which the model does not know`}`;
    this.#first ??= `row ${row}: ${this.last}`;
  }

  /** A sentence, or nothing if there was none. */
  sentence(what: string): string | undefined {
    if (this.count === 0) return undefined;
    return `${this.count} ${this.count === 1 ? 'row' : 'rows'} ${what} (${this.#first}).`;
  }
}
