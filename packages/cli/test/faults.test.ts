import { expect, describe, it } from 'vitest';
import { housesCsv, irisCsv, workspace } from './workspace.js';

const rows = (header: string, ...lines: string[]) => [header, ...lines, ''].join('\n');
const many = (line: (k: number) => string, count = 20) => Array.from({ length: count }, (_, k) => line(k));

describe('errors of the command line', () => {
  it.each<[what: string, files: Record<string, string>, argv: string[], code: number, message: string]>([
    ['a missing file', {}, ['train', 'no.csv', '-t', 'y'], 1, 'no.csv: no such file or directory.'],
    ['a directory', {}, ['train', '.', '-t', 'y'], 1, 'expected a file, received a directory.'],
    ['an empty file', { 'a.csv': '' }, ['train', 'a.csv', '-t', 'y'], 1, 'a.csv is empty'],
    [
      'a file without rows',
      { 'a.csv': 'x,y\n' },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'a.csv has column names but no rows.',
    ],
    [
      'a missing --target',
      { 'a.csv': irisCsv },
      ['train', 'a.csv'],
      2,
      'for example --target species. Columns: sepal_length, ',
    ],
    [
      'a misspelled target',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'specis'],
      2,
      'a.csv has no column "specis". Did you mean "species"?',
    ],
    [
      'a misspelled ignored column',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '--ignore', 'sepal-width'],
      2,
      'Did you mean "sepal_width"?',
    ],
    [
      'a constant target',
      { 'a.csv': rows('x,y', ...many((k) => `${k},3`)) },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'The target "y" has only the value 3. Choose another target.',
    ],
    [
      'an empty target',
      { 'a.csv': rows('x,y', ...many((k) => `${k},`)) },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'The target "y" has no values. Choose another target.',
    ],
    [
      'a target of distinct strings',
      { 'a.csv': rows('x,y', ...many((k) => `${k},text ${k}`)) },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'is text with 20 different values',
    ],
    [
      'a table without input columns',
      { 'a.csv': rows('x,y', ...many((k) => `1,${k}`)) },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'No input columns',
    ],
    [
      'an output file of another format',
      { 'a.csv': rows('x,y', ...many((k) => `${k},${k / 2}`)) },
      ['train', 'a.csv', '-t', 'y', '-o', 'a.onnx'],
      2,
      '--output a.onnx: nnbp train saves models in the nnbp format.',
    ],
    [
      'a row with too many cells',
      { 'a.csv': rows('x,y', '1,2', '1,2,3') },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'a.csv, line 3: the row has more or fewer cells than the first',
    ],
    [
      'an unclosed quote',
      { 'a.csv': rows('x,y', '1,"2', '1,2') },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'a quote is not closed',
    ],
    [
      'a file with NUL bytes',
      { 'a.csv': 'x\0,\0y\0\n\0' },
      ['train', 'a.csv', '-t', 'y'],
      1,
      'Set --encoding utf-16le',
    ],
    [
      'a missing cell in every row',
      { 'a.csv': rows('x,z,y', ...many((k) => (k % 2 ? `${k},,${k}` : `,${k},${k}`))) },
      ['train', 'a.csv', '-t', 'y'],
      1,
      '--missing mean',
    ],
    [
      'an unknown activation',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '--activation', 'relo'],
      2,
      'Unknown activation "relo". Did you mean "relu"?',
    ],
    [
      'an unknown optimizer',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '--optimizer', 'constructor'],
      2,
      'Unknown optimizer "constructor".',
    ],
    [
      'a loss for categories with a numeric target',
      { 'a.csv': housesCsv() },
      ['train', 'a.csv', '-t', 'price', '--loss', 'hinge'],
      2,
      'The loss hinge is for categories',
    ],
    [
      'an invalid number',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '--epochs', '0'],
      2,
      'Expected an integer ≥ 1.',
    ],
    [
      'an unknown option',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '--taget', 'species'],
      2,
      "unknown option '--taget' (Did you mean --target?)",
    ],
    ['an unknown command', {}, ['trian', 'a.csv'], 2, "unknown command 'trian' (Did you mean train?)"],
    ['data from a pipe', {}, ['train', '-', '-t', 'y'], 2, 'save the data to a file'],
    [
      'a file that is not a model',
      { 'a.csv': irisCsv },
      ['predict', 'a.csv', 'a.csv'],
      1,
      'a.csv: unknown format. Supported: nnbp',
    ],
    ['a missing model file', { 'a.csv': irisCsv }, ['predict', 'm.nnbp', 'a.csv'], 1, 'm.nnbp: no such file'],
    [
      'a seed that is not a number',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '--seed', 'x'],
      2,
      'Expected a finite number.',
    ],
    [
      'a model written over its data',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '-o', './a.csv'],
      2,
      'would overwrite',
    ],
    [
      'predictions written over their data',
      { 'a.csv': irisCsv },
      ['predict', 'm', 'a.csv', '-o', 'a.csv'],
      2,
      'would overwrite',
    ],
    [
      'an output in a missing directory',
      { 'a.csv': irisCsv },
      ['train', 'a.csv', '-t', 'species', '--epochs', '1', '-o', 'no/m.nnbp'],
      1,
      'could not be written',
    ],
  ])('%s is reported in one line', async (_, files, argv, code, message) => {
    const { nnbp } = await workspace(files);
    const outcome = await nnbp(...argv);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(outcome.stderr).toMatch(/^nnbp: /);
    expect(outcome.code).toBe(code);
  });

  it('training that overflows suggests a smaller learning rate', async () => {
    const { nnbp } = await workspace({ 'houses.csv': housesCsv() });
    const args = ['--optimizer', 'sgd', '--rate', '100000', '--activation', 'identity', '--hidden', '16,16'];
    const { code, stderr } = await nnbp('train', 'houses.csv', '-t', 'price', '--missing', 'mean', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain('Try a smaller learning rate: --rate 10000.');
  });
});

describe('tables with unusual formatting', () => {
  const detectedColumns = async (csv: string, ...argv: string[]) => {
    const { nnbp } = await workspace({ 'a.csv': csv });
    const { code, stdout, stderr } = await nnbp('train', 'a.csv', '--epochs', '1', '--json', ...argv);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return (JSON.parse(stdout) as { columns: { name: string; role: string; kind?: string; reason: string }[] }).columns;
  };

  it.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['vertical bars', '|'],
  ])('%s between cells are detected, even if quoted cells contain other separators', async (_, mark) => {
    const lines = many((k) => [k, `"a,b;c|d\t${k % 2}"`, k * 2].join(mark));
    const columns = await detectedColumns(rows(['x', 'kind', 'y'].join(mark), ...lines), '-t', 'y');
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['x', 'number'],
      ['kind', 'category'],
      ['y', 'number'],
    ]);
  });

  it('the first row is detected as a header or as data, unless --header or --no-header is set', async () => {
    const lines = many((k) => `${k * 1.5},${k}`);
    const named = ['column1', 'column2'];
    expect((await detectedColumns(rows(lines[0], ...lines.slice(1)), '-t', 'column2')).map(({ name }) => name)).toEqual(
      named,
    );
    const words = many((k) => `${'ab'[k % 2]},${k}`);
    expect(
      (await detectedColumns(rows(words[0], ...words.slice(1)), '--no-header', '-t', 'column2')).map(
        ({ name }) => name,
      ),
    ).toEqual(named);
    expect(
      (await detectedColumns(rows('2023,2024', ...lines), '--header', '-t', '2024')).map(({ name }) => name),
    ).toEqual(['2023', '2024']);
  });

  it('duplicate and empty column names become unique', async () => {
    const columns = await detectedColumns(rows('x,x,,y', ...many((k) => `${k},${-k},${k * k},${k}`)), '-t', 'y');
    expect(columns.map(({ name }) => name)).toEqual(['x', 'x_2', 'unnamed3', 'y']);
  });

  it('empty lines and a missing final line break are accepted', async () => {
    expect(await detectedColumns('x,y\r\n1,2\r\n\r\n2,4\r\n3,6', '-t', 'y', '--test-split', '0')).toHaveLength(2);
  });

  it('a target of a few distinct integers is detected as a category', async () => {
    const columns = await detectedColumns(rows('x,y', ...many((k) => `${k},${k % 3}`)), '-t', 'y');
    expect(columns[1]).toMatchObject({ kind: 'category', reason: '0, 1, 2' });
  });

  it('a few words among many numbers count as missing', async () => {
    const { nnbp } = await workspace({ 'a.csv': rows('x,y', ...many((k) => `${k === 7 ? 'broken' : k},${k}`, 60)) });
    const { stdout, stderr } = await nnbp('train', 'a.csv', '-t', 'y', '--epochs', '1');
    expect(stdout).toContain('missing: 1 not a number (broken)');
    expect(stderr).toContain('1 row left out (row 8: "x" is "broken", which is not a number).');
  });
});
