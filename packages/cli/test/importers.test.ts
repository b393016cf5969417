/**
 * Tests that models saved by other libraries are detected by content, and that they make the same predictions after
 * import.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from './workspace.js';

interface Fixture {
  readonly name: string;
  readonly json: unknown;
  /** Weight file, base64-encoded. */
  readonly weights?: string;
  readonly rows: readonly (readonly number[] | Readonly<Record<string, number>>)[];
  readonly outputs: readonly (readonly number[] | Readonly<Record<string, number>>)[];
}

const fixturesOf = async (library: string) => {
  const path = `../../interop/test/fixtures/${library}.generated.json`;
  return (JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')) as { models: readonly Fixture[] }).models;
};

const numbers = (row: Fixture['rows'][number]): number[] => Object.values<number>(row);

describe.each(['brain-js', 'synaptic', 'neataptic', 'keras'])('%s models', (library) => {
  it(`${library} models are detected by content and make the same predictions`, async () => {
    for (const { name, json, weights, rows, outputs } of await fixturesOf(library)) {
      // Fixtures with named columns, or with probabilities as outputs instead of logits, are tested in @nnbp/interop.
      if (!Array.isArray(rows[0]) || JSON.stringify(json).toLowerCase().includes('softmax')) continue;
      const { nnbp, write } = await workspace();
      await write('model.json', JSON.stringify(json));
      if (weights !== undefined) await write('weights.bin', Buffer.from(weights, 'base64'));
      await write(
        'rows.csv',
        [rows[0].map((_, k) => `x${k}`).join(), ...rows.map((row) => numbers(row).join())].join('\n'),
      );
      const { code, stdout, stderr } = await nnbp('predict', 'model.json', 'rows.csv', '--only');
      expect([name, code, stderr]).toEqual([name, 0, '']);
      const actual = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').map(Number));
      actual.forEach((values, s) =>
        values.forEach((value, k) =>
          expect(Math.abs(value - numbers(outputs[s])[k]), name).toBeLessThan(2e-5 * Math.max(1, Math.abs(value))),
        ),
      );
      const converted = await nnbp('convert', 'model.json', 'mine.nnbp', '--json');
      expect(JSON.parse(converted.stdout)).toMatchObject({ from: library.replace('-', '.'), to: 'nnbp' });
      expect((await nnbp('predict', 'mine.nnbp', 'rows.csv', '--only')).stdout).toBe(stdout);
    }
  });
});

describe('a neat-python genome', () => {
  const genome = {
    input_keys: [-1, -2],
    output_keys: [0],
    nodes: [
      { key: 0, bias: 0.5, response: 2, activation: 'tanh', aggregation: 'sum' },
      { key: 7, bias: -0.1, response: 1, activation: 'sigmoid', aggregation: 'sum' },
    ],
    connections: [
      { key: [-1, 7], weight: 0.3, enabled: true },
      { key: [-2, 0], weight: -0.2, enabled: true },
      { key: [7, 0], weight: 0.7, enabled: true },
    ],
  };

  it('predict, explain and convert accept a neat-python genome', async () => {
    const { nnbp } = await workspace({ 'genome.json': JSON.stringify(genome), 'rows.csv': 'a,b\n1,2\n' });
    const { stdout } = await nnbp('predict', 'genome.json', 'rows.csv', '--only');
    const hidden = 1 / (1 + Math.exp(-5 * (-0.1 + 0.3 * 1)));
    expect(Number(stdout.split('\n')[1])).toBeCloseTo(Math.tanh(2.5 * (0.5 + 2 * (-0.2 * 2 + 0.7 * hidden))), 5);
    expect((await nnbp('explain', 'genome.json', '--row', '1,2,0', '--derivative', 'dloss/dx_7')).code).toBe(0);
    expect((await nnbp('convert', 'genome.json', 'again.json', '--to', 'neat-python')).code).toBe(0);
    expect((await nnbp('predict', 'again.json', 'rows.csv', '--only')).stdout).toBe(stdout);
  });
});

describe('a neataptic model with a step function', () => {
  it('a neataptic model with a step function is converted with a note, and still makes predictions', async () => {
    const json = {
      nodes: [
        { type: 'input', bias: 0, squash: 'LOGISTIC', mask: 1 },
        { type: 'output', bias: -1, squash: 'STEP', mask: 1 },
      ],
      connections: [{ from: 0, to: 1, weight: 2, gater: null }],
      input: 1,
      output: 1,
    };
    const { nnbp } = await workspace({ 'model.json': JSON.stringify(json), 'rows.csv': 'x\n0.4\n0.6\n' });
    expect((await nnbp('convert', 'model.json', 'mine.nnbp')).stderr).toMatch(
      /The model is for prediction only: the derivative of step is 0/,
    );
    expect((await nnbp('predict', 'mine.nnbp', 'rows.csv', '--only')).stdout).toBe('predicted_1\n0\n1\n');
  });
});

describe('a link to TensorFlow Playground', () => {
  it('a TensorFlow Playground link is imported with the layer sizes that the page shows', async () => {
    const { nnbp } = await workspace();
    const link = 'https://playground.tensorflow.org/#activation=relu&networkShape=3&xSquared=true';
    expect((await nnbp('convert', link, 'page.json')).stdout).toBe(
      `${link} (playground) → page.json (json): 7 nodes, 12 edges.\n`,
    );
    expect((await nnbp('check', 'page.json')).code).toBe(0);
  });
});

describe('a model that refers to other files', () => {
  const dense = {
    class_name: 'Sequential',
    config: {
      layers: [{ class_name: 'Dense', config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] } }],
    },
  };
  const weights = [{ name: 'd/kernel', shape: [2, 1], dtype: 'float32' }];

  it.each(['./w.bin', 'parts/../w.bin', './/w.bin', 'parts/w.bin', './parts/./w.bin'])(
    'if a model refers to %j, that file is read from the directory of the model',
    async (path) => {
      const { nnbp, write, directory } = await workspace({ 'rows.csv': 'a,b\n1,10\n' });
      await mkdir(join(directory, 'parts'));
      for (const file of ['w.bin', 'parts/w.bin']) await write(file, new Uint8Array(Float32Array.of(3, 0.5).buffer));
      await write(
        'model.json',
        JSON.stringify({ modelTopology: dense, weightsManifest: [{ paths: [path], weights }] }),
      );
      const { code, stdout, stderr } = await nnbp('predict', 'model.json', 'rows.csv', '--only');
      expect([code, stderr, stdout.split('\n')[1]]).toEqual([0, '', '8']);
    },
  );

  it.each([
    '../weights.bin',
    '/etc/hostname',
    'a/../../b.bin',
    '..',
    '.',
    'a/',
    '.secret',
    'a/.secret',
    'c:/b',
    'a\\\\b',
    '',
  ])('a model that refers to the path %j is rejected', async (path) => {
    const { nnbp, write, directory } = await workspace();
    await mkdir(join(directory, 'a'));
    await write('a/b.bin', new Uint8Array(4));
    const json = { modelTopology: {}, weightsManifest: [{ paths: ['weights.bin'], weights: [] }] };
    await write('model.json', JSON.stringify(json).replace('weights.bin', path));
    const { code, stderr } = await nnbp('convert', 'model.json', 'mine.nnbp');
    expect(code).toBe(1);
    expect(stderr).toContain('expected a file in the directory of the model or below');
  });
});
