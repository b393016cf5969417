/**
 * Tests hostile strings as names in model files, and as option values and arguments of the commands. The output must be
 * harmless, and exported code must run.
 */
import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { load } from '@nnbp/formats';
import { describe, expect, it } from 'vitest';
import { hostileStrings, unsafe } from './hostile-strings.js';
import { onnxModel, tensor } from './onnx-bytes.js';
import { type Outcome, workspace } from './workspace.js';

function expectHarmless(what: readonly string[], { code, stdout, stderr }: Outcome): void {
  const at = unsafe.exec(stdout) ?? unsafe.exec(stderr);
  expect([what, at === null ? '' : at.input.slice(Math.max(0, at.index - 40), at.index + 20)]).toEqual([what, '']);
  expect([what, [0, 1, 2, 3].includes(code)]).toEqual([what, true]);
}

/** An object with these keys, which can include `__proto__`. */
const keyed = (keys: readonly string[], valueOf: (key: string, k: number) => unknown) =>
  Object.fromEntries(keys.map((key, k) => [key, valueOf(key, k)]));
const float32 = (count: number) =>
  new Uint8Array(Float32Array.from({ length: count }, (_, k) => (k % 7) / 7 - 0.4).buffer);

/** A layer with one input and one output per name. The names also appear everywhere else that ONNX allows a name. */
function onnxNamed(names: readonly string[]): Uint8Array {
  const width = names.length;
  const [all, weights, sums, values] = ['all', 'weights', 'sums', 'values'].map((what, k) => what + names[k]);
  const outputs = names.map((name) => `${name} out`);
  return onnxModel({
    texts: [names[0], names[1], names[2]],
    metadata: names,
    name: names[3],
    nodes: [
      { type: 'Concat', name: names[4], input: names, output: [all], axis: 1 },
      { type: 'MatMul', name: names[5], input: [all, weights], output: [sums] },
      { type: 'Tanh', name: names[6], input: [sums], output: [values] },
      { type: 'Split', name: names[8], input: [values], output: outputs, axis: 1 },
    ],
    tensors: [tensor(weights, [width, width], float32(width * width))],
    inputs: names,
    outputs,
  });
}

/** ONNX models with the string in place of a name that ONNX interprets, such as the name of an operator. */
function onnxWith(text: string): Record<string, Uint8Array> {
  const product = { type: 'MatMul', input: ['x', 'w'], output: ['y'] };
  const model = { nodes: [product], tensors: [tensor('w', [1, 1], float32(1))], inputs: ['x'], outputs: ['y'] };
  const unknown = { ...product, input: ['x', text] };
  return {
    'operator.onnx': onnxModel({ ...model, nodes: [{ ...product, type: text, name: text }] }),
    'domain.onnx': onnxModel({ ...model, nodes: [{ ...product, domain: text }] }),
    'operand.onnx': onnxModel({ ...model, nodes: [unknown] }),
    'result.onnx': onnxModel({ ...model, outputs: [text] }),
    'weights.onnx': onnxModel({ ...model, nodes: [unknown], tensors: [tensor(text, [7], float32(1))] }),
    'location.onnx': onnxModel({ ...model, tensors: [tensor('w', [1, 1], float32(1), text)] }),
  };
}

/** Model files in several formats, with these strings as names. */
function modelsNamed(names: readonly string[]): Record<string, string | Uint8Array> {
  // Keras splits names at slashes.
  const layerNames = names.filter((name) => !name.includes('/'));
  const layers = layerNames.map((name, k) => ({
    class_name: 'Dense',
    config: { name, units: 1, activation: 'tanh', ...(k === 0 && { batch_input_shape: [null, 1] }) },
  }));
  const weights = layerNames.flatMap((name) => [
    { name: `${name}/kernel`, shape: [1, 1], dtype: 'float32' },
    { name: `${name}/bias`, shape: [1], dtype: 'float32' },
  ]);
  return {
    'brain.json': JSON.stringify({
      sizes: [names.length, names.length],
      layers: [
        keyed(names, () => ({})),
        keyed(names, (_, k) => ({ bias: 0.1, weights: keyed(names, (_, i) => (i - k) / 50) })),
      ],
      activation: 'tanh',
    }),
    'keras.json': JSON.stringify({
      modelTopology: { class_name: 'Sequential', config: { name: names[0], layers }, keras_version: '2.15.0' },
      weightsManifest: [{ paths: ['keras.bin'], weights }],
    }),
    'keras.bin': float32(2 * layerNames.length),
    'other.onnx': onnxNamed(names),
    'own.json': JSON.stringify({
      format: 'nnbp',
      version: 1,
      inputs: names.slice(0, 2),
      nodes: names.slice(2).map((id) => ({ id, from: names.slice(0, 2), activation: 'tanh', b: 0.1, w: [0.5, -0.5] })),
      outputs: names.slice(2),
    }),
  };
}

/** Files with the string in place of a name that the format interprets, such as the name of an activation. */
function filesWith(text: string): Record<string, string | Uint8Array> {
  const kerasOf = (change: object, paths: readonly string[] = ['w.bin']) =>
    JSON.stringify({
      modelTopology: {
        class_name: 'Sequential',
        config: {
          layers: [{ class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 1] }, ...change }],
        },
      },
      weightsManifest: [{ paths, weights: [{ name: 'd/kernel', shape: [1, 1], dtype: 'float32' }] }],
    });
  const node = { id: 'y', from: ['x'], activation: 'tanh', b: 0, w: [1] };
  const own = { format: 'nnbp', version: 1, inputs: ['x'], nodes: [node], outputs: ['y'] };
  const neat = (gene: object) => ({
    input_keys: [-1],
    output_keys: [0],
    nodes: [{ key: 0, bias: 0, response: 1, activation: 'tanh', aggregation: 'sum', ...gene }],
    connections: [{ key: [-1, 0], weight: 1, enabled: true }],
  });
  const neataptic = (change: object) => ({
    nodes: [
      { type: 'input', bias: 0, squash: 'TANH' },
      { type: 'output', bias: 0, squash: 'TANH', ...change },
    ],
    connections: [{ from: 0, to: 1, weight: 1 }],
    input: 1,
    output: 1,
  });
  return {
    ...onnxWith(text),
    'class.json': kerasOf({ class_name: text }),
    'activation.json': kerasOf({ config: { name: 'd', units: 1, batch_input_shape: [null, 1], activation: text } }),
    'path.json': kerasOf({}, [text]),
    'brain.json': JSON.stringify({ layers: [{ a: {} }, { b: { bias: 0, weights: { [text]: 1 } } }], activation: text }),
    'neataptic.json': JSON.stringify(neataptic({ squash: text })),
    'type.json': JSON.stringify(neataptic({ type: text })),
    'synaptic.json': JSON.stringify({
      neurons: [
        { layer: 'input', squash: 'TANH', bias: 0 },
        { layer: 'output', squash: text, bias: 0 },
      ],
      connections: [{ from: 0, to: 1, weight: 1 }],
    }),
    'neat.json': JSON.stringify(neat({ activation: text })),
    'sum.json': JSON.stringify(neat({ aggregation: text })),
    'own.json': JSON.stringify({ ...own, nodes: [{ ...node, activation: text }] }),
    'entry.json': JSON.stringify({ ...own, [text]: text }),
    'version.json': JSON.stringify({ ...own, version: text }),
    'output.json': JSON.stringify({ ...own, outputs: [text] }),
  };
}

/** Testing all strings in every format takes several seconds. */
const longTimeout = { timeout: 60_000 };
const python = spawnSync('python3', ['--version']).status === 0;

describe('names in model files', () => {
  it(
    'hostile names are preserved, escaped in the output, and exported to JavaScript and Python as strings',
    longTimeout,
    async () => {
      const here = await workspace();
      for (const [name, content] of Object.entries(modelsNamed(hostileStrings))) await here.write(name, content);
      for (const file of ['brain.json', 'keras.json', 'own.json', 'other.onnx']) {
        const [format] = file.split('.');
        const runs = [
          ['convert', file, `${format}.nnbp`],
          ['convert', `${format}.nnbp`, `${format}-out.onnx`],
          ['convert', `${format}-out.onnx`, `${format}-again.nnbp`],
          ['convert', `${format}.nnbp`, `${format}-genome.json`, '--to', 'neat-python'],
          ['export', `${format}.nnbp`, '--to', 'module', '-o', `${format}.mjs`],
          ['export', `${format}.nnbp`, '--to', 'pytorch', '-o', `${format}-torch`],
        ];
        for (const argv of runs) {
          const outcome = await here.nnbp(...argv);
          expectHarmless(argv, outcome);
          expect([argv, outcome.code, outcome.stderr]).toEqual([argv, 0, expect.any(String)]);
        }
        const { network } = load(await readFile(join(here.directory, `${format}.nnbp`)));
        const { ids, inputCount, outputs } = network.graph;
        const names = { inputs: ids.slice(0, inputCount), outputs: Array.from(outputs, (i) => ids[i]) };
        const again = load(await readFile(join(here.directory, `${format}-again.nnbp`))).network.graph;
        expect(again.ids.slice(0, inputCount)).toEqual(names.inputs);
        const module = (await import(pathToFileURL(join(here.directory, `${format}.mjs`)).href)) as typeof names & {
          predict(input: readonly number[]): number[];
        };
        expect([module.inputs, module.outputs]).toEqual([names.inputs, names.outputs]);
        const input = names.inputs.map((_, k) => k / 10);
        expect(module.predict(input)).toEqual([...network.predict(input)]);
        if (python) {
          const program = fileURLToPath(new URL('run-python.py', import.meta.url));
          const argv = ['-B', program, join(here.directory, `${format}-torch`)];
          const { stdout } = await promisify(execFile)('python3', argv, { cwd: here.directory });
          const allowedKinds = ['Assign', 'ClassDef', 'Expr', 'FunctionDef', 'Import', 'ImportFrom'];
          const actual = JSON.parse(stdout) as typeof names & { readonly kinds: readonly string[] };
          expect([actual.inputs, actual.outputs]).toEqual([names.inputs, names.outputs]);
          expect(actual.kinds.filter((kind) => !allowedKinds.includes(kind))).toEqual([]);
        }
      }
      expect('owned' in globalThis).toBe(false);
      expect((await readdir(here.directory)).filter((name) => name.includes('owned'))).toEqual([]);
    },
  );

  it(
    'hostile strings in place of known names or paths are rejected with a one-line error that escapes them',
    longTimeout,
    async () => {
      const here = await workspace();
      await here.write('w.bin', float32(1));
      for (const text of hostileStrings) {
        for (const [name, content] of Object.entries(filesWith(text))) {
          await here.write(name, content);
          const outcome = await here.nnbp('convert', name, 'out.nnbp');
          expectHarmless([name, text], outcome);
          expect([name, text, outcome.code, outcome.stderr.trimEnd().split('\n').length]).toEqual([name, text, 1, 1]);
        }
        const link = `https://playground.tensorflow.org/#activation=${encodeURIComponent(text.replace('\uD800', ''))}`;
        expectHarmless(['link', text], await here.nnbp('convert', link, 'out.nnbp'));
      }
      expect((await readdir(here.directory)).filter((name) => name.startsWith('out.'))).toEqual(['out.nnbp']);
    },
  );
});

describe('the commands', () => {
  const chosen = [
    hostileStrings[1],
    hostileStrings[7],
    hostileStrings[9],
    '__proto__',
    '',
    'x'.repeat(5000),
    '../../owned',
  ];
  const commands: Readonly<Record<string, readonly string[]>> = {
    train: ['d.csv', '--target', 'y', '--epochs', '1', '--hidden', '1'],
    predict: ['m.nnbp', 'd.csv'],
    evaluate: ['m.nnbp', 'd.csv'],
    explain: ['m.nnbp', 'd.csv'],
    check: ['m.nnbp', 'd.csv'],
    convert: ['m.nnbp', 'out.onnx'],
    export: ['m.nnbp', '--to', 'module'],
  };

  it.each(Object.entries(commands))(
    'hostile strings are harmless as option values and arguments of %s',
    async (command, given) => {
      const here = await workspace({
        'd.csv': `a,y\n${Array.from({ length: 12 }, (_, k) => `${k},${2 * k}`).join('\n')}\n`,
      });
      expect((await here.nnbp('train', ...commands.train, '-o', 'm.nnbp')).code).toBe(0);
      const { stdout } = await here.nnbp(command, '--help');
      const options = Array.from(stdout.matchAll(/^ +(?:-\w, )?(--[\w-]+) </gm), ([, name]) => name);
      expect(options.length).toBeGreaterThan(0);
      for (const option of options) {
        // These options write a file. With each of the first two strings, the file is inside the workspace.
        for (const text of /^--(?:output|checkpoint)$/.test(option) ? chosen.slice(0, 2) : chosen) {
          expectHarmless([command, option, text], await here.nnbp(command, ...given, option, text));
        }
      }
      for (let k = 0; k < given.length; k++) {
        if (given[k].startsWith('-') || (command === 'convert' && k === 1)) continue;
        for (const text of chosen)
          expectHarmless([command, text], await here.nnbp(command, ...given.toSpliced(k, 1, text)));
      }
    },
  );
});
