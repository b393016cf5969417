import { describe, expect, it } from 'vitest';
import { irisCsv, workspace } from './workspace.js';

/** A module with an activation. Its derivative is correct only if `factor` is 1. */
const plugin = (factor: number) => `
export const bent = {
  name: 'bent',
  value: (h) => h / Math.sqrt(1 + h * h),
  derivative: (h) => ${factor} / (1 + h * h) ** 1.5,
};
export const version = '1.0';
`;

const train = ['train', 'iris.csv', '-t', 'species', '--activation', 'bent', '--epochs', '40', '-o', 'm.nnbp'];

describe('a custom activation', () => {
  it('a custom activation is saved by name, and commands that load the model need --plugin', async () => {
    const { nnbp, read } = await workspace({ 'iris.csv': irisCsv, 'bent.mjs': plugin(1) });
    const { code, stdout } = await nnbp(...train, '--plugin', 'bent.mjs', '--json');
    expect(code).toBe(0);
    const { test } = JSON.parse(stdout) as { test: { metrics: { accuracy: number } } };
    expect(test.metrics.accuracy).toBeGreaterThan(0.9);

    const without = await nnbp('evaluate', 'm.nnbp', 'iris.csv');
    expect(without.code).toBe(1);
    expect(without.stderr).toContain('bent');
    expect(without.stderr).toContain('use --plugin FILE with a JavaScript file that exports it');
    const withPlugin = ['--plugin', 'bent.mjs'];
    expect((await nnbp('evaluate', 'm.nnbp', 'iris.csv', ...withPlugin)).code).toBe(0);
    expect((await nnbp('check', 'm.nnbp', 'iris.csv', ...withPlugin)).code).toBe(0);
    await nnbp('convert', 'm.nnbp', 'm.json', ...withPlugin);
    await nnbp('convert', 'm.json', 'again.nnbp', ...withPlugin);
    expect(await read('m.json')).toContain('"name":"bent"');
    expect((await nnbp('evaluate', 'again.nnbp', 'iris.csv', ...withPlugin)).code).toBe(2); // JSON does not store the columns.
  });

  it('check detects a custom activation with a wrong derivative and exits with 3', async () => {
    const { nnbp } = await workspace({ 'iris.csv': irisCsv, 'bent.mjs': plugin(2) });
    await nnbp(...train, '--plugin', 'bent.mjs');
    const { code, stdout, stderr } = await nnbp('check', 'm.nnbp', 'iris.csv', '--plugin', 'bent.mjs');
    expect(code).toBe(3);
    expect(stdout).toContain('WRONG');
    expect(stderr).toBe('nnbp: A derivative is wrong. See the report above.\n');
  });

  it('training with a custom activation resumes bit-for-bit from checkpoints', async () => {
    const { nnbp, read } = await workspace({ 'iris.csv': irisCsv, 'bent.mjs': plugin(1) });
    const trained = async (...more: string[]) => {
      expect((await nnbp(...train, '--plugin', 'bent.mjs', ...more)).code).toBe(0);
      return read('m.nnbp');
    };
    const whole = await trained('--epochs', '6');
    await trained('--epochs', '3', '--checkpoint', 'run');
    expect(await trained('--epochs', '6', '--checkpoint', 'run', '--resume')).toBe(whole);
  });

  it.each([
    ['a missing file', 'no.mjs', 1, 'no.mjs could not be loaded as a module: it or a file it imports does not exist.'],
    ['a file without an activation', 'none.mjs', 2, 'none.mjs exports no activation'],
    ['a file that throws', 'fails.mjs', 1, 'fails.mjs could not be loaded as a module: oh dear.'],
  ])('--plugin rejects %s', async (_, file, expected, message) => {
    const files = {
      'iris.csv': irisCsv,
      'none.mjs': 'export const a = 1;',
      'fails.mjs': 'throw new Error("oh dear");',
    };
    const { nnbp } = await workspace(files);
    const { code, stderr } = await nnbp(...train, '--plugin', file);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
  });
});
