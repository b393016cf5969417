/** `nnbp forecast`: forecasts the next steps of a series. */
import { auto } from '@nnbp/wasm';
import type { Command } from 'commander';
import { asPlainText } from '../csv/formula.js';
import type { CsvOptions } from '../csv/read.js';
import { csvLine, numberCell, rounded } from '../csv/write.js';
import { expectOtherFile, writeData, writeWhole } from '../files.js';
import { type Io, note, pathIn, print } from '../io.js';
import type { ModelOptions } from '../model-file.js';
import { noteRepeated, openData, withCsvOptions, withModel } from '../options.js';
import { misuse, Problem } from '../problem.js';
import { naive, seasonalNaive } from '../series/baselines.js';
import { openSeriesModel } from '../series/model.js';
import { outputsOf } from '../series/network.js';
import { type ForecastPlotData, forecastSvgPlot } from '../series/plot.js';
import { readSeries } from '../series/read.js';
import { forecastTextPlot } from '../series/text-plot.js';
import { after, timeText } from '../series/time.js';
import { scaleOf, valuesOf, type Window } from '../series/windows.js';
import { counted } from '../table.js';
import { uniqueNames } from '../unique.js';
import { visible, visibleJson } from '../visible.js';

interface ForecastOptions extends ModelOptions, CsvOptions {
  readonly output?: string;
  readonly svg?: string;
  readonly plot?: boolean;
  readonly series?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  nnbp train sales.csv --target units --time date --horizon 7
  nnbp forecast sales.nnbp.safetensors sales.csv
  nnbp forecast sales.nnbp.safetensors sales.csv --plot
  nnbp forecast sales.nnbp.safetensors sales.csv --svg forecast.svg --output forecast.csv

Each forecast comes with a baseline: the value one season earlier, or the last
value if the series has no season. A useful forecast is better than the baseline.`;

/** Minimum number of past steps in a plot, as a multiple of the horizon. A shorter series is shown whole. */
const minPastInPlot = 5;

export function addForecast(program: Command, io: Io): void {
  const command = program.command('forecast').summary('forecast the next steps of a time series');
  withCsvOptions(withModel(command).argument('<data>', 'a CSV file with the series so far'))
    .description('Continues each series of a CSV file with a model that was trained with --time.')
    .option('-o, --output <file>', 'write the forecast to a file (default: standard output)')
    .option('--plot', 'also plot the forecast in the terminal (on standard error)')
    .option('--svg <file>', 'also plot the past, the forecast and the baseline to an SVG file')
    .option('--series <name>', 'forecast only this series (default: all; --plot and --svg show the first)')
    .option('--json', 'write one JSON object per forecast step')
    .addHelpText('after', examples)
    .action((model: string, data: string, options: ForecastOptions) => forecast(io, model, data, options));
}

async function forecast(io: Io, modelPath: string, dataPath: string, options: ForecastOptions): Promise<void> {
  const { network, model } = await openSeriesModel(io, modelPath, options);
  if (options.series !== undefined && model.group === undefined) {
    throw misuse(
      `--series selects one of several series, but ${modelPath} was trained on a single series. Remove --series.`,
    );
  }
  for (const output of [options.output, options.svg]) {
    await expectOtherFile(output && pathIn(io, output), ...[modelPath, dataPath].map((path) => pathIn(io, path)));
  }
  const missingValues = options.missingValues ?? model.missingValues;
  const csv = await openData(io, dataPath, { ...options, missingValues });
  await noteRepeated(io, csv, [model.time, model.target]);
  const table = await readSeries(csv, model, missingValues, model.step);
  for (const text of table.notes) await note(io, visible(text));
  const scales = new Map(model.scales);
  const selected = table.series.filter(({ name }) => options.series === undefined || name === options.series);
  if (selected.length === 0) {
    const names = table.series.slice(0, 10).map(({ name }) => name);
    throw new Problem(
      `${csv.name} has no series "${options.series}". Its series are ${names.join(', ')}${table.series.length > names.length ? ', …' : ''}.`,
    );
  }
  const windows: Window[] = [];
  for (const series of selected) {
    const end = series.values.length;
    // The first value of a series follows no other, so `lastIndexOf` finds it if there is no gap.
    const past = end - series.follows.lastIndexOf(false);
    if (past < model.window) {
      await note(
        io,
        visible(
          `${series.name === '' ? csv.name : `"${series.name}"`}: no forecast, because the series ends with fewer than ${model.window} consecutive values.`,
        ),
      );
      continue;
    }
    // A series that was not in the training data is scaled by its own values.
    windows.push({ series, scale: scales.get(series.name) ?? scaleOf(series, end, model.horizon), end, past });
  }
  if (windows.length === 0) throw new Problem(`${csv.name} has no series that can be continued.`);
  const lastTimeOf = ({ series }: Window) => series.times[series.times.length - 1];
  const engine = await auto();
  const outputs = outputsOf(engine, network, windows, model, (window) => after(lastTimeOf(window), model.step, 1));

  const baselines = windows.map((window) =>
    model.season > 1 ? seasonalNaive(window, model, model.season) : naive(window, model),
  );
  const withoutSeason = windows.filter((_, k) => baselines[k] === undefined);
  if (withoutSeason.length > 0) {
    const { name } = withoutSeason[0].series;
    const others = withoutSeason.length > 1 ? ` and ${withoutSeason.length - 1} other series` : '';
    const where = name === '' ? '' : ` of "${name}"${others}`;
    const reason = `the values of the last ${counted(model.season, 'step')} are not complete`;
    await note(io, visible(`The baseline${where} is the last value, because ${reason}.`));
  }
  const rows = windows.flatMap((window, k) => {
    const values = valuesOf(window, outputs[k]);
    const baseline = baselines[k] ?? naive(window, model);
    return values.map((value, h) => ({
      name: window.series.name,
      time: timeText(after(lastTimeOf(window), model.step, h + 1), table.precision),
      value: rounded(value, window.scale),
      baseline: baseline[h],
    }));
  });
  const number = (value: number) => numberCell(value, csv.decimal);
  const timeCell = (at: string) => (table.precision === 'number' ? number(Number(at)) : at);
  const { group, time, target } = model;
  const names = uniqueNames([...(group === undefined ? [] : [group]), time, `forecast_${target}`, 'baseline']);
  const text =
    options.json === true
      ? rows
          .map(({ name, time: at, value, baseline }) => {
            const entries = [...(group === undefined ? [] : [name]), at, value, baseline];
            return `${visibleJson(Object.fromEntries(entries.map((entry, k) => [names[k], entry])))}\n`;
          })
          .join('')
      : [
          csvLine(names, csv.dialect),
          ...rows.map(({ name, time: at, value, baseline }) =>
            csvLine(
              [...(group === undefined ? [] : [asPlainText(name)]), timeCell(at), number(value), number(baseline)],
              csv.dialect,
            ),
          ),
        ].join('');
  await writeData(io, options.output, text);
  if (options.plot !== true && options.svg === undefined) return;
  const firstRows = rows.filter(({ name }) => name === windows[0].series.name);
  const plotData = plotDataOf(windows[0], firstRows, model, table.precision);
  if (options.plot === true) await print(io.stderr, forecastTextPlot(plotData));
  if (options.svg === undefined) return;
  await writeWhole(pathIn(io, options.svg), forecastSvgPlot(plotData));
}

function plotDataOf(
  { series }: Window,
  rows: readonly { readonly time: string; readonly value: number; readonly baseline: number }[],
  { horizon, window, target }: { readonly horizon: number; readonly window: number; readonly target: string },
  precision: Parameters<typeof timeText>[1],
): ForecastPlotData {
  const past = Math.min(series.values.length, Math.max(window, minPastInPlot * horizon));
  const from = series.values.length - past;
  return {
    title: series.name === '' ? target : `${target}, ${series.name}`,
    observed: series.values.slice(from),
    forecast: rows.map((row) => row.value),
    baseline: rows.map((row) => row.baseline),
    times: [
      timeText(series.times[from], precision),
      timeText(series.times[series.times.length - 1], precision),
      rows[rows.length - 1].time,
    ],
  };
}
