import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from '@nnbp/formats';
import { expect, onTestFinished, test } from 'vitest';
import { env } from './environment.js';

test('the Node script forecasts two weeks of visitors with a smaller error than the values of one week before', async () => {
  const directory = join(import.meta.dirname, '../node-script');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(directory, 'forecast.mjs'), join(directory, 'visitors.csv')],
    { env },
  );
  expect(stdout.match(/^2024-\d\d-\d\d: \d+, it was \d+$/gm)).toHaveLength(14);
  const [model, naive] = [...stdout.matchAll(/: +([\d.]+) visitors/g)].map(([, error]) => Number(error));
  expect(model).toBeLessThan(0.85 * naive);
});

test('the Node script learns how coffee cools, and its saved model makes the printed prediction', async () => {
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
  // Newton's law of cooling, from which the table was made: 20 + 70 · exp(−10/20).
  expect(Math.abs(Number(printed) - 62.5)).toBeLessThan(2);
  expect(
    load(await readFile(model))
      .network.predict([10, 20])[0]
      .toFixed(1),
  ).toBe(printed);
});
