/** `nnbp check`: checks a model's derivatives against finite differences. */
import { Random } from '@nnbp/core';
import { checkNetwork } from '@nnbp/gradcheck';
import { type Command } from 'commander';
import { type Columns, nodeValues } from '../columns.js';
import type { CsvOptions } from '../csv/read.js';
import { Gaps } from '../encode.js';
import { lossNamed, type LossSetup } from '../functions.js';
import { type Io, print } from '../io.js';
import { type Model, type ModelOptions, openModel } from '../model-file.js';
import { finite, openDataFor, integerFrom, withCsvOptions, withModel } from '../options.js';
import { exitCodes, Problem } from '../problem.js';
import { modelRows } from '../samples.js';
import { visibleJson } from '../visible.js';

interface CheckOptions extends ModelOptions, CsvOptions {
  readonly rows: number;
  readonly seed: number;
  readonly maxDerivatives: number;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp check iris.nnbp.safetensors iris.csv
  nnbp check model.onnx --seed 7

Inputs come from the data or are drawn at random. Targets are always drawn at random,
because the gradient of a trained network on its training targets is almost 0. The exit
code is 3 if a derivative is wrong.`;

export function addCheck(program: Command, io: Io): void {
  const command = program.command('check').summary('check the derivatives of a model');
  withCsvOptions(withModel(command).argument('[data]', 'a CSV file; its first rows are used'))
    .description('Compares the derivatives of backpropagation with finite differences of the loss.')
    .option('--rows <count>', 'number of rows to use', integerFrom(1), 5)
    .option('--max-derivatives <count>', 'maximum number of derivatives to compare', integerFrom(1), 1000)
    .option('--seed <number>', 'seed of the random targets and inputs', finite, 0)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((model: string, data: string | undefined, options: CheckOptions) => check(io, model, data, options));
}

async function check(io: Io, modelPath: string, dataPath: string | undefined, options: CheckOptions): Promise<void> {
  const model = await openModel(io, modelPath, options);
  const lossSetup = lossNamed(model.columns.loss);
  const { maxDerivatives, seed } = options;
  const draw = randomRows(model, lossSetup, seed);
  const inputs =
    dataPath === undefined
      ? Array.from({ length: options.rows }, draw.input)
      : await inputsOf(io, model, dataPath, options);
  // The gradient of a trained network on its training targets is almost 0, so finite differences would mostly measure
  // rounding errors.
  const targets = inputs.map(draw.target);
  const report = checkNetwork(model.network, inputs, targets, lossSetup.loss(), { maxDerivatives, seed });
  if (options.json === true) {
    const { ok, comparisons, mismatches, excluded, worst } = report;
    const summary = { ok, compared: comparisons.length, wrong: mismatches, leftOut: excluded.length, worst };
    await print(io.stdout, `${visibleJson(summary, 2)}\n`);
  } else await print(io.stdout, `${report.toString()}\n`);
  if (!report.ok) throw new Problem('A derivative is wrong. See the report above.', exitCodes.wrongDerivative);
}

/** Reads the inputs of the first `options.rows` usable rows. */
async function inputsOf(io: Io, model: Model, path: string, options: CheckOptions): Promise<number[][]> {
  const csv = await openDataFor(io, path, model, options);
  const inputs: number[][] = [];
  const gaps = new Gaps();
  for await (const { input } of modelRows(model, csv, { targets: false, gaps })) {
    if (input !== undefined) inputs.push([...input]);
    if (inputs.length === options.rows) break;
  }
  if (inputs.length > 0) return inputs;
  throw new Problem(`${csv.name} has no usable rows. ${gaps.sentence('left out') ?? ''}`.trim());
}

/**
 * Returns functions that draw random inputs and targets. Categories are drawn uniformly, and numbers are drawn from a
 * normal distribution. If the network has scalers, the numbers have the mean and deviation of the training data.
 */
function randomRows({ network: { inputScaler, outputScaler }, columns }: Model, lossSetup: LossSetup, seed: number) {
  const random = new Random(seed);
  const row = (columns: Columns['inputs'], scaler: typeof inputScaler, categoryTargets?: LossSetup['targets']) => {
    const codes = columns.map((column) =>
      column.kind === 'number' ? random.normal() : Math.floor(random.uniform() * column.values.length),
    );
    return nodeValues(columns, codes, categoryTargets).map((value, k) => scaler?.undo(value, k) ?? value);
  };
  return {
    input: () => row(columns.inputs, inputScaler),
    target: () => row(columns.targets, outputScaler, lossSetup.targets),
  };
}
