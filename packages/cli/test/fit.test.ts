import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from './workspace.js';

/** The example of docs/guides/fit-a-curve.md: growth that levels off. */
const ys = [8.3, 11.0, 13.9, 14.6, 16.2, 16.1, 17.4, 17.0];
const growthCsv = ['x,y', ...ys.map((y, k) => `${k + 1},${y}`), ''].join('\n');
const formula = 'b1*(1 - exp(-b2*x))';

interface Result {
  readonly rows: number;
  readonly leftOut: number;
  readonly converged: boolean;
  readonly parameters: readonly {
    readonly name: string;
    readonly estimate: number;
    readonly standardError: number | null;
    readonly determined: boolean;
  }[];
  readonly residualStandardDeviation: number;
  readonly covariance: readonly (readonly number[])[];
}
const resultIn = (stdout: string) => JSON.parse(stdout) as Result;

describe('nnbp fit', () => {
  it('fit prints the same estimates, standard errors, intervals and statistics as SciPy', async () => {
    const { nnbp } = await workspace({ 'growth.csv': growthCsv });
    const { code, stdout, stderr } = await nnbp('fit', 'growth.csv', '--formula', formula, '--start', 'b1=10,b2=1');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('growth.csv: 8 rows.\ny = b1*(1 - exp(-b2*x))\n');
    expect(stdout).toMatch(/b1 +17\.078009 +0\.403738 +42\.3 +1\.2e-8 +16\.0901 to 18\.0659/);
    expect(stdout).toMatch(/b2 +0\.56088793 +0\.0482944/);
    expect(stdout).toMatch(/residual standard deviation +0\.61504\b/);
    expect(stdout).toMatch(/R² +0\.967983/);
    expect(stdout).toMatch(/AIC +18\.6245/);
    expect(stdout).toMatch(/Converged after \d+ iterations/);
  });

  it('fit takes the target from the left side of the formula, accepts confidence, bounds and weights, and prints JSON', async () => {
    const weights = [1, 2, 0.5, 3, 0, 1, 4, 0.25];
    const csv = ['t,w,size,note', ...ys.map((y, k) => `${k + 1},${weights[k]},${y},n`), '9,1,,n', ''].join('\n');
    const { nnbp } = await workspace({ 'growth.csv': csv });
    const argv = [
      'fit',
      'growth.csv',
      '-f',
      'size = b1*(1 - exp(-b2*t))',
      '--start',
      'b1=10',
      '--weights',
      'w',
      '--json',
    ];
    const actual = resultIn((await nnbp(...argv)).stdout);
    expect([actual.rows, actual.leftOut, actual.converged]).toEqual([7, 1, true]);
    expect(actual.parameters[1].estimate).toBeCloseTo(0.5030327355001437, 8);
    expect(actual.parameters[1].standardError).toBeCloseTo(0.052037823819756586, 8);
    expect(actual.covariance[0][1]).toBe(actual.covariance[1][0]);
    const bounded = await nnbp(...argv, '--upper', 'b1=15');
    expect(resultIn(bounded.stdout).parameters[0].estimate).toBe(15);
    expect(bounded.stderr).toContain('b1 ended at a bound');
    const wide = await nnbp(...argv.slice(0, -1), '--confidence', '0.99');
    expect(wide.stdout).toContain('99 % interval');
    expect(wide.stderr).toContain('b2 started at 1.');
  });

  it('fit saves a formula that predict, evaluate, explain and check can read', async () => {
    const { nnbp, read } = await workspace({ 'growth.csv': growthCsv });
    const { stdout } = await nnbp('fit', 'growth.csv', '-f', formula, '--start', 'b1=10', '-o', 'growth.json');
    expect(stdout).toContain('Saved growth.json. Next: nnbp predict growth.json growth.csv');
    expect(JSON.parse(await read('growth.json'))).toMatchObject({ formula, variables: ['x'], target: 'y' });
    const withEmptyStdin = await nnbp('predict', 'growth.json', '-', '--only');
    expect(withEmptyStdin.code).toBe(1);
    expect((await nnbp('predict', 'growth.json', 'growth.csv')).stdout).toMatch(/^x,y,predicted_y\n1,8\.3,7\.3\d+\n/);
    expect((await nnbp('evaluate', 'growth.json', 'growth.csv')).stdout).toMatch(/R² +0\.9680/);
    expect((await nnbp('explain', 'growth.json', 'growth.csv', '--derivative', 'dloss/db_b2')).stdout).toContain(
      'case 3',
    );
    expect((await nnbp('check', 'growth.json', 'growth.csv')).code).toBe(0);
  });

  it('fit plots one or two variables in the terminal, and writes an SVG file', async () => {
    const { nnbp, directory } = await workspace({ 'growth.csv': growthCsv });
    const terminal = await nnbp('fit', 'growth.csv', '-f', formula, '--start', 'b1=10', '--plot');
    expect(terminal.stdout.match(/●/g)).toHaveLength(8);
    expect(terminal.stdout).toMatch(/[\u2801-\u28ff]{3}/);
    await nnbp('fit', 'growth.csv', '-f', formula, '--start', 'b1=10', '--plot', 'growth.svg');
    const svg = await readFile(join(directory, 'growth.svg'), 'utf8');
    expect(svg.match(/<circle/g)).toHaveLength(8);
    expect(svg).not.toContain('NaN');
    const two = ['a,b,c', ...ys.map((y, k) => `${k},${k * k},${y}`), ''].join('\n');
    const other = await workspace({ 'two.csv': two });
    const { stdout } = await other.nnbp('fit', 'two.csv', '-f', 'c = p + q*a + r*b', '--plot');
    expect(stdout).toContain('fitted c');
  });

  it.each([
    [
      'a formula without a column',
      ['-f', 'b1*X'],
      2,
      'The formula contains no column of growth.csv. Columns: x, y. Did you mean "x"?',
    ],
    ['a formula that cannot be parsed', ['-f', 'b1*(x'], 1, 'formula "b1*(x"'],
    ['an unknown function', ['-f', 'b1*foo(x)'], 1, 'unknown function "foo"'],
    ['an unknown target', ['-f', 'b1*x', '-t', 'z'], 2, 'has no column "z"'],
    ['two targets', ['-f', 'y = b1*x', '-t', 'x'], 2, 'differ'],
    [
      'an initial value for an unknown parameter',
      ['-f', 'b1*x', '--start', 'b2=3'],
      2,
      'the formula has no parameter "b2"',
    ],
    [
      'an initial value that is not a name=number pair',
      ['-f', 'b1*x', '--start', 'b1'],
      2,
      'Expected name=number pairs',
    ],
    [
      'an initial value outside its bounds',
      ['-f', 'b1*x', '--lower', 'b1=2'],
      2,
      '"b1" starts at 1, outside its bounds',
    ],
    [
      'an initial value that makes the formula overflow',
      ['-f', 'exp(b1*x)', '--start', 'b1=1000'],
      1,
      'not finite for the initial values b1=1000',
    ],
    [
      'initial values at which a derivative is not finite',
      ['-f', 'a + sqrt(b*x - 1)'],
      1,
      'A derivative of the formula is not finite',
    ],
    [
      'a formula with as many parameters as rows',
      ['-f', 'a+b*x+c*x^2+d*x^3+e*x^4+f*x^5+g*x^6+h*x^7'],
      1,
      'at least 9 usable rows are needed',
    ],
    [
      'a plot file that is not an SVG file',
      ['-f', 'b1*x', '--plot', 'p.png'],
      2,
      'expected a file that ends with .svg',
    ],
    ['an output file that is the data file', ['-f', 'b1*x', '-o', 'growth.csv'], 2, 'would overwrite'],
    ['a confidence of 95', ['-f', 'b1*x', '--confidence', '95'], 2, 'between 0 and 1'],
  ])('fit rejects %s', async (_, argv, expected, message) => {
    const { nnbp } = await workspace({ 'growth.csv': growthCsv });
    const { code, stderr, stdout } = await nnbp('fit', 'growth.csv', ...argv);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(message);
  });

  it('fit reports undetermined parameters, constant targets, and weights that are all 0', async () => {
    const flat = ['x,y,w', '1,5,0', '2,5,0', '3,5,0', '4,5,0', ''].join('\n');
    const { nnbp, write } = await workspace({ 'growth.csv': growthCsv });
    const undetermined = await nnbp('fit', 'growth.csv', '-f', 'a*b*x');
    expect(undetermined.code).toBe(0);
    expect(undetermined.stderr).toContain('the data do not determine b: other values fit equally well');
    expect(undetermined.stdout).toContain('not determined');
    await write('flat.csv', flat);
    const constant = await nnbp('fit', 'flat.csv', '-f', 'y = a + b*x');
    expect(constant.stderr).toContain('R² is not defined');
    const zero = await nnbp('fit', 'flat.csv', '-f', 'y = a + b*x', '--weights', 'w');
    expect(zero.code).toBe(1);
    expect(zero.stderr).toContain('0 usable rows cannot determine 2 parameters');
  });

  it('predict rejects a corrupt formula file', async () => {
    const good = { formula, variables: ['x'], target: 'y', parameters: { b1: 1, b2: 1 } };
    for (const bad of [
      { ...good, variables: 3 },
      { ...good, parameters: { b1: 1 } },
      { ...good, parameters: null },
    ]) {
      const { nnbp } = await workspace({ 'growth.csv': growthCsv, 'bad.json': JSON.stringify(bad) });
      const { code, stderr } = await nnbp('predict', 'bad.json', 'growth.csv');
      expect([code, stderr.startsWith('nnbp: ')]).toEqual([1, true]);
    }
  });
});

describe('train with lm or lbfgs', () => {
  const lineCsv = ['x,y', ...Array.from({ length: 60 }, (_, k) => `${k},${Math.sin(k / 10)}`), ''].join('\n');

  it.each(['lm', 'lbfgs'])('train with %s fits a curve, and its report shows no learning rate', async (optimizer) => {
    const { nnbp } = await workspace({ 'line.csv': lineCsv });
    const argv = ['train', 'line.csv', '-t', 'y', '--hidden', '6', '--optimizer', optimizer, '--epochs', '100'];
    const { code, stdout } = await nnbp(...argv);
    expect(code).toBe(0);
    expect(stdout).toContain(`mse, ${optimizer}, all rows in each step`);
    expect(Number(/test +12 +\S+ +(\S+)/.exec(stdout)?.[1])).toBeGreaterThan(0.99);
  });

  it('train with lm rejects a learning rate and a loss that is not a sum of squares', async () => {
    const { nnbp } = await workspace({ 'line.csv': lineCsv });
    const rate = await nnbp('train', 'line.csv', '-t', 'y', '--optimizer', 'lm', '--rate', '0.1');
    expect([rate.code, rate.stderr]).toEqual([2, expect.stringContaining('lm has no learning rate')]);
    const loss = await nnbp('train', 'line.csv', '-t', 'y', '--optimizer', 'lm', '--loss', 'huber');
    expect([loss.code, loss.stderr]).toEqual([2, expect.stringContaining('Use --optimizer lbfgs')]);
  });
});
