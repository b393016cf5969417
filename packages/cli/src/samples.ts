/** Reads the rows of a file as samples for a trained model. */
import { type Columns, nodeValues, withoutFill } from './columns.js';
import type { Csv } from './csv/read.js';
import { Encoder, type Gap, Gaps } from './encode.js';
import { lossNamed } from './functions.js';
import type { Model } from './model-file.js';
import { misuse, Problem } from './problem.js';
import { counted } from './table.js';

/** A row of the file, encoded if it is usable. */
export interface ModelRow {
  readonly cells: readonly string[];
  /** The row's number, counted from 1 without the header. */
  readonly number: number;
  /** One number per input node; undefined if a cell cannot be used. */
  readonly input: readonly number[] | undefined;
  /** One number per output node; empty if targets were not requested or a cell cannot be used. */
  readonly target: readonly number[];
}

/**
 * Encodes the rows one by one.
 *
 * @param options - `gaps` counts the rows that cannot be used. `filled` counts the rows in which a fill value replaces
 * an invalid input.
 */
export async function* modelRows(
  model: Model,
  file: Csv,
  { targets, gaps, filled }: { readonly targets: boolean; readonly gaps: Gaps; readonly filled?: Gaps },
): AsyncGenerator<ModelRow> {
  const { columns, network } = model;
  if (network.graph.maxDelay > 0 && columns.sequences === undefined) {
    throw new Problem(
      'The model reads sequences of rows, but its file does not specify the column that identifies them. ' +
        'Only the nnbp file that nnbp train --recurrent saves contains this column.',
    );
  }
  const csv = withNames(model, file, targets);
  const inputs = new Encoder(columns.inputs, csv);
  const outputs = targets ? new Encoder(withoutFill(columns.targets), csv) : undefined;
  const codes = new Float64Array(columns.inputs.length);
  const targetCodes = new Float64Array(columns.targets.length);
  const lossSetup = lossNamed(columns.loss);
  for await (const { cells, number } of csv.rows()) {
    const gap: Gap | undefined = inputs.encode(cells, codes) ?? outputs?.encode(cells, targetCodes);
    if (gap !== undefined) gaps.add(gap, number);
    else if (inputs.replaced !== undefined) filled?.add(inputs.replaced, number);
    yield {
      cells,
      number,
      input: gap === undefined ? nodeValues(columns.inputs, codes) : undefined,
      target: targets && gap === undefined ? nodeValues(columns.targets, targetCodes, lossSetup.targets) : [],
    };
  }
}

/**
 * If the model file does not describe columns, the columns of the model are named after its nodes. If the CSV file has
 * none of these names, its columns are renamed in order: inputs first, then targets.
 */
function withNames({ hasColumns, columns }: Model, csv: Csv, targets: boolean): Csv {
  if (hasColumns) return csv;
  const names = namesOf(columns, targets);
  const header = new Set(csv.header);
  const absent = names.filter((name) => !header.has(name));
  if (absent.length === 0) return csv;
  if (absent.length < names.length) {
    const shown = absent.slice(0, 3).map((name) => `"${name}"`);
    throw misuse(
      `${csv.name} has some of the columns that the model requires, but not ${shown.join(', ')}${absent.length > 3 ? ', …' : ''}. The columns of the model are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
    );
  }
  if (csv.header.length < names.length) {
    throw misuse(
      `${csv.name} has ${counted(csv.header.length, 'column')}, but the model needs ${columns.inputs.length} for its inputs${targets ? ` and ${columns.targets.length} for its targets` : ''}, in this order.`,
    );
  }
  return { ...csv, header: csv.header.map((name, k) => names[k] ?? name) };
}

const namesOf = ({ inputs, targets }: Columns, withTargets: boolean) =>
  [...inputs, ...(withTargets ? targets : [])].map(({ name }) => name);
