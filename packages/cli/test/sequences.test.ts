/** Tests of `nnbp train --recurrent --group`, and of `predict` and `evaluate` with the resulting sequence models. */
import { describe, expect, test } from 'vitest';
import { load, save } from '@nnbp/formats';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workspace } from './workspace.js';
import { extentOf } from '../src/extent.js';

interface Row {
  readonly id: string;
  readonly label: string;
  readonly x: string;
}

/** 60 gestures of 3 to 6 rows, interleaved in pairs. Only x in the first row of a gesture depends on its label. */
const gestures: readonly Row[] = Array.from({ length: 30 }, (_, pair) => {
  const [one, two] = [2 * pair, 2 * pair + 1].map((k) =>
    Array.from({ length: 3 + (k % 4) }, (_, t): Row => {
      const label = k % 3 === 0 ? 'up' : 'down';
      return { id: `g${k}`, label, x: String(t === 0 ? (label === 'up' ? 1 : -1) : ((k * 7 + t * 3) % 5) / 50) };
    }),
  );
  return [...one.slice(0, 2), ...two, ...one.slice(2)];
}).flat();
const tableOf = (rows: readonly Row[]) =>
  ['id,label,x', ...rows.map(({ id, label, x }) => `${id},${label},${x}`), ''].join('\n');
const classify = ['train', 'gestures.csv', '--target', 'label', '--group', 'id', '--recurrent'];
const manyEpochs = ['--hidden', '4', '--rate', '0.03', '--epochs', '40'];
const fewEpochs = ['--hidden', '2', '--epochs', '1'];

describe('a table with one label per group', () => {
  test('train learns one label per group, and predict and evaluate read the name of the group column from the model file', async () => {
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(gestures) });
    const trained = await nnbp(...classify, 'lstm', ...manyEpochs);
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(trained.stdout).toContain(
      'Sequences: 60 groups of "id", 3 to 6 steps each; label is predicted after the last step',
    );
    expect(trained.stdout).toContain('1 → 4 lstm → 2 nodes');
    expect(trained.stdout).toContain('48 sequences for training, none for validation, 12 for testing');
    expect(trained.stdout).toMatch(/test +12 +[\d.e-]+ +100\.0 %/);
    expect(trained.stdout).toContain('Baseline: always "down", the majority class in training; test accuracy 66.7 %.');

    const predicted = await nnbp('predict', 'gestures.nnbp.safetensors', 'gestures.csv');
    const ids = [...new Set(gestures.map(({ id }) => id))];
    const labelOf = (name: string) => gestures.find(({ id }) => id === name)!.label;
    expect(predicted.stdout).toBe(['id,predicted_label', ...ids.map((id) => `${id},${labelOf(id)}`), ''].join('\n'));
    const json = await nnbp('predict', 'gestures.nnbp.safetensors', 'gestures.csv', '--json', '--probabilities');
    const [first] = json.stdout.split('\n').map((line) => JSON.parse(line || 'null') as Record<string, unknown>);
    expect(Object.keys(first)).toEqual(['id', 'predicted_label', 'p_down', 'p_up']);
    expect(Number(first.p_down) + Number(first.p_up)).toBeCloseTo(1, 5);

    const evaluated = await nnbp('evaluate', 'gestures.nnbp.safetensors', 'gestures.csv');
    expect(evaluated.stdout).toMatch(/rows +270\n +sequences +60\n/);
    expect(evaluated.stdout).toMatch(/down +40 +·\n +up +· +20\n/);
  });

  test('train writes the same model whether all rows of a group have the label or only one', async () => {
    const seen = new Set<string>();
    const once = gestures.map((row) => (seen.has(row.id) ? { ...row, label: '' } : (seen.add(row.id), row)));
    const { nnbp, read } = await workspace({ 'gestures.csv': tableOf(gestures), 'once.csv': tableOf(once) });
    await nnbp(...classify, 'gru', ...fewEpochs);
    const trained = await nnbp('train', 'once.csv', ...classify.slice(2), 'gru', ...fewEpochs);
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(await read('once.nnbp.safetensors')).toBe(await read('gestures.nnbp.safetensors'));
  });

  test('train omits rows without an input and groups without a label, and reports both', async () => {
    const rows = gestures.map((row) =>
      row.id === 'g4' ? { ...row, label: '' } : row.id === 'g5' ? { ...row, x: row.x === '-1' ? '' : row.x } : row,
    );
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(rows) });
    const { code, stdout, stderr } = await nnbp(...classify, 'rnn', ...fewEpochs, '--json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^1 row left out \(row 21: "x" is missing\)/);
    expect(stderr).toContain('Left out 1 group without a target or usable rows.');
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 270,
      sequences: { group: 'id', targets: 'last', shortest: 3, longest: 6, all: 60, training: 47, test: 12 },
      baseline: { class: 'down' },
    });
    const { accuracy } = (JSON.parse(stdout) as { baseline: { accuracy: number } }).baseline;
    expect(accuracy * 12).toBeCloseTo(Math.round(accuracy * 12), 9);
    expect(accuracy).toBeGreaterThan(0.3);
    expect((await nnbp(...classify, 'rnn', ...fewEpochs)).stdout).toContain('Sequences: 59 groups of "id"');
  });

  test('the error about missing inputs counts all rows, even if only one row of each group has the label', async () => {
    const seen = new Set<string>();
    const rows = gestures.map((row) => ({
      ...row,
      x: '',
      label: seen.has(row.id) ? '' : (seen.add(row.id), row.label),
    }));
    rows[0] = { ...rows[0], x: gestures[0].x };
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(rows) });
    const { code, stderr } = await nnbp(...classify, 'rnn', '--number', 'x', ...fewEpochs);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/269 of 270 rows lack an input/)]);
  });

  test('evaluate counts only the rows of the sequences that it evaluates', async () => {
    const rows = gestures.map((row, k) =>
      row.id === 'g4' ? { ...row, label: '' } : k === 0 ? { ...row, x: '' } : row,
    );
    const groupRows = gestures.filter(({ id }) => id === 'g4').length;
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(gestures), 'gaps.csv': tableOf(rows) });
    await nnbp(...classify, 'rnn', ...fewEpochs);
    const { stdout } = await nnbp('evaluate', 'gestures.nnbp.safetensors', 'gaps.csv', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rows: 270 - groupRows - 1, sequences: 59, leftOut: 1 });
  });

  test('predict writes one line per group, leaves the prediction empty for groups without usable rows, and names the first such group', async () => {
    const rows = gestures.map((row) => (row.id === 'g4' || row.id === 'g5' ? { ...row, x: '' } : row));
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(gestures), 'gaps.csv': tableOf(rows) });
    await nnbp(...classify, 'rnn', ...fewEpochs);
    const { stdout, stderr } = await nnbp('predict', 'gestures.nnbp.safetensors', 'gaps.csv');
    const lines = stdout.trim().split('\n').slice(1);
    expect(lines.map((line) => line.split(',')[0])).toEqual([...new Set(gestures.map(({ id }) => id))]);
    expect(lines.filter((line) => line.endsWith(','))).toEqual(['g4,', 'g5,']);
    const omitted = rows.filter(({ x }) => x === '').length;
    const first = rows.findIndex(({ x }) => x === '') + 1;
    expect(stderr).toBe(
      `${omitted} rows left out (row ${first}: "x" is missing).\n2 groups without a prediction ("g4" has no usable rows).\n`,
    );
    const whole = await nnbp('predict', 'gestures.nnbp.safetensors', 'gestures.csv');
    expect(whole.stderr).toBe('');
  });

  test('train and evaluate reject groups with several labels and name the rows', async () => {
    const rows = gestures.map((row, k) => (k === 1 ? { ...row, label: 'down' } : row));
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(gestures), 'wrong.csv': tableOf(rows) });
    const message =
      'wrong.csv: group "g0" of "id" has several values of "label" ("up" in row 1, "down" in row 2). 59 of 60 groups have only one value. Use one value in all rows of a group.';
    const rejected = await nnbp('train', 'wrong.csv', ...classify.slice(2), 'lstm', ...fewEpochs);
    expect([rejected.code, rejected.stderr]).toEqual([1, `nnbp: ${message}\n`]);
    await nnbp(...classify, 'lstm', ...fewEpochs);
    const evaluated = await nnbp('evaluate', 'gestures.nnbp.safetensors', 'wrong.csv');
    expect([evaluated.code, evaluated.stderr]).toEqual([
      1,
      `nnbp: ${message.replace(' 59 of 60 groups have only one value.', '')}\n`,
    ]);
  });
});

test('the error about several values in a group names the target', async () => {
  const rows = Array.from({ length: 40 }, (_, k) => `g${k >> 1},${k},${k >> 1},${k === 1 ? 8 : k >> 1}`);
  const { nnbp } = await workspace({ 'two.csv': `id,x,a,b\n${rows.join('\n')}\n` });
  const { code, stderr } = await nnbp('train', 'two.csv', '-t', 'a', '-t', 'b', '--group', 'id', '--recurrent', 'rnn');
  expect(code).toBe(1);
  expect(stderr).toContain('group "g0" of "id" has several values of "b" ("0" in row 1, "8" in row 2).');
});

test('extentOf returns the minimum and maximum of a million numbers', () => {
  expect(extentOf(Array.from({ length: 1_000_000 }, (_, k) => k - 3))).toEqual([-3, 999_996]);
});

test('predict and evaluate reject a recurrent model that does not specify its sequence column', async () => {
  const rows = Array.from({ length: 60 }, (_, k) => `g${Math.floor(k / 3)},${k % 5},${k % 3}`);
  const { nnbp } = await workspace({ 'runs.csv': ['run,x,y', ...rows, ''].join('\n') });
  const options = [
    '-t',
    'y',
    '--number',
    'y',
    '--group',
    'run',
    '--recurrent',
    'rnn',
    '--hidden',
    '2',
    '--epochs',
    '1',
  ];
  expect((await nnbp('train', 'runs.csv', ...options, '-o', 'm.nnbp')).code).toBe(0);
  expect((await nnbp('convert', 'm.nnbp', 'm.json')).code).toBe(0);
  for (const command of ['predict', 'evaluate']) {
    const { code, stderr } = await nnbp(command, 'm.json', 'runs.csv');
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not specify the column that identifies them')]);
  }
});

describe('a table whose target varies within groups', () => {
  /** Rows of 40 runs. The second value of a row is the parity of the number of events so far. */
  const events = Array.from({ length: 40 }, (_, k) => {
    let odd = 0;
    return Array.from({ length: 5 + (k % 3) }, (_, t) => {
      const event = (k * 5 + t * t + (k >> 2)) % 2;
      odd ^= event;
      return `${k},${odd === 1 ? 'odd' : 'even'},${event}`;
    });
  }).flat();

  test('a target that varies within groups is predicted for each row, with an empty cell for a row with a missing input or without values', async () => {
    const { nnbp, write } = await workspace({ 'events.csv': ['run,sum,event', ...events, ''].join('\n') });
    const options = ['--target', 'sum', '--group', 'run', '--recurrent', 'lstm', '--number', 'event', ...fewEpochs];
    const trained = await nnbp('train', 'events.csv', ...options);
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(trained.stdout).toContain('sum is predicted at each step');
    const { stdout, stderr } = await nnbp('predict', 'events.nnbp.safetensors', 'events.csv');
    const lines = stdout.trim().split('\n');
    expect([lines[0], stderr]).toEqual(['run,sum,event,predicted_sum', '']);
    expect(lines.slice(1).map((line) => line.replace(/,(even|odd)$/, ''))).toEqual(events);
    await write('gaps.csv', ['run,sum,event', ...events, ''].join('\n').replace('0,even,0', '0,even,'));
    const gap = await nnbp('predict', 'events.nnbp.safetensors', 'gaps.csv', '--only');
    expect(gap.stdout.split('\n').filter((line) => line === '""')).toHaveLength(1);
    expect(gap.stderr).toMatch(/^1 row without a prediction/);
    await write('empty.csv', ['run,sum,event', events[0], ',,', events[1], ''].join('\n'));
    const empty = await nnbp('predict', 'events.nnbp.safetensors', 'empty.csv');
    expect(empty.stdout.split('\n').map((line) => line.replace(/,(even|odd)$/, ''))).toEqual([
      lines[0],
      events[0],
      ',,,',
      events[1],
      '',
    ]);
  });

  test('predictions of a numeric target that varies within groups are in the original units of the data', async () => {
    const rows = events.map((line, k) => `${line},${100 + (k % 5)}.5`);
    const { nnbp } = await workspace({ 'events.csv': ['run,sum,event,level', ...rows, ''].join('\n') });
    const options = ['--target', 'level', '--group', 'run', '--recurrent', 'gru', '--ignore', 'sum', ...fewEpochs];
    const trained = await nnbp('train', 'events.csv', ...options, '--number', 'level', '--number', 'event');
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(trained.stdout).toContain('mean absolute error');
    const { stdout } = await nnbp('predict', 'events.nnbp.safetensors', 'events.csv', '--only');
    const values = stdout.trim().split('\n').slice(1).map(Number);
    expect(values).toHaveLength(events.length);
    expect(values.every((value) => value > 95 && value < 110)).toBe(true);
  });
});

describe('errors about sequences', () => {
  test.each<[string, string[], number, RegExp]>([
    [
      '--recurrent without --group',
      ['--target', 'label', '--recurrent', 'lstm'],
      2,
      /--recurrent reads sequences: .*--group/,
    ],
    [
      '--window with --recurrent',
      [...classify.slice(2), 'lstm', '--window', '5'],
      2,
      /--window requires a time series/,
    ],
    [
      '--folds with --recurrent',
      [...classify.slice(2), 'lstm', '--folds', '5'],
      2,
      /--folds cannot be combined with --recurrent/,
    ],
    [
      '--checkpoint with --recurrent',
      [...classify.slice(2), 'lstm', '--checkpoint', 'x'],
      2,
      /--checkpoint cannot be combined/,
    ],
    [
      '--time-ordered with --recurrent',
      [...classify.slice(2), 'lstm', '--time-ordered'],
      2,
      /--time-ordered cannot be combined/,
    ],
    ['--hidden none with --recurrent', [...classify.slice(2), 'lstm', '--hidden', 'none'], 2, /needs hidden nodes/],
    [
      'a group column that does not exist',
      ['--target', 'label', '--group', 'ids', '--recurrent', 'rnn'],
      2,
      /no column "ids"/,
    ],
    ['the target as the group', ['--target', 'id', '--group', 'id', '--recurrent', 'rnn'], 2, /are both "id"/],
  ])('train rejects %s', async (_, options, code, message) => {
    const { nnbp } = await workspace({ 'gestures.csv': tableOf(gestures) });
    const actual = await nnbp('train', 'gestures.csv', ...options);
    expect([actual.code, actual.stderr]).toEqual([code, expect.stringMatching(message)]);
  });

  test('train rejects a row without a group', async () => {
    const { nnbp } = await workspace({
      'gestures.csv': tableOf(gestures.map((row, k) => (k === 3 ? { ...row, id: '' } : row))),
    });
    const { code, stderr } = await nnbp(...classify, 'lstm', ...fewEpochs);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/row 4: "id" has no value/)]);
  });

  test('train rejects a single group as too few groups', async () => {
    const { nnbp } = await workspace({ 'gestures.csv': 'id,label,x\na,up,1\na,down,2\na,up,3\na,down,5\n' });
    const { code, stderr } = await nnbp(...classify, 'lstm', ...fewEpochs);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/has 1 usable group in "id", too few/)]);
  });

  test('explain and evaluate --importance reject a sequence model, and predict rejects corrupt column metadata', async () => {
    const { nnbp, directory } = await workspace({ 'gestures.csv': tableOf(gestures) });
    await nnbp(...classify, 'lstm', ...fewEpochs);
    const explained = await nnbp('explain', 'gestures.nnbp.safetensors', 'gestures.csv');
    expect([explained.code, explained.stderr]).toEqual([2, expect.stringMatching(/reads sequences of rows/)]);
    const evaluated = await nnbp('evaluate', 'gestures.nnbp.safetensors', 'gestures.csv', '--importance');
    expect([evaluated.code, evaluated.stderr]).toEqual([
      2,
      expect.stringMatching(/--importance supports only models that read individual rows/),
    ]);
    const file = join(directory, 'gestures.nnbp.safetensors');
    const { network, metadata } = load(await readFile(file));
    const columns = { ...(metadata?.columns as object), sequences: { group: 'id', targets: 'some' } };
    await writeFile(file, save(network, { metadata: { columns } }));
    const corrupt = await nnbp('predict', 'gestures.nnbp.safetensors', 'gestures.csv');
    expect([corrupt.code, corrupt.stderr]).toEqual([1, expect.stringMatching(/column metadata .* does not match/)]);
  });
});
