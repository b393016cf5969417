/** Trains a network that forecasts a series, and saves it. */
import { parse as parsePath } from 'node:path';
import { save } from '@nnbp/formats';
import type { Network } from '@nnbp/core';
import { auto } from '@nnbp/wasm';
import { extentOf } from '../extent.js';
import { short } from '../guess.js';
import { activationNamed, lossNamed, optimizerNamed } from '../functions.js';
import { expectOtherFile, isReadOnce, writeWhole } from '../files.js';
import { type Io, pathIn, print } from '../io.js';
import { openData } from '../options.js';
import { loadPlugins } from '../plugins.js';
import { misuse, Problem } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { counted, tableOf } from '../table.js';
import type { Csv } from '../csv/read.js';
import { learn } from '../training/learn.js';
import { expectFinished, type TrainingRun } from '../training/training-run.js';
import { expectNetworkSize } from '../training/network-size.js';
import type { TrainOptions } from '../training/plan.js';
import { duration } from '../training/progress.js';
import { visible, visibleJson } from '../visible.js';
import { type Errors, errorsOf, naive, seasonalNaive } from './baselines.js';
import type { SeriesModel } from './model.js';
import { forecaster, type NetworkShape, outputsOf, type Recurrent, samplesOf, sequencesOf } from './network.js';
import { readSeries, type SeriesTable } from './read.js';
import { seasonOf, stepText, timeText } from './time.js';
import { calendarFor, scaleOf, valuesOf, type Window, windowsOf } from './windows.js';

export interface SeriesOptions extends TrainOptions {
  readonly time?: string;
  readonly window?: number;
  readonly horizon?: number;
  readonly recurrent?: Recurrent;
  readonly season?: number;
}

const defaultWindow = 24;
const defaultValidationSplit = 0.2;
const defaultPatience = 30;

export function expectNoSeriesOptions(options: SeriesOptions): void {
  for (const name of ['window', 'horizon', 'season'] as const) {
    if (options[name] !== undefined) {
      throw misuse(`--${name} requires a time series: set the column of times with --time.`);
    }
  }
}

export async function trainSeries(io: Io, path: string, options: SeriesOptions): Promise<void> {
  const show = (text: string) => (options.json === true ? Promise.resolve() : print(io.stdout, text));
  const target = expectForecastOptions(options);
  const { hidden, seed, recurrent, missingValues } = options;
  const functions = await functionsFor(io, options);
  const csv = await openFile(io, path, options);
  const columns = { target, time: options.time!, group: options.group };
  const table = await readSeries(csv, columns, missingValues);
  const season = options.season ?? seasonOf(table.step);
  const { window, horizon, parts } = windowedParts(csv.name, table, season, options);
  const shape: NetworkShape = { window, horizon, calendar: parts.calendar, recurrent, hidden };
  expectNetworkSize({
    inputs: (recurrent === undefined ? window - 1 : 1) + 2 * parts.calendar.length,
    hidden,
    outputs: horizon,
    recurrent,
    skip: recurrent === undefined,
  });
  const network = forecaster(shape, functions.activation, seed);
  await show(describe(csv.name, table, shape, season, parts));
  const trainingRun = trainingRunFor(parts, functions, options);
  await show(describeRun(network, shape, functions, trainingRun, options));

  const engine = await auto();
  const dataOf = (windows: readonly Window[]) =>
    recurrent === undefined ? samplesOf(windows, shape) : sequencesOf(windows, shape);
  const { ended } = await learn(
    io,
    network,
    functions,
    trainingRun,
    () => ({
      training: dataOf(parts.training),
      ...(parts.validation.length > 0 && { validation: dataOf(parts.validation) }),
    }),
    engine,
    { callbacks: [] },
    seed,
    { rows: parts.training.length * (recurrent === undefined ? 1 : window), standardize: false },
  );

  const testedSet = parts.test.length > 0 ? 'test' : 'validation';
  const errors = compare(parts[testedSet], shape, season, (windows) => outputsOf(engine, network, windows, shape));
  const model: SeriesModel = {
    ...columns,
    ...shape,
    step: table.step,
    season,
    scales: [...parts.scales],
    missingValues,
  };
  const output = options.output ?? `${parsePath(path).name}.nnbp.safetensors`;
  const metadata = { series: { ...model } };
  await writeWhole(pathIn(io, output), save(network, { loss: functions.lossSetup.loss(), metadata }));
  if (options.json === true) {
    const sizes = { training: parts.training.length, validation: parts.validation.length, test: parts.test.length };
    const summary = { model: output, ...columns, step: stepText(table.step), season, window, horizon, windows: sizes };
    await print(io.stdout, `${visibleJson({ ...summary, notes: table.notes, ...ended, errors }, 2)}\n`);
  } else if (errors !== undefined) await show(describeErrors(errors, testedSet, target));
  expectFinished(ended, trainingRun, output);
  await show(
    `\nSaved ${visible(output)} after ${duration(ended.seconds)}. Next: nnbp forecast ${shellWord(output)} ${shellWord(path)}\n`,
  );
}

/** Checks the options. Returns the column to forecast. */
function expectForecastOptions(options: SeriesOptions): string {
  for (const name of ['checkpoint', 'resume', 'category', 'number', 'ignore', 'folds', 'repeats'] as const) {
    if (options[name] !== undefined) throw misuse(`--${name} cannot be combined with --time.`);
  }
  if (options.timeOrdered === true) throw misuse('--time-ordered cannot be combined with --time.');
  if (options.missing !== 'drop') throw misuse('--missing cannot be combined with --time: gaps are never filled in.');
  const [target, ...others] = options.target ?? [];
  if (target === undefined || others.length > 0) {
    throw misuse('Specify one column to forecast, for example --target price.');
  }
  return target;
}

/** The activation, loss and optimizer that the options specify. */
type Functions = Awaited<ReturnType<typeof functionsFor>>;

async function functionsFor(io: Io, options: SeriesOptions) {
  const activation = activationNamed(options.activation, await loadPlugins(io, options.plugin));
  const lossName = options.loss ?? 'mse';
  const lossSetup = lossNamed(lossName);
  if (!lossSetup.numbers) throw misuse(`The loss ${lossName} is for categories. With --time, use mse, mae or huber.`);
  return { activation, ...optimizerNamed(options.optimizer, options.rate), lossName, lossSetup };
}

async function openFile(io: Io, path: string, options: SeriesOptions): Promise<Csv> {
  const file = pathIn(io, path);
  await expectOtherFile(options.output && pathIn(io, options.output), file);
  if (path === '-' || (await isReadOnce(file)))
    throw misuse('Training needs a file: save the data to a file and pass its name.');
  return openData(io, path, options);
}

/** Divides the series into training, validation and test windows. */
function windowedParts(file: string, table: SeriesTable, season: number, options: SeriesOptions) {
  const { horizon = 1, testSplit, validationSplit = defaultValidationSplit } = options;
  // A window of one season plus one value contains every value that the seasonal baseline uses.
  const window = options.window ?? Math.max(defaultWindow, season <= 400 ? season + 1 : 0);
  if (window < 2) throw misuse('--window: expected an integer ≥ 2.');
  const parts = partsOf(table, window, horizon, testSplit, validationSplit);
  if (parts.training.length === 0) {
    throw new Problem(
      `${file} has too few consecutive values: a window of ${window} and a horizon of ${horizon} need ${window + horizon} values before the validation and test sets. Set a smaller --window.`,
    );
  }
  return { window, horizon, parts };
}

function trainingRunFor(parts: Parts, { optimizer }: Functions, options: SeriesOptions): TrainingRun {
  const rows = parts.training.length;
  return {
    rows: {
      training: rows,
      validation: parts.validation.length,
      test: parts.test.length,
      leftOut: 0,
      withoutTarget: 0,
    },
    epochs: options.epochs ?? Math.min(400, Math.max(5, Math.round(200_000 / rows))),
    batch: Math.min(rows, options.batch ?? (optimizer.fullBatch === true ? rows : 32)),
    patience: parts.validation.length > 0 ? (options.patience ?? defaultPatience) : undefined,
  };
}

function describeRun(
  { graph }: Network,
  { recurrent, hidden, horizon }: NetworkShape,
  { activation, lossName, rate }: Functions,
  { batch, epochs }: TrainingRun,
  { optimizer }: SeriesOptions,
): string {
  return (
    `Network:   ${recurrent ?? activation.name} ${hidden.join(', ')} → ${counted(horizon, 'step')}, ${counted(graph.parameterCount, 'parameter')}\n` +
    `Training:  ${lossName}, ${optimizer}${rate === undefined ? '' : ` with learning rate ${rate}`}, batches of ${batch}, up to ${counted(epochs, 'epoch')}\n\n`
  );
}

/** The windows of the training, validation and test sets. Scales and calendar are determined from the training set. */
interface Parts {
  readonly training: readonly Window[];
  readonly validation: readonly Window[];
  readonly test: readonly Window[];
  readonly scales: ReadonlyMap<string, number>;
  readonly calendar: NetworkShape['calendar'];
  /** Times at which the validation and test sets begin. */
  readonly starts: readonly [validation: number, test: number];
}

/**
 * Splits the windows by time: first the training set, then the validation set, then the test set. Windows whose forecast
 * extends into the next set are left out.
 */
function partsOf(
  { series, step }: SeriesTable,
  window: number,
  horizon: number,
  testSplit: number,
  validationSplit: number,
): Parts {
  const times = [...new Set(series.flatMap((one) => one.times))].sort((a, b) => a - b);
  const cut = (share: number) => times[Math.floor(times.length * share)] ?? Infinity;
  const starts = [cut((1 - testSplit) * (1 - validationSplit)), testSplit > 0 ? cut(1 - testSplit) : Infinity] as const;
  const calendar = calendarFor(step, times[0], Math.min(starts[0], times[times.length - 1]));
  const scales = new Map<string, number>();
  const parts = { training: [] as Window[], validation: [] as Window[], test: [] as Window[] };
  for (const one of series) {
    const trainingLength = one.times.filter((time) => time < starts[0]).length;
    const scale = scaleOf(one, trainingLength > 1 ? trainingLength : one.values.length, horizon);
    scales.set(one.name, scale);
    for (const found of windowsOf(one, scale, { window, horizon, calendar })) {
      const [first, last] = [one.times[found.end], one.times[found.end + horizon - 1]];
      if (last < starts[0]) parts.training.push(found);
      else if (first >= starts[0] && last < starts[1]) parts.validation.push(found);
      else if (first >= starts[1]) parts.test.push(found);
    }
  }
  return { ...parts, scales, calendar, starts };
}

function describe(file: string, table: SeriesTable, shape: NetworkShape, season: number, parts: Parts): string {
  const { series, precision, step, notes } = table;
  const rows = series.reduce((sum, { times }) => sum + times.length, 0);
  const [first, last] = extentOf(series.flatMap(({ times }) => [times[0], times[times.length - 1]]));
  const what = series.length === 1 ? '1 series' : `${series.length.toLocaleString('en')} series`;
  const calendar = shape.calendar.length > 0 ? `, with ${shape.calendar.join(', ')}` : '';
  const when = (time: number) => timeText(time, precision);
  const test =
    parts.test.length > 0
      ? `${parts.test.length.toLocaleString('en')} for testing, from ${when(parts.starts[1])}`
      : 'none for testing';
  return (
    `${visible(file)}: ${what}, ${counted(rows, 'value')} from ${when(first)} to ${when(last)}, with a step of ${stepText(step)}.\n` +
    notes.map((text) => `Note: ${visible(text)}\n`).join('') +
    `\nForecast:  ${counted(shape.horizon, 'step')} ahead, from the last ${shape.window} values${calendar}\n` +
    `Windows:   ${parts.training.length.toLocaleString('en')} for training, ` +
    `${parts.validation.length.toLocaleString('en')} for validation, ${test}\n` +
    (season > 1 ? `Season:    ${counted(season, 'step')}\n` : '')
  );
}

export interface Comparison {
  readonly model: Errors;
  readonly naive: Errors;
  readonly seasonalNaive?: Errors;
}

function compare(
  windows: readonly Window[],
  shape: NetworkShape,
  season: number,
  outputsFor: (windows: readonly Window[]) => number[][],
): Comparison | undefined {
  if (windows.length === 0) return undefined;
  const outputs = outputsFor(windows);
  const seasonal = season > 1 ? windows.map((window) => seasonalNaive(window, shape, season)) : [undefined];
  const hasSeason = seasonal.every((forecast) => forecast !== undefined);
  return {
    model: errorsOf(windows, shape, (window, k) => valuesOf(window, outputs[k])),
    naive: errorsOf(windows, shape, (window) => naive(window, shape)),
    ...(hasSeason && {
      seasonalNaive: errorsOf(windows, shape, (_, k) => seasonal[k]),
    }),
  };
}

function describeErrors({ model, naive, seasonalNaive }: Comparison, part: string, target: string): string {
  const line = (name: string, { meanAbsolute, rootMeanSquare }: Errors) => [
    name,
    short(meanAbsolute),
    short(rootMeanSquare),
    naive.meanAbsolute > 0 ? (meanAbsolute / naive.meanAbsolute).toFixed(3) : '–',
  ];
  const lines = [
    line('model', model),
    line('naive (last value)', naive),
    ...(seasonalNaive === undefined ? [] : [line('seasonal naive (one season earlier)', seasonalNaive)]),
  ];
  const title = `Errors of ${visible(target)} on the ${part} set:`;
  const seasonal = seasonalNaive?.meanAbsolute ?? Infinity;
  const best = seasonal < naive.meanAbsolute ? 'seasonal naive' : 'naive';
  const verdict =
    model.meanAbsolute < Math.min(naive.meanAbsolute, seasonal)
      ? ''
      : `\nThe model is no better than the ${best} baseline. Use that baseline, or try another --window or --hidden.\n`;
  return `${title}\n\n${tableOf([['', 'mean absolute', 'root mean square', 'vs. naive'], ...lines], [1, 2, 3])}${verdict}`;
}
