/** Trains a network that forecasts a series, and saves it. */
import { parse as parsePath } from 'node:path';
import { save } from '@nnbp/formats';
import { type Callback, DivergedError, fit } from '@nnbp/train';
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
import { expectFinished } from '../training/training-run.js';
import type { TrainOptions } from '../training/plan.js';
import { duration, progressBar } from '../training/progress.js';
import { visible, visibleJson } from '../visible.js';
import { type Errors, errorsOf, naive, seasonalNaive } from './baselines.js';
import type { SeriesModel } from './model.js';
import { forecaster, type NetworkShape, outputsOf, type Recurrent, samplesOf, sequencesOf } from './network.js';
import { readSeries, type SeriesTable } from './read.js';
import { seasonOf, stepText, timeText } from './time.js';
import { calendarFor, scaleOf, valuesOf, type Window, windowsOf } from './windows.js';

/** Options of `train` for time series. */
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

/** Throws if an option for series is given without --time. */
export function expectNoSeriesOptions(options: SeriesOptions): void {
  for (const name of ['window', 'horizon', 'season'] as const) {
    if (options[name] !== undefined) {
      throw misuse(`--${name} is for time series: name the column of times with --time.`);
    }
  }
}

/** The part of `train` for a table with a column of times. */
export async function trainSeries(io: Io, path: string, options: SeriesOptions): Promise<void> {
  const show = (text: string) => (options.json === true ? Promise.resolve() : print(io.stdout, text));
  const { target: targets = [], hidden, seed, testSplit, recurrent, horizon = 1, missingValues } = options;
  for (const name of ['checkpoint', 'resume', 'category', 'number', 'ignore', 'folds', 'repeats'] as const) {
    if (options[name] !== undefined) throw misuse(`--${name} cannot be combined with --time.`);
  }
  if (options.timeOrdered === true) throw misuse('--time-ordered cannot be combined with --time.');
  if (options.missing !== 'drop') throw misuse('--missing cannot be combined with --time: gaps are never filled in.');
  if (targets.length !== 1) throw misuse('Specify one column to forecast, for example --target price.');
  const activation = activationNamed(options.activation, await loadPlugins(io, options.plugin));
  const { optimizer, rate } = optimizerNamed(options.optimizer, options.rate);
  const lossName = options.loss ?? 'mse';
  const loss = lossNamed(lossName);
  if (!loss.numbers) throw misuse(`The loss ${lossName} is for categories: with --time, use mse, mae or huber.`);
  const file = pathIn(io, path);
  await expectOtherFile(options.output && pathIn(io, options.output), file);
  if (path === '-' || (await isReadOnce(file))) throw misuse('train reads a file: save the data and pass its name.');
  const csv = await openData(io, path, options);
  const columns = { target: targets[0], time: options.time!, group: options.group };
  const table = await readSeries(csv, columns, missingValues);
  const season = options.season ?? seasonOf(table.step);
  // A window of one season plus one value contains everything that the seasonal baseline uses.
  const window = options.window ?? Math.max(defaultWindow, season <= 400 ? season + 1 : 0);
  if (window < 2) throw misuse('--window: expected an integer ≥ 2.');
  const parts = partsOf(table, window, horizon, testSplit, options.validationSplit ?? defaultValidationSplit);
  const shape: NetworkShape = { window, horizon, calendar: parts.calendar, recurrent, hidden };
  if (parts.training.length === 0) {
    throw new Problem(
      `${csv.name} has too few consecutive values: a window of ${window} and a horizon of ${horizon} need ${window + horizon} before the validation and test parts. Set a smaller --window.`,
    );
  }
  const network = forecaster(shape, activation, seed);
  await show(describe(csv.name, table, shape, season, parts));

  const engine = await auto();
  const batch = Math.min(
    parts.training.length,
    options.batch ?? (optimizer.fullBatch === true ? parts.training.length : 32),
  );
  const epochs = options.epochs ?? Math.min(400, Math.max(5, Math.round(200_000 / parts.training.length)));
  await show(
    `Network:   ${recurrent ?? activation.name} ${hidden.join(', ')} → ${counted(horizon, 'step')}, ${counted(network.graph.parameterCount, 'parameter')}\n` +
      `Training:  ${lossName}, ${options.optimizer}${rate === undefined ? '' : ` with learning rate ${rate}`}, batches of ${batch}, up to ${counted(epochs, 'epoch')}\n\n`,
  );
  const dataOf = (windows: readonly Window[]) =>
    recurrent === undefined ? samplesOf(windows, shape) : sequencesOf(windows, shape);
  const rows = parts.training.length * (recurrent === undefined ? 1 : window);
  const bar = progressBar(io, rows);
  const startTime = performance.now();
  let epoch = 0;
  let stoppedBy = 'interrupt';
  let bestEpoch: number | undefined;
  const count: Callback = { onEpochEnd: (progress) => void (epoch = progress.epoch) };
  try {
    const report = await fit(network, dataOf(parts.training), {
      loss: loss.loss(),
      optimizer,
      epochs,
      batchSize: batch,
      seed,
      engine,
      standardize: false,
      ...(parts.validation.length > 0 && {
        validation: dataOf(parts.validation),
        earlyStopping: { patience: options.patience ?? defaultPatience },
      }),
      ...(io.signal !== undefined && { signal: io.signal }),
      callbacks: [count, ...bar.callbacks],
    });
    ({ stoppedBy, bestEpoch } = report);
  } catch (error) {
    if (error instanceof DivergedError) throw new Problem(`${error.message} Try a smaller learning rate with --rate.`);
    if (io.signal?.aborted !== true) throw error;
  } finally {
    bar.stop();
  }
  const seconds = (performance.now() - startTime) / 1000;

  const report = compare(parts.test.length > 0 ? parts.test : parts.validation, shape, season, (windows) =>
    outputsOf(engine, network, windows, shape),
  );
  const model: SeriesModel = {
    ...columns,
    ...shape,
    step: table.step,
    season,
    scales: [...parts.scales],
    missingValues,
  };
  const output = options.output ?? `${parsePath(path).name}.nnbp.safetensors`;
  await writeWhole(pathIn(io, output), save(network, { loss: loss.loss(), metadata: { series: { ...model } } }));
  if (options.json === true) {
    const sizes = { training: parts.training.length, validation: parts.validation.length, test: parts.test.length };
    const summary = { model: output, ...columns, step: stepText(table.step), season, window, horizon, windows: sizes };
    const ended = { stoppedBy, epochs: epoch, ...(bestEpoch !== undefined && { bestEpoch }), seconds };
    await print(io.stdout, `${visibleJson({ ...summary, notes: table.notes, ...ended, errors: report }, 2)}\n`);
  } else if (report !== undefined) {
    await show(describeErrors(report, parts.test.length > 0 ? 'test' : 'validation', targets[0]));
  }
  expectFinished({ stoppedBy, epochs: epoch }, { epochs }, output);
  await show(
    `\nSaved ${visible(output)} after ${duration(seconds)}. Next: nnbp forecast ${shellWord(output)} ${shellWord(path)}\n`,
  );
}

/** The windows of each part of the data, and the scales and calendar, which are determined from the training part. */
interface Parts {
  readonly training: readonly Window[];
  readonly validation: readonly Window[];
  readonly test: readonly Window[];
  readonly scales: ReadonlyMap<string, number>;
  readonly calendar: NetworkShape['calendar'];
  /** When validation and test begin. */
  readonly starts: readonly [validation: number, test: number];
}

/** Splits the data by time: training forecasts are before those of validation, and these before those of the test. */
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
    const known = one.times.filter((time) => time < starts[0]).length;
    const scale = scaleOf(one, known > 1 ? known : one.values.length, horizon);
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
      ? `${parts.test.length.toLocaleString('en')} for the test, from ${when(parts.starts[1])}`
      : 'none for the test';
  return (
    `${visible(file)}: ${what}, ${counted(rows, 'value')} from ${when(first)} to ${when(last)}, a step is ${stepText(step)}.\n` +
    notes.map((text) => `Note: ${visible(text)}\n`).join('') +
    `\nForecast:  ${counted(shape.horizon, 'step')} ahead, from the last ${shape.window} values${calendar}\n` +
    `Windows:   ${parts.training.length.toLocaleString('en')} to train, ` +
    `${parts.validation.length.toLocaleString('en')} for validation, ${test}\n` +
    (season > 1 ? `Season:    ${counted(season, 'step')}\n` : '')
  );
}

/** The errors of the model and the baselines; undefined without windows. */
export interface Comparison {
  readonly model: Errors;
  readonly naive: Errors;
  readonly seasonalNaive?: Errors;
}

function compare(
  windows: readonly Window[],
  shape: NetworkShape,
  season: number,
  outputs: (windows: readonly Window[]) => number[][],
): Comparison | undefined {
  if (windows.length === 0) return undefined;
  const found = outputs(windows);
  const hasSeason = season > 1 && windows.every(({ end }) => end >= season);
  return {
    model: errorsOf(windows, shape, (window, k) => valuesOf(window, found[k])),
    naive: errorsOf(windows, shape, (window) => naive(window, shape)),
    ...(hasSeason && {
      seasonalNaive: errorsOf(windows, shape, (window) => seasonalNaive(window, shape, season)!),
    }),
  };
}

function describeErrors({ model, naive, seasonalNaive }: Comparison, part: string, target: string): string {
  const line = (name: string, { meanAbsolute, rootMeanSquare }: Errors) => [
    name,
    short(meanAbsolute),
    short(rootMeanSquare),
    (meanAbsolute / naive.meanAbsolute).toFixed(3),
  ];
  const lines = [
    line('model', model),
    line('naive (last value)', naive),
    ...(seasonalNaive === undefined ? [] : [line('seasonal naive (one season before)', seasonalNaive)]),
  ];
  const title = `Errors of ${visible(target)} on the ${part} part:`;
  const best = Math.min(naive.meanAbsolute, seasonalNaive?.meanAbsolute ?? Infinity);
  const verdict =
    model.meanAbsolute < best
      ? ''
      : '\nThe model is no better than the baseline here: forecast with the baseline, or try another --window or --hidden.\n';
  return `${title}\n\n${tableOf([['', 'mean absolute', 'root mean square', 'of naive'], ...lines], [1, 2, 3])}${verdict}`;
}
