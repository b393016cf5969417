import { sigmoid } from '@nnbp/activations';
import { backpropagate, GraphBuilder, Network } from '@nnbp/core';
import { save } from '@nnbp/formats';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { housesCsv, irisCsv, workspace, type Workspace } from './workspace.js';

const iris = 'iris.nnbp.safetensors';

/** A workspace with a model trained on iris. */
async function irisWorkspace(): Promise<Workspace> {
  const here = await workspace({ 'iris.csv': irisCsv });
  await here.nnbp('train', 'iris.csv', '-t', 'species', '--epochs', '60');
  return here;
}

/** A network whose node ids are numbers. */
function graphModel(): Network {
  const builder = new GraphBuilder();
  builder.input('1');
  builder.node('2', { from: ['1'], activation: sigmoid });
  builder.node('3', { from: ['1', '2'], activation: sigmoid });
  builder.node('4', { from: ['2', '3'], activation: sigmoid });
  builder.output('4');
  return new Network(builder.build(), { seed: 4 });
}

const cells = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));

describe('nnbp predict', () => {
  it('predict adds a column and leaves the others unchanged', async () => {
    const { nnbp } = await irisWorkspace();
    const { code, stdout, stderr } = await nnbp('predict', iris, 'iris.csv');
    const [header, ...rows] = cells(stdout);
    expect([code, stderr]).toEqual([0, '']);
    expect(header).toEqual([
      'sepal_length',
      'sepal_width',
      'petal_length',
      'petal_width',
      'species',
      'predicted_species',
    ]);
    expect(rows.map((row) => row.slice(0, 5).join(','))).toEqual(irisCsv.trim().split('\n').slice(1));
    expect(rows.filter((row) => row[5] === row[4]).length).toBeGreaterThan(140);
  });

  it('predict --only --probabilities prints only the prediction and probabilities that add up to 1', async () => {
    const { nnbp } = await irisWorkspace();
    const { stdout } = await nnbp('predict', iris, 'iris.csv', '--only', '--probabilities');
    const [header, ...rows] = cells(stdout);
    expect(header).toEqual(['predicted_species', 'p_setosa', 'p_versicolor', 'p_virginica']);
    for (const [species, ...p] of rows) {
      const numbers = p.map(Number);
      expect(numbers.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(header[1 + numbers.indexOf(Math.max(...numbers))]).toBe(`p_${species}`);
    }
  });

  it('predict --json reads standard input, finds columns by name in any order, and writes JSON lines', async () => {
    const { nnbpWith } = await irisWorkspace();
    const stdin =
      'petal_width\tnew\tpetal_length\tsepal_width\tsepal_length\n0.2\tx\t1.4\t3.5\t5.1\n2.5\ty\t6\t3.3\t6.3\n';
    const { code, stdout } = await nnbpWith({ stdin }, 'predict', iris, '-', '--json');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines.map((line) => [line.new, line.predicted_species])).toEqual([
      ['x', 'setosa'],
      ['y', 'virginica'],
    ]);
  });

  it('predict leaves the prediction of unusable rows empty, quotes cells if needed, and keeps decimal commas', async () => {
    const { nnbp, write, read } = await workspace({ 'houses.csv': housesCsv() });
    await nnbp('train', 'houses.csv', '-t', 'price');
    await write('new.csv', 'note;town;rooms;area\r\n"a;b";Bern;3;100,5\r\nc;Paris;3;100,5\r\nd;Genf;;90\r\n');
    const { code, stdout, stderr } = await nnbp('predict', 'houses.nnbp.safetensors', 'new.csv', '-o', 'out.csv');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe('2 rows without a prediction (row 2: "town" is "Paris", which did not occur in training).\n');
    const [header, first, ...rest] = (await read('out.csv')).trimEnd().split('\n');
    expect(header).toBe('note;town;rooms;area;predicted_price');
    expect(first).toMatch(/^"a;b";Bern;3;100,5;\d+,\d+$/);
    expect(Number(first.split(';')[5].replace(',', '.'))).toBeCloseTo(100.5 * 3.5 + 60, -1);
    expect(rest).toEqual(['c;Paris;3;100,5;', 'd;Genf;;90;']);
  });

  it.each([
    ['NA in a column of words', 'NA,1,1', '"town" is "NA", which did not occur in training'],
    ['NA in a column of integer classes', 'Bern,NA,1', '"stars" is missing'],
    ['NA in a column of numbers', 'Bern,1,NA', '"area" is missing'],
    ['an empty cell in a column of words', ',1,1', '"town" is missing'],
  ])('predict reports why it cannot use %s', async (_, cells, reason) => {
    const rows = Array.from({ length: 60 }, (_, k) => `${k % 2 ? 'Bern' : 'Genf'},${1 + (k % 3)},${k},${2 * k}\n`);
    const { nnbp, write } = await workspace({ 'a.csv': `town,stars,area,price\n${rows.join('')}` });
    await nnbp('train', 'a.csv', '-t', 'price', '--category', 'stars', '--epochs', '1', '-o', 'm.nnbp');
    await write('new.csv', `town,stars,area\n${cells}\n`);
    const { stderr } = await nnbp('predict', 'm.nnbp', 'new.csv');
    expect(stderr).toBe(`1 row without a prediction (row 1: ${reason}).\n`);
  });

  it('predict reports that NA is not a number if --missing-values does not list NA', async () => {
    const { nnbp, write } = await irisWorkspace();
    await write('new.csv', 'sepal_length,sepal_width,petal_length,petal_width\n1,2,3,NA\n');
    const { stderr } = await nnbp('predict', iris, 'new.csv', '--missing-values', '-');
    expect(stderr).toBe('1 row without a prediction (row 1: "petal_width" is "NA", which is not a number).\n');
  });

  it('predict names the missing column and suggests a similar one', async () => {
    const { nnbp, write } = await irisWorkspace();
    await write('short.csv', 'sepal_length,sepal_width,petal_lenght,petal_width\n1,2,3,4\n');
    const { code, stdout, stderr } = await nnbp('predict', iris, 'short.csv');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'nnbp: short.csv has no column "petal_length", which the model requires. Did you mean "petal_lenght"?\n',
    );
  });
});

describe('a model without column names', () => {
  const rows = Array.from({ length: 40 }, (_, k) => `${k},${k % 7},${k + (k % 7)}`);

  it('predict finds the columns by the ids of the input nodes, or in order if no id matches, and rejects a table with only some of the ids', async () => {
    const { nnbp, write } = await workspace({ 'a.csv': ['x,z,y', ...rows, ''].join('\n') });
    await nnbp('train', 'a.csv', '-t', 'y', '--number', 'y', '--epochs', '1', '-o', 'm.nnbp');
    await nnbp('convert', 'm.nnbp', 'm.json');
    const tables = { named: 'z,id,x\n2,9,1\n', unnamed: 'p,q\n1,2\n', some: 'id,x,zz\n9,1,2\n' };
    for (const [name, table] of Object.entries(tables)) await write(`${name}.csv`, table);
    const named = await nnbp('predict', 'm.json', 'named.csv', '--only');
    const unnamed = await nnbp('predict', 'm.json', 'unnamed.csv', '--only');
    expect([named.code, named.stderr]).toEqual([0, '']);
    expect(unnamed.stdout).toBe(named.stdout);
    const some = await nnbp('predict', 'm.json', 'some.csv');
    expect([some.code, some.stderr]).toEqual([
      2,
      'nnbp: some.csv has some of the columns that the model requires, but not "z". The columns of the model are x, z.\n',
    ]);
  });
});

describe('nnbp evaluate', () => {
  it('evaluate reports the accuracy and the confusion matrix of a classifier', async () => {
    const { nnbp } = await irisWorkspace();
    const { code, stdout } = await nnbp('evaluate', iris, 'iris.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/accuracy +9\d\.\d %/);
    expect(stdout).toMatch(/setosa +50 +· +·/);
    const { rows, metrics } = JSON.parse((await nnbp('evaluate', iris, 'iris.csv', '--json')).stdout) as {
      rows: number;
      metrics: { accuracy: number; confusionMatrix: number[][] };
    };
    expect(rows).toBe(150);
    const correct = metrics.confusionMatrix.reduce((sum, row, k) => sum + row[k], 0);
    expect(metrics.accuracy).toBeCloseTo(correct / 150, 12);
  });

  it('evaluate --importance shows the importance of each column, with a single value per categorical column', async () => {
    const { nnbp } = await workspace({
      'signs.csv': `town,x,noise,y\n${Array.from({ length: 60 }, (_, k) => `${['Bern', 'Chur', 'Genf'][k % 3]},${(k * 7) % 20},${(k * 11) % 13},${3 * ((k * 7) % 20) + 10 * (k % 3)}`).join('\n')}\n`,
    });
    await nnbp('train', 'signs.csv', '-t', 'y', '--epochs', '60');
    const { importance } = JSON.parse(
      (await nnbp('evaluate', 'signs.nnbp.safetensors', 'signs.csv', '--importance', '--json')).stdout,
    ) as { importance: { column: string; mean: number }[] };
    expect(importance.map(({ column }) => column).sort()).toEqual(['noise', 'town', 'x']);
    expect(importance[0].column).toBe('x');
    expect(importance[0].mean).toBeGreaterThan(importance[2].mean);
    const { stdout } = await nnbp('evaluate', 'signs.nnbp.safetensors', 'signs.csv', '--importance');
    expect(stdout).toMatch(/Increase of mse when a column is shuffled:\n\n +mean +deviation\n +x /);
  });

  it('the mean absolute error that evaluate reports matches the output of predict', async () => {
    const { nnbp } = await workspace({ 'houses.csv': housesCsv() });
    await nnbp('train', 'houses.csv', '-t', 'price', '--epochs', '3');
    const { metrics } = JSON.parse(
      (await nnbp('evaluate', 'houses.nnbp.safetensors', 'houses.csv', '--json')).stdout,
    ) as {
      metrics: { meanAbsoluteError: number };
    };
    const { stdout } = await nnbp('predict', 'houses.nnbp.safetensors', 'houses.csv', '--json');
    const errors = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { price: string; predicted_price: number | null })
      .filter((row) => row.predicted_price !== null)
      .map((row) => Math.abs(Number(row.price.replace(',', '.')) - row.predicted_price!));
    expect(errors).toHaveLength(294);
    expect(metrics.meanAbsoluteError).toBeCloseTo(errors.reduce((sum, e) => sum + e, 0) / errors.length, 3);
    const table = await nnbp('evaluate', 'houses.nnbp.safetensors', 'houses.csv');
    expect(table.stdout).toMatch(/^ +mse of the standardized target +\d/m);
  });
});

describe('nnbp explain', () => {
  it('explain derives the same derivative from a row of a file and from the values of that row', async () => {
    const { nnbp } = await irisWorkspace();
    const name = 'dloss/dw_petal_widthtohidden1.1';
    const fromFile = await nnbp('explain', iris, 'iris.csv', '--row', '3', '--derivative', name);
    expect(fromFile.code).toBe(0);
    expect(fromFile.stdout).toContain(`case 3  ${name} = dloss/dx_hidden1.1 · slope_hidden1.1 · x_petal_width`);
    const row = irisCsv.split('\n')[3];
    const fromValues = await nnbp('explain', iris, '--row', row, '--derivative', name);
    expect(fromValues.stdout).toBe(fromFile.stdout);
  });

  it('explain describes derivative names, and writes JSON, LaTeX and Chinese for a graph without column names', async () => {
    const { nnbp, write } = await workspace();
    await write('graph.nnbp', save(graphModel()));
    expect((await nnbp('explain', 'graph.nnbp', '--row', '0.5,1')).stdout).toContain(
      'or dloss/dw_FROMtoNODE, such as dloss/dw_2to4.',
    );
    const { stdout } = await nnbp('explain', 'graph.nnbp', '--row', '0.5,1', '--derivative', 'dloss/dx_2', '--json');
    const pass = backpropagate(graphModel(), [0.5], [1], (await import('@nnbp/losses')).mse());
    expect(JSON.parse(stdout)).toMatchObject({ name: 'dloss/dx_2', case: 2, value: pass.cache.dLossDx('2') });
    const latex = await nnbp(
      'explain',
      'graph.nnbp',
      '--row',
      '0.5,1',
      '--derivative',
      'dloss/db_3',
      '--format',
      'latex',
    );
    expect(latex.stdout).toContain('\\begin{aligned}');
    const chinese = await nnbp(
      'explain',
      'graph.nnbp',
      '--row',
      '0.5,1',
      '--derivative',
      'dloss/db_3',
      '--language',
      'zh',
    );
    expect(chinese.stdout).toContain('场景 3');
  });

  it('explain reports an unknown derivative, an invalid row and missing arguments', async () => {
    const { nnbp } = await irisWorkspace();
    expect((await nnbp('explain', iris)).stderr).toContain(
      '--row with values for sepal_length,sepal_width,petal_length,petal_width,species',
    );
    expect((await nnbp('explain', iris, '--row', '5.1,3.5')).stderr).toBe(
      'nnbp: --row: expected 5 values (sepal_length,sepal_width,petal_length,petal_width,species), received 2.\n',
    );
    expect((await nnbp('explain', iris, 'iris.csv', '--row', '151')).stderr).toBe(
      'nnbp: iris.csv has 150 rows: there is no row 151.\n',
    );
    const wrong = await nnbp('explain', iris, 'iris.csv', '--derivative', 'dloss/dw_xtoy');
    expect([wrong.code, wrong.stderr.includes('No edge is named "xtoy"')]).toEqual([1, true]);
  });
});

describe('nnbp check', () => {
  it('check compares analytic and numeric derivatives on the data and on random rows', async () => {
    const { nnbp } = await irisWorkspace();
    const { code, stdout } = await nnbp('check', iris, 'iris.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/softmaxCrossEntropy: ok, (\d+) of \1 derivatives agree/);
    const drawn = await nnbp('check', iris, '--json', '--rows', '3', '--max-derivatives', '40');
    expect(JSON.parse(drawn.stdout)).toMatchObject({ ok: true, compared: 40, wrong: [] });
  });
});

describe('nnbp convert and nnbp export', () => {
  it('convert keeps the predictions in the JSON, ONNX and nnbp formats', async () => {
    const { nnbp } = await irisWorkspace();
    const outputs = async (model: string) =>
      cells((await nnbp('predict', model, 'iris.csv', '--only')).stdout)
        .slice(1)
        .flat()
        .map(Number);
    expect((await nnbp('convert', iris, 'iris.json')).stdout).toBe(
      'iris.nnbp.safetensors (nnbp) → iris.json (json): 23 nodes, 112 edges.\n',
    );
    const known = await outputs('iris.json');
    await nnbp('convert', 'iris.json', 'iris.onnx');
    (await outputs('iris.onnx')).forEach((value, k) => expect(value).toBeCloseTo(known[k], 3));
    await nnbp('convert', 'iris.onnx', 'plain.nnbp');
    expect(await outputs('plain.nnbp')).toEqual(await outputs('iris.onnx'));
  });

  it('convert keeps the columns in the nnbp format, and reports that an ONNX file loses them', async () => {
    const { nnbp } = await irisWorkspace();
    expect((await nnbp('convert', iris, 'copy.nnbp')).stderr).toBe('');
    expect((await nnbp('evaluate', 'copy.nnbp', 'iris.csv')).stdout).toContain('accuracy');
    expect((await nnbp('convert', iris, 'iris.onnx')).stderr).toContain('only the nnbp format can store them');
  });

  it('convert imports the weights that export wrote for PyTorch', async () => {
    const { nnbp, read } = await irisWorkspace();
    const { stdout } = await nnbp('export', iris, '--to', 'pytorch');
    expect(stdout).toBe('Wrote iris-pytorch/network.py, iris-pytorch/train.py, iris-pytorch/weights.safetensors.\n');
    const weights = 'iris-pytorch/weights.safetensors';
    expect((await nnbp('convert', weights, 'back.nnbp', '--from', 'pytorch')).stderr).toContain('with --of');
    expect((await nnbp('convert', weights, 'back.nnbp', '--from', 'pytorch', '--of', iris)).code).toBe(0);
    expect(await read('back.nnbp')).toBe(await read(iris));
  });

  it('export writes a module that predicts without dependencies', async () => {
    const { nnbp, directory, read } = await irisWorkspace();
    expect((await nnbp('export', iris, '--to', 'module', '-o', 'iris.mjs')).stdout).toBe(
      'Wrote iris.mjs, iris.d.mts.\n',
    );
    const { predict } = (await import(pathToFileURL(join(directory, 'iris.mjs')).href)) as {
      predict: (input: readonly number[]) => number[];
    };
    const outputs = predict([5.1, 3.5, 1.4, 0.2]);
    expect(outputs.indexOf(Math.max(...outputs))).toBe(0);
    expect(await read('iris.d.mts')).toContain('export');
  });

  it('convert rejects output formats that are unknown or input-only, and its help lists brain.js as an input format', async () => {
    const { nnbp } = await irisWorkspace();
    const unknownExtension = await nnbp('convert', iris, 'iris.txt');
    expect([unknownExtension.code, unknownExtension.stderr]).toEqual([
      2,
      expect.stringMatching(/^nnbp: iris\.txt: unknown file extension\. Use one of \.nnbp\.safetensors, \.json, /),
    ]);
    expect((await nnbp('convert', iris, 'x', '--to', 'onxx')).stderr).toContain('Did you mean "onnx"?');
    expect((await nnbp('convert', iris, 'x', '--to', 'synaptic')).code).toBe(2);
    expect((await nnbp('convert', '--help')).stdout).toMatch(/brain\.js +in +\.json/);
  });
});

describe('the nnbp command', () => {
  it('nnbp prints its version and the help of each command, and exits with code 2 if no command is given', async () => {
    const { nnbp } = await workspace();
    expect(await nnbp('--version')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      stderr: '',
    });
    const { code, stdout } = await nnbp('--help');
    expect(code).toBe(0);
    for (const command of ['train', 'predict', 'evaluate', 'explain', 'check', 'convert', 'export']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
      expect((await nnbp(command, '--help')).stdout).toContain('Examples:');
    }
    expect((await nnbp()).code).toBe(2);
  });
});
