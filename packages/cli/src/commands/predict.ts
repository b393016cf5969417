/** `nnbp predict`: writes the rows of a file, each with the prediction of the model. */
import { compile, predictSequence } from '@nnbp/core';
import { type Command } from 'commander';
import { open } from 'node:fs/promises';
import { categoryOf, type Columns, type SequenceUse, nodeValues } from '../columns.js';
import type { Csv, CsvOptions } from '../csv/read.js';
import { asPlainText } from '../csv/formula.js';
import { csvLine, numberCell, rounded } from '../csv/write.js';
import { Gaps } from '../encode.js';
import { expectOtherFile, writeData } from '../files.js';
import { lossNamed } from '../functions.js';
import { type Io, note, pathIn, printData } from '../io.js';
import { type Model, type ModelOptions, openModel } from '../model-file.js';
import { noteGaps, openDataFor, withCsvOptions, withModel } from '../options.js';
import { misuse } from '../problem.js';
import { type ModelRow, modelRows } from '../samples.js';
import { readSequences } from '../sequences/read.js';
import { counted } from '../table.js';
import { uniqueNames } from '../unique.js';
import { cut, visible, visibleJson } from '../visible.js';

interface PredictOptions extends ModelOptions, CsvOptions {
  readonly output?: string;
  readonly probabilities?: boolean;
  readonly only?: boolean;
  readonly escapeFormulas?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp predict iris.nnbp.safetensors new.csv > predicted.csv
  nnbp predict iris.nnbp.safetensors new.csv --probabilities --only
  cat new.csv | nnbp predict iris.nnbp.safetensors - --json

Rows are copied unchanged, with a column predicted_TARGET added at the end. A row
with missing values keeps its place and has no prediction. If the model reads sequences
and has one target per group, the output has one row per group. A group whose rows
all have missing values keeps its place and has no prediction.

Cells of the data are copied as they are. If the rows come from an untrusted source and
you want to open the predictions in a spreadsheet, use --escape-formulas: otherwise the
spreadsheet would evaluate a cell such as =HYPERLINK(…). Predicted categories, which come
from the model file, are always escaped.`;

export function addPredict(program: Command, io: Io): void {
  const command = program.command('predict').summary('add predictions to a CSV file');
  withCsvOptions(withModel(command).argument('<data>', 'a CSV file, or - for standard input'))
    .description('Writes the rows of a CSV file, each with its prediction.')
    .option('-o, --output <file>', 'the file to write (default: standard output)')
    .option('--probabilities', 'add a column for the probability of each category')
    .option('--only', 'write only the predictions')
    .option('--escape-formulas', "put ' before text that a spreadsheet would evaluate as a formula")
    .option('--json', 'write one JSON object per row')
    .addHelpText('after', examples)
    .action((model: string, data: string, options: PredictOptions) => predict(io, model, data, options));
}

const rowsAtOnce = 512;

async function predict(io: Io, modelPath: string, dataPath: string, options: PredictOptions): Promise<void> {
  const { output } = options;
  await expectOtherFile(output && pathIn(io, output), ...[modelPath, dataPath].map((path) => pathIn(io, path)));
  const model = await openModel(io, modelPath, options);
  const format = new PredictionFormat(model, options);
  if (model.columns.sequences !== undefined) {
    return predictSequences(io, model, model.columns.sequences, format, dataPath, options);
  }
  const predictor = await compile(model.network, { batchSize: rowsAtOnce });
  const csv = await openDataFor(io, dataPath, model, options);
  const file = options.output === undefined ? undefined : await open(pathIn(io, options.output), 'w');
  const write = (text: string) => (file === undefined ? printData(io.stdout, text) : file.appendFile(text));
  const [gaps, filled] = [new Gaps(), new Gaps()];
  try {
    let head = format.head(csv);
    let waiting: ModelRow[] = [];
    const flush = async () => {
      const known = waiting.filter(({ input }) => input !== undefined).map(({ input }) => input!);
      const outputs = known.length > 0 ? predictor.predictBatch(known) : [];
      let next = 0;
      const lines = waiting.map((row) => format.row(csv, row, row.input === undefined ? undefined : outputs[next++]));
      waiting = [];
      await write(head + lines.join(''));
      head = '';
    };
    for await (const row of modelRows(model, csv, { targets: false, gaps, filled })) {
      waiting.push(row);
      if (waiting.length < rowsAtOnce) continue;
      await flush();
      io.signal?.throwIfAborted();
    }
    await flush();
  } finally {
    await file?.close();
  }
  await noteGaps(io, gaps, 'without a prediction', filled);
}

/** Writes one prediction per group or per row, in the order of the file. */
async function predictSequences(
  io: Io,
  model: Model,
  { group, targets }: SequenceUse,
  format: PredictionFormat,
  dataPath: string,
  options: PredictOptions,
): Promise<void> {
  const csv = await openDataFor(io, dataPath, model, options);
  const { inputs } = model.columns;
  const { sequences, emptyRows, gaps, filled } = await readSequences(csv, { group, inputs, targets: [] }, io.signal);
  const lines: [row: number, line: string][] = [];
  const groupOnly = { ...csv, header: [group] };
  const head = format.head(targets === 'last' ? groupOnly : csv);
  for (const { name, steps } of sequences) {
    io.signal?.throwIfAborted();
    const known = steps.flatMap(({ input }) => (input === undefined ? [] : [nodeValues(inputs, input)]));
    const outputs = known.length > 0 ? predictSequence(model.network, known) : [];
    if (targets === 'last') lines.push([steps[0].row, format.row(groupOnly, { cells: [name] }, outputs.at(-1))]);
    else {
      let next = 0;
      for (const { cells, row, input } of steps) {
        lines.push([row, format.row(csv, { cells }, input === undefined ? undefined : outputs[next++])]);
      }
    }
  }
  if (targets !== 'last') {
    const cells = csv.header.map(() => '');
    for (const row of emptyRows) lines.push([row, format.row(csv, { cells }, undefined)]);
  }
  lines.sort(([a], [b]) => a - b);
  const text = head + lines.map(([, line]) => line).join('');
  await writeData(io, options.output, text);
  await noteGaps(io, gaps, targets === 'last' ? 'left out' : 'without a prediction', filled);
  const unusable = sequences.filter(({ steps }) => steps.every(({ input }) => input === undefined));
  if (targets === 'last' && unusable.length > 0) {
    const name = cut(visible(unusable[0].name), 60);
    await note(io, `${counted(unusable.length, 'group')} without a prediction ("${name}" has no usable rows).`);
  }
}

class PredictionFormat {
  /** The names of the added columns. `head` makes them different from the names in the data. */
  #names: readonly string[];
  /** Rounds a prediction of target column `k`. */
  readonly #rounded: (value: number, k: number) => number;
  readonly columns: Columns;

  constructor(
    { network, columns, hasColumns }: Model,
    readonly options: PredictOptions,
  ) {
    this.columns = columns;
    // If a model that predicts numbers has columns but no output scaler, the model is a fitted formula. Formulas are
    // computed in float64.
    this.#rounded = (value, k) =>
      hasColumns && network.outputScaler === undefined
        ? Number(value.toPrecision(12))
        : rounded(value, network.outputScaler?.deviation[k]);
    const category = categoryOf(columns);
    if (options.probabilities === true && (category === undefined || lossNamed(columns.loss).transform === undefined)) {
      throw misuse(
        network.outputTransform !== 'none'
          ? `The outputs of this model are already ${network.outputTransform === 'logSoftmax' ? 'logarithms of ' : ''}probabilities. Remove --probabilities.`
          : `--probabilities needs a model that predicts a category and was trained with a cross-entropy loss${hasColumns ? `; this one was trained with ${columns.loss}` : ''}.`,
      );
    }
    this.#names = [
      ...columns.targets.map(({ name }) => `predicted_${name}`),
      ...(options.probabilities === true && category ? category.values.map((value) => `p_${value}`) : []),
    ];
  }

  head({ header, dialect }: Csv): string {
    // The data may contain earlier predictions.
    if (this.options.only !== true) this.#names = uniqueNames([...header, ...this.#names]).slice(header.length);
    if (this.options.json === true) return '';
    return csvLine([...(this.options.only === true ? [] : this.#copied(header)), ...this.#names], dialect);
  }

  row(
    { header, dialect, decimal }: Csv,
    { cells }: Pick<ModelRow, 'cells'>,
    outputs: readonly number[] | undefined,
  ): string {
    const copied = this.options.only === true ? [] : cells;
    const predictions = outputs === undefined ? this.#names.map(() => undefined) : this.#predictions(outputs);
    if (this.options.json === true) {
      const entries = [
        ...copied.map((cell, k) => [header[k], cell]),
        ...predictions.map((value, k) => [this.#names[k], value ?? null]),
      ];
      return `${visibleJson(Object.fromEntries(entries))}\n`;
    }
    const written = predictions.map((value) =>
      typeof value === 'number' ? numberCell(value, decimal) : asPlainText(value ?? ''),
    );
    return csvLine([...this.#copied(copied), ...written], dialect);
  }

  #copied(cells: readonly string[]): readonly string[] {
    return this.options.escapeFormulas === true ? cells.map(asPlainText) : cells;
  }

  /** The values of the added columns: numbers, or a category and possibly its probabilities. */
  #predictions(outputs: readonly number[]): (string | number)[] {
    const category = categoryOf(this.columns);
    if (category === undefined) return outputs.map(this.#rounded);
    const best = outputs.indexOf(Math.max(...outputs));
    return [
      category.values[best],
      ...(this.options.probabilities === true ? outputs.map((value) => rounded(value)) : []),
    ];
  }
}
