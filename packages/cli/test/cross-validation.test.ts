import { describe, expect, it } from 'vitest';
import { housesCsv, irisCsv, workspace } from './workspace.js';

interface Validated {
  readonly test: { readonly loss: number };
  readonly training: { readonly loss: number };
  readonly rows: { readonly test: number; readonly training: number; readonly validation: number };
  readonly crossValidation: {
    readonly loss: { readonly mean: number; readonly deviation: number };
    readonly metrics: Readonly<Record<string, { readonly mean: number }>>;
    readonly folds: readonly {
      readonly training: number;
      readonly test: number;
      readonly repeat: number;
      readonly epochs: number;
    }[];
  };
}

describe('train with cross-validation or groups', () => {
  it('train with --folds uses every row for testing once per repeat, and trains the saved model on all rows', async () => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv });
    const argv = ['train', 'iris.csv', '--target', 'species', '--epochs', '30', '--folds', '3', '--repeats', '2'];
    const { stdout } = await nnbp(...argv, '--json');
    const { crossValidation, rows, test } = JSON.parse(stdout) as Validated;
    expect(crossValidation.folds).toHaveLength(6);
    for (const fold of crossValidation.folds) expect([fold.training, fold.test]).toEqual([100, 50]);
    expect(crossValidation.metrics.accuracy.mean).toBeGreaterThan(0.85);
    expect([test, rows.test, rows.training + rows.validation]).toEqual([undefined, 0, 150]);
    expect((await nnbp(...argv)).stdout).toMatch(/Cross-validation, 3 folds, 2 times:\n\n +mean +deviation\n +loss/);
  });

  it('train with --time-ordered trains only on the rows before each fold', async () => {
    const { nnbp } = await workspace({ 'houses.csv': housesCsv() });
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

  // The room predicts the level of a known patient, but not of a new patient, who is in another room.
  const patientsCsv = [
    'patient,room,level',
    ...Array.from({ length: 120 }, (_, k) => {
      const patient = Math.floor(k / 10);
      return `${100 + patient},room${patient},${((patient * 5) % 12) + (k % 3) / 100}`;
    }),
    '',
  ].join('\n');

  it('train with --folds and --group keeps each group in one fold, and does not use the group column as an input', async () => {
    const { nnbp } = await workspace({ 'patients.csv': patientsCsv });
    const argv = ['train', 'patients.csv', '-t', 'level', '--number', 'level', '--folds', '4', '--epochs', '60'];
    const resultOf = async (...more: string[]) =>
      JSON.parse((await nnbp(...argv, ...more, '--json')).stdout) as Validated & { readonly columns: unknown };
    const grouped = await resultOf('--group', 'patient');
    expect(grouped.columns).toContainEqual(
      expect.objectContaining({ name: 'patient', role: 'ignored', reason: 'identifies the group of each row' }),
    );
    for (const fold of grouped.crossValidation.folds) expect([fold.training, fold.test]).toEqual([90, 30]);
    const mixed = await resultOf('--ignore', 'patient');
    expect(grouped.crossValidation.loss.mean).toBeGreaterThan(10 * mixed.crossValidation.loss.mean);
    expect((await nnbp(...argv, '--group', 'patient')).stdout).toContain(
      '4 folds, each group of "patient" in one fold:',
    );
    const few = await nnbp(...argv, '--group', 'patient', '--folds', '13');
    expect([few.code, few.stderr]).toEqual([
      1,
      expect.stringContaining('13 folds need at least 13 groups, received 12'),
    ]);
    const searched = await nnbp('search', 'patients.csv', '-t', 'level', '--group', 'patient', '--trials', '2');
    expect([searched.code, searched.stdout]).toEqual([
      0,
      expect.stringContaining('nnbp train patients.csv --target level --group patient'),
    ]);
  });

  it('search prints a train command that reads the file with the options of the search', async () => {
    const rows = Array.from({ length: 40 }, (_, k) => `${k % 7 === 0 ? '-999' : `${k % 5},5`};${k % 5}${k % 2},25`);
    const { nnbp } = await workspace({ 'measured.csv': `${rows.join('\n')}\n` });
    const options = ['--delimiter', ';', '--decimal', 'comma', '--missing-values', '-999,n', '--no-header'];
    const columns = ['-t', 'column2', '--number', 'column2'];
    const searched = await nnbp('search', 'measured.csv', ...options, ...columns, '--trials', '2', '--seed', '3');
    const command = /nnbp (train .*)/.exec(searched.stdout)![1];
    const text = "--delimiter ';' --decimal comma --missing-values -999,n --no-header --target column2";
    expect(command).toContain(`measured.csv ${text} --number column2`);
    const trained = await nnbp(...command.replaceAll("'", '').split(' '), '--json');
    expect(trained.code).toBe(0);
    expect(trained.stdout).toContain(String.raw`missing: 6 \"-999\"`);
  });

  it('cross-validation with --group uses separate groups for early stopping', async () => {
    const { nnbp } = await workspace({ 'patients.csv': patientsCsv });
    const epochs = async (...more: string[]) => {
      const argv = ['train', 'patients.csv', '-t', 'level', '--number', 'level', '--folds', '3', '--epochs', '60'];
      const { stdout } = await nnbp(...argv, '--patience', '5', '--rate', '0.02', '--json', ...more);
      return (JSON.parse(stdout) as Validated).crossValidation.folds.map((fold) => fold.epochs);
    };
    // With --ignore, training and validation rows come from the same patients, so the validation loss decreases almost
    // until the last epoch.
    for (const count of await epochs('--ignore', 'patient')) expect(count).toBeGreaterThan(50);
    for (const count of await epochs('--group', 'patient')) expect(count).toBeLessThan(40);
  });

  it('train with --group keeps each group in one of the three sets', async () => {
    const { nnbp } = await workspace({ 'patients.csv': patientsCsv });
    const argv = ['train', 'patients.csv', '-t', 'level', '--number', 'level', '--group', 'patient', '--epochs', '60'];
    const { rows, test, training } = JSON.parse((await nnbp(...argv, '--json')).stdout) as Validated;
    expect([rows.training, rows.validation, rows.test]).toEqual([80, 20, 20]);
    expect(test.loss).toBeGreaterThan(10 * training.loss);
    expect((await nnbp(...argv)).stdout).toContain(
      '80 rows for training, 20 for validation, 20 for testing, each group of "patient" in only one set\n',
    );
  });

  it('train with --group rejects fewer groups than sets', async () => {
    const { nnbp } = await workspace({ 'small.csv': `g,one,x,y\n${'a,o,1,2.5\nb,o,2,3.5\n'.repeat(40)}` });
    const argv = ['train', 'small.csv', '-t', 'y', '--number', 'y', '--epochs', '2', '--group', 'g'];
    const { code, stderr } = await nnbp(...argv);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        'training, validation and test sets need at least 3 groups, but "g" has 2. Set --validation-split 0 or --test-',
      ),
    ]);
    expect(await nnbp(...argv, '--test-split', '0')).toMatchObject({ code: 0 });
    const oneGroup = await nnbp(...argv.slice(0, -1), 'one', '--test-split', '0');
    expect([oneGroup.code, oneGroup.stderr]).toEqual([
      2,
      expect.stringContaining(
        'training and validation sets need at least 2 groups, but "one" has 1. Set --validation-split 0.',
      ),
    ]);
  });

  it('train with --group rejects a row without a group', async () => {
    const { nnbp } = await workspace({ 'small.csv': `g,x,y\n${'a,1,2.5\nb,2,3.5\n'.repeat(9)},3,4.5\n` });
    const { code, stderr } = await nnbp(
      'train',
      'small.csv',
      '-t',
      'y',
      '--number',
      'y',
      '--folds',
      '2',
      '--group',
      'g',
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('row 19: "g" has no value')]);
  });

  it.each([
    ['a group that is the target', ['--group', 'species', '--folds', '3'], '--group and --target are both "species"'],
    ['groups with --time-ordered', ['--group', 'sepal_width', '--folds', '3', '--time-ordered'], 'cannot be combined'],
    ['one fold', ['--folds', '1'], 'Expected an integer ≥ 2'],
    ['repeats without folds', ['--repeats', '2'], 'for example --folds 5'],
  ])('train rejects %s', async (_, argv, message) => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv });
    const { code, stderr } = await nnbp('train', 'iris.csv', '--target', 'species', ...argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('nnbp search', () => {
  it('search ranks candidates reproducibly, and prints a command that trains the best candidate', async () => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv });
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

  it('search rejects more folds than the rows allow', async () => {
    const { nnbp } = await workspace({ 'small.csv': 'x,y\n1,2\n2,3\n3,5\n4,5\n5,7\n' });
    const { code, stderr } = await nnbp('search', 'small.csv', '-t', 'y', '--folds', '3');
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected at least 6 usable rows, received 5')]);
  });
});
