import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from '@nnbp/formats';
import { expect, onTestFinished, test } from 'vitest';
import { env } from './environment.js';

test('forecast.mjs forecasts two weeks of visitors with a smaller error than repeating the last week', async () => {
  const directory = join(import.meta.dirname, '../node-script');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(directory, 'forecast.mjs'), join(directory, 'visitors.csv')],
    { env },
  );
  expect(stdout.match(/^2024-\d\d-\d\d: \d+, actual \d+$/gm)).toHaveLength(14);
  const [modelError, naiveError] = [...stdout.matchAll(/: +([\d.]+) visitors/g)].map(([, error]) => Number(error));
  expect(modelError).toBeLessThan(0.85 * naiveError);
});

test('train.mjs learns how coffee cools, and the saved model reproduces the printed prediction', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nnbp-example-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const directory = join(import.meta.dirname, '../node-script');
  const model = join(folder, 'model.safetensors');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(directory, 'train.mjs'), join(directory, 'coffee.csv'), model],
    { env },
  );
  const [, printed] = /After 10 minutes at 20 °C: ([\d.]+) °C/.exec(stdout)!;
  // The table was generated with Newton's law of cooling, which gives 20 + 70 · exp(−10/20) here.
  expect(Math.abs(Number(printed) - 62.5)).toBeLessThan(2);
  expect(
    load(await readFile(model))
      .network.predict([10, 20])[0]
      .toFixed(1),
  ).toBe(printed);
});
