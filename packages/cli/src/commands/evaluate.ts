/** `nnbp evaluate`: how good a model is on rows whose answer is known. */
import { accuracy, confusionMatrix, evaluate, meanAbsoluteError, rSquared, type Sample } from '@nnbp/train';
import { type Command } from 'commander';
import { categoryOf } from '../columns.js';
import { metricNames, metricText } from '../describe.js';
import type { CsvOptions } from '../csv/read.js';
import { Gaps } from '../encode.js';
import { lossNamed } from '../functions.js';
import { short } from '../guess.js';
import { type Io, note, print } from '../io.js';
import { type ModelOptions, openModel } from '../model-file.js';
import { openDataFor, withCsvOptions, withModel } from '../options.js';
import { Problem } from '../problem.js';
import { modelRows } from '../samples.js';
import { tableOf } from '../table.js';
import { visibleJson } from '../visible.js';

interface EvaluateOptions extends ModelOptions, CsvOptions {
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp evaluate iris.nnbp.safetensors test.csv
  nnbp evaluate houses.nnbp.safetensors test.csv --json`;

/** Adds the command. */
export function addEvaluate(program: Command, io: Io): void {
  const command = program.command('evaluate').summary('evaluate a model on a CSV file with known targets');
  withCsvOptions(withModel(command).argument('<data>', 'a CSV file, or - for the standard input'))
    .description('Compares the predictions of a model with the targets in a CSV file.')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((model: string, data: string, options: EvaluateOptions) => evaluateOn(io, model, data, options));
}

async function evaluateOn(io: Io, modelPath: string, dataPath: string, options: EvaluateOptions): Promise<void> {
  const model = await openModel(io, modelPath, options);
  const csv = await openDataFor(io, dataPath, model, options);
  const gaps = new Gaps();
  let rows = 0;
  const samples = async function* (): AsyncGenerator<Sample> {
    for await (const { input, target } of modelRows(model, csv, { targets: true, gaps })) {
      if (input === undefined) continue;
      rows++;
      yield { input, target };
    }
    if (rows === 0) throw new Problem(`${csv.name} has no usable row. ${gaps.sentence('left out') ?? ''}`.trim());
  };
  const category = categoryOf(model.columns);
  const metrics = category ? [accuracy(), confusionMatrix()] : [rSquared(), meanAbsoluteError()];
  const loss = lossNamed(model.columns.loss).loss();
  const found = await evaluate(model.network, samples(), {
    loss,
    metrics,
    ...(io.signal && { signal: io.signal }),
  });
  if (options.json === true) {
    const summary = { rows, leftOut: gaps.count, lossName: loss.name, ...found, categories: category?.values };
    await print(io.stdout, `${visibleJson(summary, 2)}\n`);
    return;
  }
  const sentence = gaps.sentence('left out');
  if (sentence !== undefined) await note(io, sentence);
  const { confusionMatrix: matrix, ...figures } = found.metrics;
  const lines = [
    ['rows', rows.toLocaleString('en')],
    [loss.name, short(found.loss)],
    ...Object.entries(figures).map(([name, value]) => [metricNames[name] ?? name, metricText(name, value as number)]),
  ];
  await print(io.stdout, tableOf(lines, [1]));
  if (category !== undefined && category.values.length <= 20) {
    await print(io.stdout, `\n${describeConfusion(category.values, matrix as number[][])}`);
  }
}

/** A row for what is true, a column for what was predicted. */
function describeConfusion(values: readonly string[], matrix: readonly (readonly number[])[]): string {
  const rows = matrix.map((counts, k) => [values[k], ...counts.map((count) => (count === 0 ? '·' : String(count)))]);
  const right = values.map((_, k) => k + 1);
  return `Confusion matrix (rows: true, columns: predicted):\n\n${tableOf([['', ...values], ...rows], right)}`;
}
