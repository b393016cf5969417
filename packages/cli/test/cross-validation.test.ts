import { describe, expect, it } from 'vitest';
import { housesCsv, irisCsv, world } from './world.js';

interface Validated {
  readonly test?: unknown;
  readonly rows: { readonly test: number; readonly training: number; readonly validation: number };
  readonly crossValidation: {
    readonly loss: { readonly mean: number; readonly deviation: number };
    readonly metrics: Readonly<Record<string, { readonly mean: number }>>;
    readonly folds: readonly { readonly training: number; readonly test: number; readonly repeat: number }[];
  };
}

describe('train --folds', () => {
  it('tests on every row once per repeat, and trains the saved model on all rows', async () => {
    const { nnbp } = await world({ 'iris.csv': irisCsv });
    const argv = ['train', 'iris.csv', '--target', 'species', '--epochs', '30', '--folds', '3', '--repeats', '2'];
    const { stdout } = await nnbp(...argv, '--json');
    const { crossValidation, rows, test } = JSON.parse(stdout) as Validated;
    expect(crossValidation.folds).toHaveLength(6);
    for (const fold of crossValidation.folds) expect([fold.training, fold.test]).toEqual([100, 50]);
    expect(crossValidation.metrics.accuracy.mean).toBeGreaterThan(0.85);
    expect([test, rows.test, rows.training + rows.validation]).toEqual([undefined, 0, 150]);
    expect((await nnbp(...argv)).stdout).toMatch(/Cross-validation, 3 folds, 2 times:\n\n +mean +deviation\n +loss/);
  });

  it('keeps the order of time, also for numbers with missing rows', async () => {
    const { nnbp } = await world({ 'houses.csv': housesCsv() });
    const { stdout } = await nnbp(
      ...['train', 'houses.csv', '-t', 'price', '--folds', '3', '--time-ordered', '--epochs', '20', '--json'],
    );
    const { crossValidation } = JSON.parse(stdout) as Validated;
    expect(crossValidation.folds.map(({ training, test }) => [training, test])).toEqual([
      [75, 73],
      [148, 73],
      [221, 73],
    ]);
  });

  it.each([
    ['one fold', ['--folds', '1'], 'Expected an integer ≥ 2'],
    ['repeats without folds', ['--repeats', '2'], 'add --folds 5'],
  ])('refuses %s', async (_, argv, message) => {
    const { nnbp } = await world({ 'iris.csv': irisCsv });
    const { code, stderr } = await nnbp('train', 'iris.csv', '--target', 'species', ...argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('search', () => {
  it('ranks candidates, repeats with its seed, and prints a command that trains the best', async () => {
    const { nnbp } = await world({ 'iris.csv': irisCsv });
    const argv = ['search', 'iris.csv', '-t', 'species', '--trials', '6', '--max-epochs', '9'];
    const first = await nnbp(...argv, '--json');
    const { command, trials } = JSON.parse(first.stdout) as {
      command: string;
      trials: { loss: number; epochs: number }[];
    };
    expect(first.code).toBe(0);
    expect(trials).toHaveLength(6);
    expect(trials[0].epochs).toBe(9);
    expect((await nnbp(...argv, '--json')).stdout).toBe(first.stdout);
    const text = await nnbp(...argv);
    expect(text.stdout).toContain('The best of 6 candidates, mean over 3 folds:');
    expect(text.stdout).toContain(command);
    expect((await nnbp(...command.split(' ').slice(1))).code).toBe(0);
  });

  it('refuses more folds than the rows allow', async () => {
    const { nnbp } = await world({ 'small.csv': 'x,y\n1,2\n2,3\n3,5\n4,5\n5,7\n' });
    const { code, stderr } = await nnbp('search', 'small.csv', '-t', 'y', '--folds', '3');
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected at least 6 usable rows, received 5')]);
  });
});
