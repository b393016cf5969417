/** `nnbp train`: trains a network on a table, and saves it. */
import { parse as parsePath } from 'node:path';
import type { Engine } from '@nnbp/core';
import { type CrossValidation, type Data, evaluate } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeFile, describeResults, type Results } from '../describe.js';
import { activationNames, lossNames, optimizerNames } from '../functions.js';
import { expectUnchanged } from '../files.js';
import { formats } from '../formats.js';
import { type Io, note, pathIn, print } from '../io.js';
import { metricsFor } from '../metrics.js';
import { saveModel } from '../model-file.js';
import { collect, finite, numberBetween, integerFrom, withCsvOptions } from '../options.js';
import { misuse } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { openCheckpoints } from '../training/checkpoint.js';
import {
  planTrainingRun,
  defaultPatience,
  describeTrainingRun,
  describeEnd,
  epochsFor,
  expectFinished,
  settingsOf,
  summaryOf,
} from '../training/training-run.js';
import { crossValidation, describeFolds, progressLine, summaryOfFolds } from '../training/cross-validation.js';
import { encodedRows, trainingData, validationFraction } from '../training/data.js';
import { learn, partsOf } from '../training/learn.js';
import { networkFor } from '../training/network.js';
import { sizeProblem } from '../training/network-size.js';
import { type Plan, planFor, type TrainOptions } from '../training/plan.js';
import { duration } from '../training/progress.js';
import { expectNoSeriesOptions, type SeriesOptions, trainSeries } from '../series/train.js';
import { trainSequences } from '../sequences/train.js';
import { recurrentLayers } from '../series/network.js';
import { visible, visibleJson } from '../visible.js';

const examples = `
Examples:
  nnbp train iris.csv --target species
  nnbp train houses.csv --target price --ignore address --hidden 32,16 --epochs 300
  nnbp train big.csv --target label --batch 256 --checkpoint run1
  nnbp train big.csv --target label --batch 256 --checkpoint run1 --resume
  nnbp train sales.csv --target units --time date --horizon 7
  nnbp train sales.csv --target units --time date --group store --recurrent lstm --hidden 32
  nnbp train gestures.csv --target label --group id --recurrent lstm

The type of each column is detected and shown; --number, --category and --ignore
override it. Numbers are standardized, and each value of a category becomes an input;
the model file stores these conversions. If the rows do not fit in memory, every epoch
reads them from disk.

A fifth of the rows is the test set, and a fifth of the rest is the validation set.
Training stops when the validation loss no longer decreases, and the parameters of the
best epoch are kept.

With --time, the rows are a series: the last fifth is the test set, and the report
compares the model with two baselines: the last value, and the value one season earlier.

With --recurrent and --group, rows with the same value in the group column are one
sequence. If the target has one value per group, the network predicts it after the last
row of the group; if the target varies within a group, the network predicts it at each row.
A group is never split between the training, validation and test sets.`;

function sizes(text: string): number[] {
  if (text === 'none') return [];
  const hidden = text.split(',').map(integerFrom(1));
  // This checks only the hidden layers. When the columns are known, `expectNetworkSize` checks the whole network.
  const problem = sizeProblem({ inputs: 0, hidden, outputs: 0 });
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return hidden;
}

export const withColumnOptions = (command: Command): Command =>
  withCsvOptions(command)
    .option('-t, --target <column>', 'the column to predict; repeat the option for several columns of numbers', collect)
    .option('--number <column>', 'treat the column as a number', collect)
    .option('--category <column>', 'treat the column as a category', collect)
    .option('--ignore <column>', 'do not use the column', collect)
    .addOption(
      new Option(
        '--missing <how>',
        'rows with missing inputs: drop them, or fill in the mean (the mode for a category)',
      )
        .choices(['drop', 'mean'])
        .default('drop'),
    );

export function addTrain(program: Command, io: Io): void {
  withColumnOptions(program.command('train').argument('<data>', 'a CSV file'))
    .summary('train a network on a CSV file')
    .description('Trains a network that predicts a column of a CSV file from the other columns, and saves it.')
    .option('-o, --output <file>', 'the model file (default: DATA.nnbp.safetensors)')
    .addOption(
      new Option('--hidden <sizes>', 'number of nodes in each hidden layer, such as 32,16, or none')
        .argParser(sizes)
        .default([16], '16'),
    )
    .option('--plugin <file>', 'a JavaScript file that exports custom activations', collect)
    .option('--activation <name>', `activation of the hidden nodes: ${activationNames.join(', ')}`, 'tanh')
    .option(
      '--loss <name>',
      `loss function: ${lossNames.join(', ')} (default: mse for numbers, softmaxCrossEntropy for categories)`,
    )
    .option('--optimizer <name>', `optimizer: ${optimizerNames.join(', ')}`, 'adam')
    .option('--rate <number>', 'learning rate (default: depends on the optimizer)', numberBetween(0, Infinity, true))
    .option('--epochs <count>', 'maximum number of epochs (default: 5 to 400, fewer for more rows)', integerFrom(1))
    .option('--batch <count>', 'batch size (default: 32, or all rows for a full-batch optimizer)', integerFrom(1))
    .option(
      '--patience <epochs>',
      'stop if the validation loss has not decreased for more than this many epochs (default: 50, or 30 with --time)',
      integerFrom(1),
    )
    .option('--test-split <fraction>', 'fraction of the rows for the test set', numberBetween(0, 1), 0.2)
    .option(
      '--validation-split <fraction>',
      'size of the validation set, as a fraction of the rows outside the test set (default: 0.2 with --time or at least 50 such rows; otherwise 0)',
      numberBetween(0, 1),
    )
    .option(
      '--folds <count>',
      'number of folds for cross-validation; the model is trained on all rows afterwards',
      integerFrom(2),
    )
    .option('--repeats <count>', 'number of times to divide the rows into folds', integerFrom(1))
    .option(
      '--time-ordered',
      'the rows are in chronological order: train on the rows before each fold, and test on the fold',
    )
    .option('--seed <number>', 'random seed', finite, 0)
    .option('--checkpoint <directory>', 'write a checkpoint to this directory after each epoch')
    .option('--resume', 'resume bit-for-bit from the newest checkpoint')
    .option('--time <column>', 'forecast a time series: the column of times, such as 2024-05-31 or 17')
    .option(
      '--group <column>',
      'with --time: the column that identifies the series; with --recurrent: the column that identifies the sequence; otherwise: keep rows with the same value of this column in the same set or fold',
    )
    .option(
      '--window <steps>',
      'with --time: number of past values to read (default: 24; for a season of 24 to 400 steps, one more than the season)',
      integerFrom(2),
    )
    .option('--horizon <steps>', 'with --time: number of steps to forecast (default: 1)', integerFrom(1))
    .addOption(
      new Option(
        '--recurrent <layer>',
        'with --group: the rows of a group are a sequence, read step by step; with --time: read the window step by step',
      ).choices(Object.keys(recurrentLayers)),
    )
    .option(
      '--season <steps>',
      'with --time: steps per season (default: from the time between rows, such as 24 for hourly data)',
      integerFrom(1),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action((path: string, options: SeriesOptions) => {
      expectModelFile(options.output);
      if (options.time !== undefined) return trainSeries(io, path, options);
      if (options.recurrent !== undefined) return trainSequences(io, path, options);
      expectNoSeriesOptions(options);
      return train(io, path, options);
    });
}

/** Throws if the extension of the output file belongs to another format. */
function expectModelFile(output: string | undefined): void {
  const other = formats.find(
    ({ name, write, extensions }) => name !== 'nnbp' && write && extensions.some((ending) => output?.endsWith(ending)),
  );
  if (other === undefined) return;
  throw misuse(
    `--output ${output}: nnbp train saves models in the nnbp format. Use a name that ends with .nnbp.safetensors, then convert the file: nnbp convert MODEL ${shellWord(output!)}.`,
  );
}

async function train(io: Io, path: string, options: TrainOptions): Promise<void> {
  const show = (text: string) => (options.json === true ? Promise.resolve() : print(io.stdout, text));
  if (options.folds === undefined && (options.repeats !== undefined || options.timeOrdered === true)) {
    throw misuse('--repeats and --time-ordered require cross-validation: add --folds, for example --folds 5.');
  }
  if (options.group !== undefined && options.timeOrdered === true) {
    throw misuse('--group and --time-ordered cannot be combined: folds preserve either groups or chronological order.');
  }
  const plan = await planFor(io, path, options);
  const { csv, inputs, targets, lossSetup, usableRows: rows } = plan;
  await show(describeFile(io, csv, plan.rows, plan.guesses));
  const { seed, folds } = options;
  // Cross-validation already tests on all rows, so there is no test set.
  const testSplit = folds === undefined ? options.testSplit : 0;
  const engine = await auto();
  const validated = folds === undefined ? undefined : await crossValidate(io, plan, options, engine);
  if (validated !== undefined) await show(`\n${describeFolds(validated, options.group)}`);
  const validationSplit = validationFraction(options.validationSplit, rows * (1 - testSplit));
  const data = await trainingData(csv, {
    ...{ inputs, targets, rows, testSplit, validationSplit, seed },
    group: options.group,
    signal: io.signal,
  });
  try {
    await expectUnchanged(pathIn(io, path), plan.fingerprint);
    const withoutTarget = data.withoutTarget.sentence('left out for lack of a target');
    if (withoutTarget !== undefined) await note(io, withoutTarget);
    const gaps = data.gaps.sentence('left out');
    if (gaps !== undefined) await note(io, `${gaps} With --missing mean, missing inputs are filled in.`);
    const trainingRun = planTrainingRun(plan, options, data);
    const { missingValues } = options;
    const columns = { inputs, targets, loss: plan.lossName, ...(missingValues !== undefined && { missingValues }) };
    const checkpoints = await openCheckpoints(
      io,
      { ...options, activation: plan.activation },
      { columns, ...settingsOf(plan, trainingRun, options) },
    );
    const network = checkpoints.found?.network ?? networkFor(plan, data, options);
    await show(describeTrainingRun(plan, trainingRun, network, options));
    const { parts, ended } = await learn(
      io,
      network,
      plan,
      trainingRun,
      (randomForEpoch) => partsOf(plan, data, randomForEpoch),
      engine,
      checkpoints,
      seed,
    );

    const metrics = metricsFor(plan);
    const assess = (samples: Data) => evaluate(network, samples, { loss: lossSetup.loss(), metrics, engine });
    // A pass over data on disk is slow: if there is a test set, the other sets are not evaluated.
    const evaluateAllSets = data.training.inMemory || parts.test === undefined;
    const results: Results = {
      ...(evaluateAllSets && { training: await assess(parts.training) }),
      ...(evaluateAllSets && parts.validation !== undefined && { validation: await assess(parts.validation) }),
      ...(parts.test !== undefined && { test: await assess(parts.test) }),
    };
    const output = options.output ?? `${parsePath(path).name}.nnbp.safetensors`;
    await saveModel(pathIn(io, output), network, columns);
    if (options.json === true) {
      const summary = {
        model: output,
        ...summaryOf(plan, trainingRun, network),
        ...ended,
        ...results,
        ...(validated && { crossValidation: summaryOfFolds(validated) }),
      };
      await print(io.stdout, `${visibleJson(summary, 2)}\n`);
    }
    await show(describeEnd(ended, trainingRun) + describeResults(results, trainingRun.rows));
    expectFinished(ended, trainingRun, output);
    const withPlugins = (options.plugin ?? []).map((file) => ` --plugin ${shellWord(file)}`).join('');
    await show(
      `\nSaved ${visible(output)} after ${duration(ended.seconds)}. Next: nnbp predict ${shellWord(output)} ${shellWord(path)}${withPlugins}\n`,
    );
  } finally {
    await data.close();
  }
}

/** Runs cross-validation, with epochs and early stopping chosen as for training. */
async function crossValidate(io: Io, plan: Plan, options: TrainOptions, engine: Engine): Promise<CrossValidation> {
  const { repeats, timeOrdered, batch } = options;
  const folds = options.folds!;
  const encoded = await encodedRows(plan, options.group, io.signal);
  const line = progressLine(io);
  line.show(`fold 1 of ${folds * (repeats ?? 1)}`);
  const rows = Math.floor(encoded.codes.length * (1 - 1 / folds));
  const validationSplit = validationFraction(options.validationSplit, rows);
  try {
    return await crossValidation(plan, encoded, options, {
      folds,
      ...(repeats !== undefined && { repeats }),
      ...(timeOrdered !== undefined && { timeOrdered }),
      epochs: options.epochs ?? epochsFor(rows),
      validationSplit,
      patience: options.patience ?? (validationSplit > 0 ? defaultPatience : undefined),
      batch,
      engine,
      signal: io.signal,
      onFold: (done, total) => line.show(`fold ${Math.min(done + 1, total)} of ${total}`),
    });
  } finally {
    line.end();
  }
}
