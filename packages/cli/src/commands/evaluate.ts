/** `nnbp evaluate`: computes loss and metrics of a model on rows with known targets. */
import { confusionMatrix, evaluate, permutationImportance, type Sample } from '@nnbp/train';
import { type Command } from 'commander';
import { categoryOf, type Column, type Columns, nodeCount, type SequenceUse } from '../columns.js';
import type { Csv, CsvOptions } from '../csv/read.js';
import { Gaps } from '../encode.js';
import { lossNamed } from '../functions.js';
import { short } from '../guess.js';
import { type Io, note, print } from '../io.js';
import { metricNames, metricsFor, metricText } from '../metrics.js';
import { type ModelOptions, openModel } from '../model-file.js';
import { noteGaps, noteRepeated, openDataFor, withCsvOptions, withModel } from '../options.js';
import { misuse, Problem } from '../problem.js';
import { modelRows } from '../samples.js';
import { readSequences } from '../sequences/read.js';
import { stepCount, withTargets } from '../sequences/targets.js';
import { counted, tableOf } from '../table.js';
import { visible, visibleJson } from '../visible.js';

interface EvaluateOptions extends ModelOptions, CsvOptions {
  readonly importance?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp evaluate iris.nnbp.safetensors test.csv
  nnbp evaluate houses.nnbp.safetensors test.csv --importance
  nnbp evaluate houses.nnbp.safetensors test.csv --json`;

export function addEvaluate(program: Command, io: Io): void {
  const command = program.command('evaluate').summary('evaluate a model on a CSV file with known targets');
  withCsvOptions(withModel(command).argument('<data>', 'a CSV file, or - for standard input'))
    .description('Compares the predictions of a model with the targets in a CSV file.')
    .option(
      '--importance',
      'show, for each column, how much the loss rises when this column is shuffled (mean and deviation of five shuffles)',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((model: string, data: string, options: EvaluateOptions) => evaluateOn(io, model, data, options));
}

async function evaluateOn(io: Io, modelPath: string, dataPath: string, options: EvaluateOptions): Promise<void> {
  const model = await openModel(io, modelPath, options);
  const csv = await openDataFor(io, dataPath, model, options);
  await noteRepeated(
    io,
    csv,
    model.columns.targets.map(({ name }) => name),
  );
  const { sequences } = model.columns;
  if (sequences !== undefined && options.importance === true) {
    throw misuse(
      '--importance supports only models that read individual rows, but this model reads sequences: remove --importance.',
    );
  }
  const bySequence = sequences && (await sequencesOf(csv, model.columns, sequences, io.signal));
  const gaps = bySequence?.gaps ?? new Gaps();
  const filled = bySequence?.filled ?? new Gaps();
  let rows = bySequence?.rows ?? 0;
  /** Filled only for --importance, which reads the samples more than once. */
  const importanceSamples: Sample[] = [];
  const samples = async function* (): AsyncGenerator<Sample> {
    for await (const { input, target } of modelRows(model, csv, { targets: true, gaps, filled })) {
      if (input === undefined) continue;
      rows++;
      if (options.importance === true) importanceSamples.push({ input, target });
      yield { input, target };
    }
    if (rows === 0) throw new Problem(`${csv.name} has no usable rows. ${gaps.sentence('left out') ?? ''}`.trim());
  };
  const category = categoryOf(model.columns);
  const metrics = [...metricsFor(model.columns), ...(category ? [confusionMatrix()] : [])];
  const loss = lossNamed(model.columns.loss).loss();
  const found = await evaluate(model.network, bySequence?.data ?? samples(), {
    loss,
    metrics,
    ...(io.signal && { signal: io.signal }),
  });
  const importance =
    options.importance === true
      ? await columnImportance(model.columns.inputs, (columns) =>
          permutationImportance(model.network, importanceSamples, {
            loss,
            columns,
            ...(io.signal && { signal: io.signal }),
          }),
        )
      : undefined;
  if (options.json === true) {
    const summary = {
      rows,
      ...(bySequence && { sequences: bySequence.count }),
      leftOut: gaps.count,
      ...(filled.count > 0 && { filled: filled.count }),
      lossName: loss.name,
      ...found,
      categories: category?.values,
      ...(importance && { importance }),
    };
    await print(io.stdout, `${visibleJson(summary, 2)}\n`);
    return;
  }
  await noteGaps(io, gaps, 'left out', filled);
  if (bySequence !== undefined && bySequence.withoutTarget > 0) {
    await note(io, `Left out ${counted(bySequence.withoutTarget, 'group')} without a target or usable rows.`);
  }
  const { confusionMatrix: matrix, ...figures } = found.metrics;
  // The metrics are in the original units of the target, the loss is not.
  const lossLabel = model.network.outputScaler === undefined ? loss.name : `${loss.name} of the standardized target`;
  const lines = [
    ['rows', rows.toLocaleString('en')],
    ...(bySequence === undefined ? [] : [['sequences', bySequence.count.toLocaleString('en')]]),
    [lossLabel, short(found.loss)],
    ...Object.entries(figures).map(([name, value]) => [metricNames[name] ?? name, metricText(name, value as number)]),
  ];
  await print(io.stdout, tableOf(lines, [1]));
  if (category !== undefined && category.values.length <= 20) {
    await print(io.stdout, `\n${describeConfusion(category.values, matrix as number[][])}`);
  }
  if (importance !== undefined) {
    const lines = importance.map(({ column, mean, deviation }) => [visible(column), short(mean), short(deviation)]);
    await print(
      io.stdout,
      `\nIncrease of ${loss.name} when a column is shuffled:\n\n${tableOf([['', 'mean', 'deviation'], ...lines], [1, 2])}`,
    );
  }
}

/** Reads a file and returns the sequences that have targets. */
async function sequencesOf(csv: Csv, { inputs, targets, loss }: Columns, use: SequenceUse, signal?: AbortSignal) {
  const columns = { group: use.group, inputs, targets, loss };
  const table = await readSequences(csv, columns, signal);
  const sequences = table.sequences.flatMap((rows) => withTargets(csv, rows, columns, use.targets) ?? []);
  const withoutTarget = table.sequences.length - sequences.length;
  const sentence = table.gaps.sentence('left out') ?? '';
  if (sequences.length === 0) throw new Problem(`${csv.name} has no group with a target. ${sentence}`.trim());
  return {
    data: { sequences },
    count: sequences.length,
    rows: stepCount(sequences),
    gaps: table.gaps,
    filled: table.filled,
    withoutTarget,
  };
}

interface ColumnImportance {
  readonly column: string;
  readonly mean: number;
  readonly deviation: number;
}

/** The importance of each column, largest first. The nodes of a categorical column are shuffled together. */
async function columnImportance(
  columns: readonly Column[],
  measure: (indices: readonly (readonly number[])[]) => Promise<readonly { mean: number; deviation: number }[]>,
): Promise<ColumnImportance[]> {
  let next = 0;
  const indices = columns.map((column) => Array.from({ length: nodeCount([column]) }, () => next++));
  const found = await measure(indices);
  return columns
    .map(({ name }, k) => ({ column: name, mean: found[k].mean, deviation: found[k].deviation }))
    .sort((a, b) => b.mean - a.mean);
}

function describeConfusion(values: readonly string[], matrix: readonly (readonly number[])[]): string {
  const rows = matrix.map((counts, k) => [values[k], ...counts.map((count) => (count === 0 ? '·' : String(count)))]);
  const rightAligned = values.map((_, k) => k + 1);
  return `Confusion matrix (rows: true, columns: predicted):\n\n${tableOf([['', ...values], ...rows], rightAligned)}`;
}
