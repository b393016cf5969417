import { load } from '@nnbp/formats';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { duration } from '../src/training/progress.js';
import { housesCsv, irisCsv, workspace } from './workspace.js';

interface Summary {
  readonly columns: readonly {
    readonly name: string;
    readonly role: string;
    readonly kind?: string;
    readonly reason: string;
  }[];
  readonly rows: {
    readonly all: number;
    readonly training: number;
    readonly validation: number;
    readonly test: number;
    readonly leftOut: number;
  };
  readonly test: { readonly loss: number; readonly metrics: Readonly<Record<string, number>> };
  readonly stoppedBy: string;
  readonly epochs: number;
  readonly bestEpoch?: number;
}

const summaryIn = (stdout: string) => JSON.parse(stdout) as Summary;

describe('nnbp train with only a target', () => {
  it('train learns the species of iris if only the target is specified', async () => {
    const { nnbp, directory } = await workspace({ 'iris.csv': irisCsv });
    const { code, stdout } = await nnbp('train', 'iris.csv', '--target', 'species');
    expect(code).toBe(0);
    expect(stdout).toContain('iris.csv: 150 rows, 5 columns separated by commas.');
    expect(stdout).toMatch(/species +target, category +setosa, versicolor, virginica/);
    expect(Number(/test +30 +\S+ +(\S+) %/.exec(stdout)?.[1])).toBeGreaterThan(90);
    expect(stdout).toContain('Saved iris.nnbp.safetensors');
    expect(await readdir(directory)).toContain('iris.nnbp.safetensors');
  });

  it('train learns a price from a table with semicolons, decimal commas, quotes, a byte order mark and empty cells', async () => {
    const { nnbp } = await workspace({ 'houses.csv': housesCsv() });
    const { code, stdout, stderr } = await nnbp('train', 'houses.csv', '--target', 'price', '--json');
    const { columns, rows, test } = summaryIn(stdout);
    expect(code).toBe(0);
    expect(columns.map(({ name, role, kind }) => [name, role, kind])).toEqual([
      ['id', 'ignored', undefined],
      ['area', 'input', 'number'],
      ['rooms', 'input', 'number'],
      ['town', 'input', 'category'],
      ['note', 'ignored', undefined],
      ['price', 'target', 'number'],
    ]);
    expect(rows.leftOut).toBe(6);
    expect(rows.training + rows.validation + rows.test).toBe(294);
    expect(stderr).toContain('6 rows left out (row 8: "rooms" is missing)');
    expect(test.metrics.rSquared).toBeGreaterThan(0.99);
  });

  it('train saves columns, categories and scalers in the model file', async () => {
    const { nnbp, directory } = await workspace({ 'houses.csv': housesCsv() });
    await nnbp('train', 'houses.csv', '--target', 'price', '--epochs', '1', '-o', 'm.nnbp');
    const { network, metadata } = load(await readFile(join(directory, 'm.nnbp')));
    expect(metadata.columns).toEqual({
      inputs: [
        { kind: 'number', name: 'area' },
        { kind: 'number', name: 'rooms' },
        { kind: 'category', name: 'town', values: ['Basel', 'Bern', 'Genf'] },
      ],
      targets: [{ kind: 'number', name: 'price' }],
      loss: 'mse',
    });
    expect(network.graph.ids.slice(0, 5)).toEqual(['area', 'rooms', 'town=Basel', 'town=Bern', 'town=Genf']);
    expect(network.inputScaler?.mean.slice(2)).toEqual([0, 0, 0]);
    expect(network.inputScaler?.mean[0]).toBeCloseTo(119.5, -1);
    expect(network.outputScaler?.deviation[0]).toBeGreaterThan(100);
  });

  it('train writes the same file for the same seed, and a different file for a different seed', async () => {
    const { nnbp, read } = await workspace({ 'iris.csv': irisCsv });
    const train = (seed: string, output: string) =>
      nnbp('train', 'iris.csv', '--target', 'species', '--epochs', '3', '--seed', seed, '-o', output);
    await train('5', 'a.nnbp');
    await train('5', 'b.nnbp');
    await train('6', 'c.nnbp');
    expect(await read('b.nnbp')).toBe(await read('a.nnbp'));
    expect(await read('c.nnbp')).not.toBe(await read('a.nnbp'));
  });
});

describe('nnbp train with options', () => {
  it.each([
    [['--hidden', 'none', '--loss', 'binaryCrossEntropy']],
    [['--hidden', '8,4', '--activation', 'relu', '--loss', 'hinge', '--optimizer', 'sgd', '--rate', '0.01']],
    [['--optimizer', 'rprop', '--loss', 'binaryCrossEntropyWithLogits', '--epochs', '60']],
    [['--loss', 'huber', '--optimizer', 'nadam', '--batch', '8', '--epochs', '50']],
  ])('train learns iris with %j', async (options) => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv });
    const { code, stdout } = await nnbp('train', 'iris.csv', '-t', 'species', '--json', ...options);
    expect(code).toBe(0);
    expect(summaryIn(stdout).test.metrics.accuracy).toBeGreaterThan(0.8);
  });

  it('train stops early when the validation loss no longer falls', async () => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv });
    const { stdout } = await nnbp(
      'train',
      'iris.csv',
      '-t',
      'species',
      '--epochs',
      '2000',
      '--patience',
      '5',
      '--json',
    );
    expect(summaryIn(stdout)).toMatchObject({ stoppedBy: 'early stopping' });
    expect(summaryIn(stdout).epochs).toBeLessThan(2000);
    expect(summaryIn(stdout).bestEpoch).toBe(summaryIn(stdout).epochs - 6);
  });

  it('train learns several numeric targets at once', async () => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv });
    const { stdout } = await nnbp('train', 'iris.csv', '-t', 'petal_length', '-t', 'petal_width', '--json');
    expect(summaryIn(stdout).test.metrics.rSquared).toBeGreaterThan(0.9);
  });

  it('train --missing mean fills in missing values', async () => {
    const { nnbp } = await workspace({ 'houses.csv': housesCsv() });
    const { stdout } = await nnbp('train', 'houses.csv', '-t', 'price', '--missing', 'mean', '--epochs', '5', '--json');
    expect(summaryIn(stdout).rows).toMatchObject({ all: 300, leftOut: 0 });
  });

  it('train --number, --category and --ignore determine how columns are used', async () => {
    const { nnbp } = await workspace({ 'houses.csv': housesCsv() });
    const args = ['--number', 'id', '--category', 'rooms', '--ignore', 'town', '--epochs', '1', '--json'];
    const { stdout } = await nnbp('train', 'houses.csv', '-t', 'price', ...args);
    expect(summaryIn(stdout).columns.slice(0, 4)).toMatchObject([
      { name: 'id', role: 'input', kind: 'number' },
      { name: 'area', role: 'input', kind: 'number' },
      { name: 'rooms', role: 'input', kind: 'category' },
      { name: 'town', role: 'ignored', reason: 'ignored with --ignore' },
    ]);
  });
});

describe('stopping', () => {
  it('when train is stopped, it saves and evaluates the current model and exits with 130', async () => {
    const { nnbpWith, nnbp, directory } = await workspace({ 'iris.csv': irisCsv });
    const stop = new AbortController();
    const training = nnbpWith(
      { signal: stop.signal },
      'train',
      'iris.csv',
      '-t',
      'species',
      '--epochs',
      '1000000',
      '--validation-split',
      '0',
      '--checkpoint',
      'run',
    );
    // There is nothing to save before the first epoch ends.
    await expect.poll(() => readdir(join(directory, 'run')).catch(() => []), { timeout: 10_000 }).not.toEqual([]);
    stop.abort();
    const { code, stdout, stderr } = await training;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^nnbp: Stopped in epoch \d+ of 1000000\. The current model has been saved to iris.nnbp.safetensors\.$/m,
    );
    expect(stdout).toContain('test');
    expect((await nnbp('evaluate', 'iris.nnbp.safetensors', 'iris.csv')).code).toBe(0);
  });

  it('a command that is stopped before it starts reports that it was stopped', async () => {
    const { nnbpWith } = await workspace({ 'iris.csv': irisCsv });
    const result = await nnbpWith({ signal: AbortSignal.abort() }, 'predict', 'nothing', 'iris.csv');
    expect(result.code).toBe(130);
    expect(result.stderr).toBe('nnbp: Stopped before the command was finished.\n');
  });
});

describe('checkpoints', () => {
  const args = ['train', 'iris.csv', '-t', 'species', '--seed', '3'];

  it('--resume continues a training run bit-for-bit from its checkpoint', async () => {
    const { nnbp, read } = await workspace({ 'iris.csv': irisCsv });
    await nnbp(...args, '--epochs', '12', '-o', 'whole.nnbp');
    await nnbp(...args, '--epochs', '5', '-o', 'parts.nnbp', '--checkpoint', 'run');
    expect(await read('parts.nnbp')).not.toBe(await read('whole.nnbp'));
    const { code, stderr } = await nnbp(
      ...args,
      '--epochs',
      '12',
      '-o',
      'parts.nnbp',
      '--checkpoint',
      'run',
      '--resume',
    );
    expect([code, stderr]).toEqual([0, 'Resuming after epoch 5.\n\n']);
    expect(await read('parts.nnbp')).toBe(await read('whole.nnbp'));
  });

  it('train rejects existing checkpoints without --resume, with other settings, or if they are in use', async () => {
    const { nnbp, write } = await workspace({ 'iris.csv': irisCsv });
    await nnbp(...args, '--epochs', '2', '--checkpoint', 'run');
    const again = await nnbp(...args, '--epochs', '4', '--checkpoint', 'run');
    expect([again.code, again.stderr]).toEqual([
      2,
      'nnbp: run contains checkpoints up to epoch 2. Add --resume to continue, or set another directory.\n',
    ]);
    const other = await nnbp(...args, '--epochs', '4', '--checkpoint', 'run', '--resume', '--rate', '0.5');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('to a training run with rate 0.003, not 0.5');
    await write('run/run-7-1-elsewhere.lock', '');
    const locked = await nnbp(...args, '--epochs', '4', '--checkpoint', 'run', '--resume');
    expect([locked.code, locked.stderr.trimEnd().split('\n').at(-1)]).toEqual([
      1,
      expect.stringMatching(/^nnbp: ".*run" is in use by another training run: process 7 on elsewhere\./) as string,
    ]);
    expect((await nnbp(...args, '--resume')).stderr).toContain('set their directory with --checkpoint');
  });
});

it.each([
  [0.04, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.7, '1 min 0 s'],
  [119.7, '2 min 0 s'],
  [3599.6, '1 h 0 min'],
  [3900, '1 h 5 min'],
])('%s seconds are written as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
