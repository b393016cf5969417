/** The rows of a file as a trained model's samples. */
import { type Columns, nodeValues, withoutFill } from './columns.js';
import type { Csv } from './csv/read.js';
import { Encoder, type Gap, Gaps } from './encode.js';
import { lossNamed } from './functions.js';
import type { Model } from './model-file.js';
import { misuse } from './problem.js';
import { counted } from './table.js';

/** A row, encoded if it can be used. */
export interface ModelRow {
  readonly cells: readonly string[];
  readonly number: number;
  /** For the input nodes; undefined if the row has a gap. */
  readonly input: readonly number[] | undefined;
  /** For the output nodes, if they were asked for and the row has no gap. */
  readonly target: readonly number[];
}

/** The rows, encoded. `gaps` counts what cannot be used. */
export async function* modelRows(
  model: Model,
  file: Csv,
  { targets, gaps }: { readonly targets: boolean; readonly gaps: Gaps },
): AsyncGenerator<ModelRow> {
  const { columns } = model;
  const csv = withNames(model, file, targets);
  const inputs = new Encoder(columns.inputs, csv);
  const outputs = targets ? new Encoder(withoutFill(columns.targets), csv) : undefined;
  const codes = new Float64Array(columns.inputs.length);
  const targetCodes = new Float64Array(columns.targets.length);
  const use = lossNamed(columns.loss);
  for await (const { cells, number } of csv.rows()) {
    const gap: Gap | undefined = inputs.encode(cells, codes) ?? outputs?.encode(cells, targetCodes);
    if (gap !== undefined) gaps.add(gap, number);
    yield {
      cells,
      number,
      input: gap === undefined ? nodeValues(columns.inputs, codes) : undefined,
      target: targets && gap === undefined ? nodeValues(columns.targets, targetCodes, use.targets) : [],
    };
  }
}

/** A model without columns reads the columns in their order: inputs, then targets. */
function withNames({ hasColumns, columns }: Model, csv: Csv, targets: boolean): Csv {
  if (hasColumns) return csv;
  const names = namesOf(columns, targets);
  const header = new Set(csv.header);
  if (names.every((name) => header.has(name))) return csv;
  if (csv.header.length < names.length) {
    throw misuse(
      `${csv.name} has ${counted(csv.header.length, 'column')}; the model needs ${columns.inputs.length} for its inputs${targets ? ` and ${columns.targets.length} for its targets` : ''}, in this order.`,
    );
  }
  return { ...csv, header: csv.header.map((name, k) => names[k] ?? name) };
}

const namesOf = ({ inputs, targets }: Columns, all: boolean) =>
  [...inputs, ...(all ? targets : [])].map(({ name }) => name);
