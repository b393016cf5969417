/** Forecasting: `nnbp train --time` and `nnbp forecast`. */
import { describe, expect, test } from 'vitest';
import { after, readTimes, seasonOf, stepOf, stepsBetween, stepText, timeText } from '../src/series/time.js';
import { workspace } from './workspace.js';

const day = 86_400_000;
const start = Date.UTC(2023, 0, 1);
const dateOf = (k: number) => new Date(start + k * day).toISOString().slice(0, 10);
/** The value on day k: a linear trend plus a weekly pattern. */
const valueOf = (k: number) => 50 + 0.1 * k + [0, 3, 8, 2, -4, -9, 0][k % 7];
/** A table of daily sales. */
const dailySales = (count = 160) =>
  ['date,units', ...Array.from({ length: count }, (_, k) => `${dateOf(k)},${valueOf(k).toFixed(2)}`), ''].join('\n');
const timesIn = (cells: readonly string[]) => readTimes('a.csv', 'time', cells, (k) => k + 1);
const fewEpochs = ['--epochs', '12', '--hidden', '4'];

describe('nnbp train with --time', () => {
  test('train --time reports the errors of the model and of both baselines, and forecast continues the series', async () => {
    const { nnbp, read } = await workspace({ 'sales.csv': dailySales() });
    const trained = await nnbp(
      'train',
      'sales.csv',
      '--target',
      'units',
      '--time',
      'date',
      '--horizon',
      '3',
      ...fewEpochs,
    );
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(trained.stdout).toContain('1 series, 160 values from 2023-01-01 to 2023-06-09, with a step of 1 day.');
    expect(trained.stdout).toMatch(/model +\d.*\n +naive \(last value\) +\d.*\n +seasonal naive .* \d/);
    const forecast = await nnbp('forecast', 'sales.nnbp.safetensors', 'sales.csv', '--svg', 'plot.svg');
    expect([forecast.code, forecast.stderr]).toEqual([0, '']);
    const lines = forecast.stdout.trim().split('\n');
    expect(lines[0]).toBe('date,forecast_units,baseline');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['2023-06-10', '2023-06-11', '2023-06-12']);
    // The baseline is the value from one week earlier.
    expect(lines.slice(1).map((line) => Number(line.split(',')[2]))).toEqual(
      [153, 154, 155].map((k) => Number(valueOf(k).toFixed(2))),
    );
    expect(await read('plot.svg')).toMatch(/^<svg [^]*forecast[^]*<\/svg>\n$/);
    // Commands that read independent rows point to `nnbp forecast`. `export` reads no rows.
    for (const command of ['predict', 'evaluate', 'check', 'explain']) {
      const { code, stderr } = await nnbp(command, 'sales.nnbp.safetensors', 'sales.csv');
      expect([code, stderr]).toEqual([1, expect.stringContaining('nnbp forecast sales.nnbp.safetensors')]);
    }
    expect((await nnbp('export', 'sales.nnbp.safetensors', '--to', 'onnx')).code).toBe(0);
  });

  test('forecast --plot draws the past, the forecast and the baseline on stderr, and does not change stdout', async () => {
    const { nnbp } = await workspace({ 'sales.csv': dailySales() });
    await nnbp('train', 'sales.csv', '--target', 'units', '--time', 'date', '--horizon', '5', ...fewEpochs);
    const plain = await nnbp('forecast', 'sales.nnbp.safetensors', 'sales.csv');
    const plotted = await nnbp('forecast', 'sales.nnbp.safetensors', 'sales.csv', '--plot');
    expect(plotted.stdout).toBe(plain.stdout);
    const lines = plotted.stderr.split('\n');
    expect(lines[0]).toBe('  units');
    expect(lines.slice(1, 16).every((line) => /^ +[\d.]* │[ ●○\u2801-\u28ff]*$/.test(line))).toBe(true);
    expect(plotted.stderr).toContain('●');
    expect(plotted.stderr).toContain('○');
    expect(lines[17]).toMatch(/^ +2023-05-16 +2023-06-14$/);
    expect(lines[18].trim()).toBe('line: observed up to 2023-06-09, ●: forecast, ○: baseline');
    // The forecast is on the right: the line of the past ends before the last marks.
    const last = Math.max(...lines.slice(1, 16).map((line) => line.search(/[\u2801-\u28ff][^\u2801-\u28ff]*$/)));
    expect(Math.max(...lines.slice(1, 16).map((line) => line.lastIndexOf('●')))).toBeGreaterThan(last);
  });

  test('train --time --group trains one recurrent network on several series, and forecast continues each of them', async () => {
    const rows = Array.from({ length: 60 }, (_, k) =>
      ['north', 'south'].map((name, s) => `${k},${name},${valueOf(k) + 20 * s}`),
    );
    const { nnbp } = await workspace({ 'stores.csv': ['t,store,units', ...rows.flat(), ''].join('\n') });
    const options = ['--target', 'units', '--time', 't', '--group', 'store', '--window', '8'];
    const more = ['--recurrent', 'lstm', '--hidden', '3', '--epochs', '2', '--season', '7', '--json'];
    const trained = await nnbp('train', 'stores.csv', ...options, ...more);
    expect(trained.stderr).toBe('');
    const summary = JSON.parse(trained.stdout) as Record<string, unknown>;
    expect(summary).toMatchObject({ season: 7, window: 8, horizon: 1, notes: [] });
    expect(Object.keys(summary.errors as object)).toEqual(['model', 'naive', 'seasonalNaive']);
    const { stdout } = await nnbp('forecast', 'stores.nnbp.safetensors', 'stores.csv', '--json');
    const actual = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(actual.map(({ store, t }) => [store, t])).toEqual([
      ['north', '60'],
      ['south', '60'],
    ]);
    const one = await nnbp('forecast', 'stores.nnbp.safetensors', 'stores.csv', '--series', 'south');
    expect(one.stdout.trim().split('\n')).toHaveLength(2);
  });

  test('forecast --series rejects an unknown series, and any name if the model has a single series', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => ['north', 'south'].map((name) => `${k},${name},${valueOf(k)}`));
    const { nnbp } = await workspace({
      'stores.csv': ['t,store,units', ...rows.flat(), ''].join('\n'),
      'sales.csv': dailySales(),
    });
    await nnbp('train', 'stores.csv', '--target', 'units', '--time', 't', '--group', 'store', '--epochs', '1');
    await nnbp('train', 'sales.csv', '--target', 'units', '--time', 'date', '--epochs', '1');
    const unknown = await nnbp('forecast', 'stores.nnbp.safetensors', 'stores.csv', '--series', 'east');
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      'nnbp: stores.csv has no series "east". Its series are north, south.\n',
    ]);
    const single = await nnbp('forecast', 'sales.nnbp.safetensors', 'sales.csv', '--series', 'east');
    expect([single.code, single.stderr]).toEqual([2, expect.stringContaining('trained on a single series')]);
  });

  test('train --time trains only on the past: changing the test rows does not change the model', async () => {
    const lines = dailySales().split('\n');
    const changed = lines.map((line, k) => (k > 130 && line !== '' ? line.replace(/,.*/, ',0') : line)).join('\n');
    const { nnbp, read } = await workspace({ 'a.csv': lines.join('\n'), 'b.csv': changed });
    for (const name of ['a', 'b']) {
      await nnbp(
        'train',
        `${name}.csv`,
        '--target',
        'units',
        '--time',
        'date',
        ...fewEpochs,
        '-o',
        `${name}.nnbp.safetensors`,
      );
    }
    expect(await read('b.nnbp.safetensors')).toBe(await read('a.nnbp.safetensors'));
  });

  test('train --time reports gaps and missing values', async () => {
    const lines = dailySales().split('\n');
    lines[40] = lines[40].replace(/,.*/, ',NA');
    lines.splice(80, 2);
    const { nnbp } = await workspace({ 'gaps.csv': lines.join('\n') });
    const { stdout } = await nnbp(
      'train',
      'gaps.csv',
      '--target',
      'units',
      '--time',
      'date',
      ...fewEpochs,
      '--window',
      '5',
    );
    expect(stdout).toContain('Note: Left out 1 row without a value in column "units".');
    expect(stdout).toContain(
      'Note: 2 gaps (3 steps missing): between 2023-02-08 and 2023-02-10, 2023-03-20 and 2023-03-23.',
    );
  });

  test.each([
    ['at the end of each month, once two days late', 0, '2020-02-29', '2020-03-02'],
    ['on the first of each month, once a day early', 1, '2020-02-01', '2020-01-31'],
  ])('no gap is reported in a monthly series with a value %s', async (_, dayOfMonth, regular, shifted) => {
    const months = Array.from({ length: 30 }, (_, k) => new Date(Date.UTC(2019, k + 1 - dayOfMonth, dayOfMonth)));
    const dates = months.map((date) => date.toISOString().slice(0, 10));
    const { nnbp } = await workspace({
      'sales.csv': ['date,units', ...dates.map((date, k) => `${date.replace(regular, shifted)},${valueOf(k)}`)].join(
        '\n',
      ),
    });
    expect(dates).toContain(regular);
    const options = ['--target', 'units', '--time', 'date', '--window', '8', '--epochs', '1'];
    const { code, stdout } = await nnbp('train', 'sales.csv', ...options);
    expect([code, stdout]).toEqual([0, expect.stringContaining('with a step of 1 month')]);
    expect(stdout).not.toContain('gap');
  });

  test('train --time reports a gap for a missing month, but not for dates on different days of consecutive months', async () => {
    const dates = Array.from({ length: 40 }, (_, k) => new Date(Date.UTC(2019, k, [15, 15, 15, 15, 10, 22][k % 6])));
    const rows = dates.map((date, k) => `${date.toISOString().slice(0, 10)},${valueOf(k)}`);
    const { nnbp } = await workspace({
      'all.csv': ['date,units', ...rows].join('\n'),
      'some.csv': ['date,units', ...rows.toSpliced(14, 1)].join('\n'),
    });
    const options = ['--target', 'units', '--time', 'date', '--window', '8', '--epochs', '1'];
    const all = await nnbp('train', 'all.csv', ...options);
    expect(all.stdout).toContain('with a step of 1 month.\n\n');
    const some = await nnbp('train', 'some.csv', ...options);
    expect(some.stdout).toContain('with a step of 1 month.\nNote: 1 gap (1 step missing)');
  });

  test.each<[string, string[], number, RegExp]>([
    ['--window without --time', ['--target', 'units', '--window', '5'], 2, /--window requires a time series/],
    ['a time column that does not exist', ['--target', 'units', '--time', 'when'], 2, /"when"/],
    [
      'a forecast target that is not a number',
      ['--target', 'date', '--time', 'units'],
      1,
      /expected a number in column "date"/,
    ],
    ['a time column without times', ['--target', 'units', '--time', 'word'], 1, /expected a time in column "word"/],
    ['--checkpoint with --time', ['--target', 'units', '--time', 'date', '--checkpoint', 'x'], 2, /cannot be combined/],
    ['--folds with --time', ['--target', 'units', '--time', 'date', '--folds', '5'], 2, /--folds cannot be combined/],
    [
      '--missing mean with --time',
      ['--target', 'units', '--time', 'date', '--missing', 'mean'],
      2,
      /gaps are never filled in/,
    ],
    ['a window that is too long', ['--target', 'units', '--time', 'date', '--window', '150'], 1, /too few consecutive/],
    [
      'a loss for categories with --time',
      ['--target', 'units', '--time', 'date', '--loss', 'softmaxCrossEntropy'],
      2,
      /for categories/,
    ],
  ])('train rejects %s', async (_, options, code, message) => {
    const table = dailySales(60).replaceAll(/(\d)$/gm, '$1,word').replace('units', 'units,word');
    const { nnbp } = await workspace({ 'sales.csv': table });
    const actual = await nnbp('train', 'sales.csv', ...options);
    expect([actual.code, actual.stderr]).toEqual([code, expect.stringMatching(message)]);
  });

  test('a repeated time is rejected with the advice to pass --group', async () => {
    const { nnbp } = await workspace({ 'twice.csv': 'date,store,units\n2024-01-01,a,1\n2024-01-01,b,2\n' });
    const { code, stderr } = await nnbp('train', 'twice.csv', '--target', 'units', '--time', 'date');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/2024-01-01 occurs twice.*--group store/)]);
  });

  test('forecast keeps enough digits to show small changes of large values, and shows the baseline exactly', async () => {
    const values = Array.from({ length: 60 }, (_, k) => (12_345_678.125 + k / 4).toFixed(3));
    const rows = values.map((value, k) => `${k},${value}`);
    const { nnbp } = await workspace({ 'meter.csv': ['t,kwh', ...rows, ''].join('\n') });
    await nnbp('train', 'meter.csv', '--target', 'kwh', '--time', 't', '--epochs', '200', '-o', 'm.nnbp');
    const { stdout } = await nnbp('forecast', 'm.nnbp', 'meter.csv');
    const [, forecast, baseline] = stdout.trim().split('\n')[1].split(',').map(Number);
    expect(baseline).toBe(12_345_692.875);
    expect(forecast).toBeCloseTo(12_345_693.125, 2);
  });

  test('the seasonal baseline is omitted if the values of the last season have a gap', async () => {
    const lines = dailySales().split('\n');
    const { nnbp } = await workspace({ 'gap.csv': lines.filter((_, k) => k !== 156).join('\n') });
    const options = ['--target', 'units', '--time', 'date', '--window', '3', ...fewEpochs];
    const { stdout } = await nnbp('train', 'gap.csv', ...options, '-o', 'm.nnbp');
    expect(stdout).toContain('naive (last value)');
    expect(stdout).not.toContain('seasonal naive');
    const forecast = await nnbp('forecast', 'm.nnbp', 'gap.csv');
    expect(forecast.stderr).toContain('The baseline is the last value, because the values of the last 7 steps are not');
    expect(forecast.stdout.trim().split('\n')[1]).toMatch(/,56\.9$/);
  });

  test('forecast notes how many series have no seasonal baseline, and gives its columns names of their own', async () => {
    const rows = (names: readonly string[]) =>
      Array.from({ length: 60 }, (_, k) => names.map((name) => `${name},${dateOf(k)},${valueOf(k)}`))
        .flat()
        .filter((row) => row !== `a,${dateOf(56)},${valueOf(56)}` && row !== `b,${dateOf(55)},${valueOf(55)}`);
    const { nnbp } = await workspace({ 'shops.csv': ['baseline,date,y', ...rows(['a', 'b', 'c']), ''].join('\n') });
    const options = ['-t', 'y', '--time', 'date', '--group', 'baseline', '--window', '3', '--epochs', '1'];
    expect((await nnbp('train', 'shops.csv', ...options, '-o', 'm.nnbp')).code).toBe(0);
    const { stdout, stderr } = await nnbp('forecast', 'm.nnbp', 'shops.csv', '--json');
    expect(stderr).toContain('The baseline of "a" and 1 other series is the last value, because');
    expect(JSON.parse(stdout.split('\n')[2])).toEqual({
      baseline: 'c',
      date: dateOf(60),
      forecast_y: expect.any(Number) as number,
      baseline_2: valueOf(53),
    });
    expect((await nnbp('forecast', 'm.nnbp', 'shops.csv')).stdout).toMatch(/^baseline,date,forecast_y,baseline_2\na,/);
  });

  test('the errors of a constant series are not divided by 0', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `${k},5`);
    const { nnbp } = await workspace({ 'flat.csv': ['t,y', ...rows, ''].join('\n') });
    const { stdout } = await nnbp('train', 'flat.csv', '-t', 'y', '--time', 't', '--epochs', '1');
    expect(stdout).toMatch(/naive \(last value\) +0 +0 +–\n/);
    expect(stdout).not.toContain('NaN');
  });

  test('times with decimal commas are read and written', async () => {
    const rows = Array.from({ length: 40 }, (_, k) => `${k / 2};${k % 5}`.replace('.', ','));
    const { nnbp } = await workspace({ 'sensor.csv': ['s;value', ...rows, ''].join('\r\n') });
    const options = ['--target', 'value', '--time', 's', '--window', '5', '--epochs', '1', '-o', 'm.nnbp'];
    expect((await nnbp('train', 'sensor.csv', ...options)).stdout).toContain(
      'from 0 to 19.5, with a step of 0.5 units',
    );
    const { stdout } = await nnbp('forecast', 'm.nnbp', 'sensor.csv');
    expect(stdout.split('\n')[1]).toMatch(/^20;/);
    await nnbp('train', 'sensor.csv', ...options, '--horizon', '2');
    expect((await nnbp('forecast', 'm.nnbp', 'sensor.csv')).stdout.split('\n')[2]).toMatch(/^20,5;/);
  });

  test('a row without a value in the --group column is rejected', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `${k},${k < 50 ? 'north' : ''},${k}`);
    const { nnbp } = await workspace({ 'stores.csv': ['t,store,units', ...rows, ''].join('\n') });
    const { code, stderr } = await nnbp('train', 'stores.csv', '-t', 'units', '--time', 't', '--group', 'store');
    expect([code, stderr]).toEqual([1, expect.stringContaining('stores.csv, row 51: "store" has no value.')]);
  });

  test('forecast reads ambiguous dates so that they match the step of the model', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `${dateOf(k).split('-').reverse().join('/')},${valueOf(k)}`);
    const { nnbp } = await workspace({
      'all.csv': ['date,y', ...rows, ''].join('\n'),
      'last.csv': ['date,y', ...rows.slice(31, 43), ''].join('\n'),
    });
    await nnbp('train', 'all.csv', '-t', 'y', '--time', 'date', '--window', '5', '--epochs', '1', '-o', 'm.nnbp');
    const { stdout, stderr } = await nnbp('forecast', 'm.nnbp', 'last.csv');
    expect(stdout).toMatch(/\n2023-02-13,/);
    expect(stderr).toBe('"date": dates such as 01/02/2023 are read as day/month/year.\n');
  });

  test('forecast reads times as numbers if the model was trained on numbers, and rejects dates', async () => {
    const series = (times: readonly unknown[]) =>
      ['t,y', ...times.map((time, k) => `${String(time)},${k % 7}`), ''].join('\n');
    const from = (first: number) => Array.from({ length: 60 }, (_, k) => first + k);
    const { nnbp } = await workspace({
      'train.csv': series(from(0)),
      'later.csv': series(from(1900)),
      'dates.csv': series(from(0).map(dateOf)),
    });
    await nnbp('train', 'train.csv', '-t', 'y', '--time', 't', '--epochs', '1', '-o', 'm.nnbp');
    await nnbp('train', 'dates.csv', '-t', 'y', '--time', 't', '--epochs', '1', '-o', 'd.nnbp');
    expect((await nnbp('forecast', 'm.nnbp', 'later.csv')).stdout).toMatch(/\n1960,/);
    const [dates, numbers] = [
      await nnbp('forecast', 'm.nnbp', 'dates.csv'),
      await nnbp('forecast', 'd.nnbp', 'train.csv'),
    ];
    expect([dates.code, dates.stderr]).toEqual([
      1,
      expect.stringContaining('are numbers, but column "t" contains dates'),
    ]);
    expect([numbers.code, numbers.stderr]).toEqual([
      1,
      expect.stringContaining('are dates, but column "t" contains numbers'),
    ]);
  });

  test('forecast rejects a model that does not forecast', async () => {
    const rows = Array.from({ length: 20 }, (_, k) => `${k / 2},${k}`);
    const { nnbp } = await workspace({ 'line.csv': ['x,y', ...rows, ''].join('\n') });
    const trained = await nnbp('train', 'line.csv', '--target', 'y', '--epochs', '1', '-o', 'm.nnbp.safetensors');
    expect(trained.code).toBe(0);
    const { code, stderr } = await nnbp('forecast', 'm.nnbp.safetensors', 'line.csv');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/not a forecasting model/)]);
  });
});

describe('times', () => {
  test.each([
    [['2024-01-31', '2024-02-29', '2024-03-31'], '1 month', '2024-04-30', 12],
    [['2024-01', '2024-04', '2024-07'], '3 months', '2024-10', 4],
    [['2023Q1', '2023Q2', '2023Q3'], '3 months', '2023-10', 4],
    [['1999', '2000', '2001'], '1 year', '2002', 1],
    [['31.12.2023', '01.01.2024', '02.01.2024'], '1 day', '2024-01-03', 7],
    [['1/7/2024', '1/14/2024', '1/21/2024'], '1 week', '2024-01-28', 52],
    [['2024-01-01', '2024-01-29', '2024-02-26', '2024-03-25'], '4 weeks', '2024-04-22', 13],
    [['2023-07-01', '2023-08-01', '2023-09-01', '2023-10-01', '2023-11-01'], '1 month', '2023-12-01', 12],
    [['2023-05-01', '2023-08-01', '2023-11-01', '2024-02-01'], '3 months', '2024-05-01', 4],
    [['2023-04-01', '2023-06-01', '2023-08-01', '2023-10-01', '2023-12-01'], '2 months', '2024-02-01', 6],
    [['2024-01-31', '2024-02-29', '2024-03-29', '2024-04-30', '2024-05-31', '2024-06-28'], '1 month', '2024-07-28', 12],
    [['2024-01-06', '2024-02-03'], '4 weeks', '2024-03-02', 13],
    [['2024-01-01', '2024-01-22', '2024-02-12'], '3 weeks', '2024-03-04', 1],
    [['2021-01-01', '2022-01-01', '2023-01-01', '2024-01-01'], '1 year', '2025-01-01', 1],
    [['2024-05-01 22:00', '2024-05-01 23:00', '2024-05-02 00:00'], '1 hour', '2024-05-02 01:00', 24],
    [['2024-05-01T10:00:00Z', '2024-05-01T10:00:30Z'], '30 seconds', '2024-05-01 10:01:00', 2880],
    [['5', '7', '9'], '2 units', '11', 1],
    [['1990', '2000', '2010', '2020'], '10 years', '2030', 1],
    [['2016', '2018', '2020'], '2 years', '2022', 1],
    [['2023-01', '2023-05', '2023-09'], '4 months', '2024-01', 3],
    [['2023-01', '2023-06', '2023-11'], '5 months', '2024-04', 1],
    [['20240227', '20240228', '20240229'], '1 day', '2024-03-01', 7],
    [['202310', '202311', '202312'], '1 month', '2024-01', 12],
    [['2024022822', '2024022823', '2024022900'], '1 hour', '2024-02-29 01:00', 24],
    [['20240228233000', '20240228234500'], '15 minutes', '2024-02-29 00:00:00', 96],
    [['2024-02-28', '20240229'], '1 day', '2024-03-01', 7],
    [['2024-05-01 10:00:00.000', '2024-05-01 10:00:00.100'], '100 ms', '2024-05-01 10:00:00.200', 864_000],
    [['2024-05-01T10:00:59.250000Z', '2024-05-01T10:00:59.500000Z'], '250 ms', '2024-05-01 10:00:59.750', 345_600],
    [['01.05.2024 10:00:58,5', '01.05.2024 10:01:00,0'], '1500 ms', '2024-05-01 10:01:01.500', 57_600],
    [['2024-05-01 10:00:00.000', '2024-05-01 10:00:01.000'], '1 second', '2024-05-01 10:00:02', 86_400],
    [['1704067200007', '1704067200107'], '100 units', '1704067200207', 1],
    [['20240130', '20240131', '20240132'], '1 unit', '20240133', 1],
  ])('the times %j have a step of %s and continue with %s', (cells, text, next, season) => {
    const { values, precision } = timesIn(cells);
    const step = stepOf(values, precision);
    expect(stepText(step)).toBe(text);
    expect(timeText(after(values[values.length - 1], step, 1), precision)).toBe(next);
    expect(seasonOf(step)).toBe(season);
    expect(stepsBetween(values[0], values[1], step)).toBe(1);
  });

  test('a step of 0.1 has no rounding error', () => {
    const { values, precision } = timesIn(Array.from({ length: 9001 }, (_, k) => String(k / 10)));
    const step = stepOf(values, precision);
    expect(step).toEqual({ unit: 'number', count: 0.1 });
    expect(timeText(after(900, step, 30), precision)).toBe('903');
  });

  test('a series of weekdays continues on Monday after Friday, and weekends do not count as steps', () => {
    const cells = Array.from({ length: 21 }, (_, k) => dateOf(k)).filter(
      (text) => new Date(text).getUTCDay() % 6 !== 0,
    );
    const { values, precision } = timesIn(cells);
    const step = stepOf(values, precision);
    expect(step).toEqual({ unit: 'weekday', count: 1 });
    const friday = Date.UTC(2023, 0, 6);
    expect(timeText(after(friday, step, 1), precision)).toBe('2023-01-09');
    expect(stepsBetween(friday, friday + 4 * day, step)).toBe(2);
    // 8,001 days are 1,143 weeks.
    expect(stepsBetween(friday, friday + 8001 * day, step)).toBe(5 * 1143);
    expect(stepsBetween(friday, friday + 8004 * day, step)).toBe(5 * 1143 + 1);
  });

  test('ambiguous dates are read as month/day/year, with a note, unless another date can only be day/month/year', () => {
    const { values, note } = timesIn(['1/2/2024', '1/3/2024']);
    expect(values[0]).toBe(Date.UTC(2024, 0, 2));
    expect(note).toMatch(/month\/day\/year/);
    expect(timesIn(['1/2/2024', '13/2/2024']).values[0]).toBe(Date.UTC(2024, 1, 1));
    for (const first of ['2024-05-31', '05.06.2024']) {
      expect(timesIn([first, '07/08/2024']).note).toContain('dates such as 07/08/2024 are read as');
    }
  });

  test('an error about a time names its row in the file, even if a previous row has no value', async () => {
    const { nnbp } = await workspace({ 'a.csv': 'day,units\n2024-01-01,1\n2024-01-02,\nsoon,3\n' });
    const { code, stderr } = await nnbp('train', 'a.csv', '--target', 'units', '--time', 'day');
    expect(code).toBe(1);
    expect(stderr).toContain('a.csv, row 3: expected a time in column "day"');
  });

  test.each(['2024-02-30', '2024-13-01', '2024-05-31 10:75', '2024-05-31 10:15:60', '2024-05-31 24:00', '0050-01-01'])(
    'a time that does not exist, or whose year is below 100, is rejected: %s',
    (cell) => {
      expect(() => timesIn([cell])).toThrow(`received "${cell}"`);
    },
  );

  test('a number among dates is rejected', () => {
    const read = () => readTimes('a.csv', 'when', ['2024-05-30', '45443'], (k) => 6 * k + 1);
    expect(read).toThrow('a.csv, row 7: expected a time in column "when"');
    expect(read).toThrow('received "45443". Other cells of the column are dates.');
  });

  test('digits that are read as dates are reported', () => {
    const { note } = timesIn(['20240531', '20240601']);
    expect(note).toBe('"time": times such as 20240531 are read as dates.');
  });

  test('the last second of a day is read', () => {
    expect(timesIn(['2024-05-31 23:59:59']).values).toEqual([Date.UTC(2024, 4, 31, 23, 59, 59)]);
  });
});
