/**
 * Tests hostile strings as names in data and models. The output must be harmless, and exports must contain the
 * strings as data.
 */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { tanh } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import { load, save, toJson } from '@nnbp/formats';
import { toOnnx } from '@nnbp/interop';
import { describe, expect, it } from 'vitest';
import { hostileStrings, unsafe } from './hostile-strings.js';
import { type Outcome, type Workspace, workspace } from './workspace.js';

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** A table with one column per string. The values of a column cycle through three of the strings. */
function hostileCsv(names: readonly string[], rows = 24): string {
  const valueAt = (k: number, r: number) => names[(k + (r % 3)) % names.length];
  const lines = Array.from({ length: rows }, (_, r) => names.map((_, k) => cell(valueAt(k, r))).join());
  return `${[names.map(cell).join(), ...lines].join('\n')}\n`;
}

function expectHarmless(what: string, { stdout, stderr }: Outcome): void {
  for (const text of [stdout, stderr]) {
    const at = unsafe.exec(text);
    expect(at === null ? '' : `${what}: ${JSON.stringify(text.slice(Math.max(0, at.index - 40), at.index + 20))}`).toBe(
      '',
    );
  }
}

/** The hostile strings that are tested as names in CSV files. */
const csvNames = hostileStrings.filter(
  (text) => text.trim() !== '' && !/[\0\uD800\uFEFF]/.test(text) && text.length < 1000,
);

async function hostileNetwork({ write }: Workspace, ids = hostileStrings): Promise<Network> {
  const builder = new GraphBuilder();
  const [first, ...others] = ids;
  builder.input(first);
  for (const id of others) builder.node(id, { from: [first], activation: tanh });
  builder.output(others[0], ...others.slice(5, 8));
  const network = new Network(builder.build(), { seed: 1 });
  await write('model.nnbp', save(network));
  await write('model.json', toJson(network));
  await write('model.onnx', toOnnx(network));
  return network;
}

describe('hostile names', () => {
  it('hostile names are escaped in the output of train, evaluate, check, explain, predict, export and convert', async () => {
    const here = await workspace({ 'data.csv': hostileCsv(csvNames) });
    const target = csvNames[csvNames.length - 1];
    const runs: readonly (readonly string[])[] = [
      ['train', 'data.csv'],
      ['train', 'data.csv', '--target', 'no \x1b[2J such'],
      ['train', 'data.csv', '--target', target, '--epochs', '1', '--hidden', '2', '-o', 'm.nnbp'],
      ['train', 'data.csv', '--target', target, '--epochs', '1', '--hidden', '2', '--json'],
      ['evaluate', 'm.nnbp', 'data.csv'],
      ['evaluate', 'm.nnbp', 'data.csv', '--json'],
      ['check', 'm.nnbp', 'data.csv', '--max-derivatives', '20'],
      ['check', 'm.nnbp', 'data.csv', '--max-derivatives', '20', '--json'],
      ['explain', 'm.nnbp', 'data.csv'],
      ['explain', 'm.nnbp', 'data.csv', '--derivative', 'dloss/db_hidden1.1'],
      ['explain', 'm.nnbp', 'data.csv', '--derivative', 'dloss/db_hidden1.1', '--format', 'markdown'],
      ['explain', 'm.nnbp', 'data.csv', '--derivative', 'dloss/db_hidden1.1', '--format', 'latex'],
      ['explain', 'm.nnbp', 'data.csv', '--derivative', 'dloss/db_hidden1.1', '--json'],
      ['explain', 'm.nnbp', 'data.csv', '--derivative', 'dloss/db_\x1b[2J'],
      ['predict', 'm.nnbp', 'data.csv', '--json', '--probabilities'],
      ['export', 'm.nnbp', '--to', 'module', '-o', '\x1b[2J.js'],
      ['convert', 'm.nnbp', '\u202E.onnx'],
      ['convert', 'no\x1b[2J.csv', 'x.onnx'],
      ['\x1b[2J'],
      ['train', '--\x1b[2J'],
    ];
    for (const argv of runs) expectHarmless(argv.join(' '), await here.nnbp(...argv));
    expect((await here.nnbp('evaluate', 'm.nnbp', 'data.csv')).code).toBe(0);
  });

  it('predict writes hostile names unchanged to a file or a pipe', async () => {
    const { nnbp, read } = await workspace({ 'data.csv': hostileCsv(csvNames) });
    await nnbp('train', 'data.csv', '--target', csvNames[0], '--epochs', '1', '--hidden', '1', '-o', 'm.nnbp');
    const { stdout } = await nnbp('predict', 'm.nnbp', 'data.csv');
    expect(stdout).toContain('\x1b[2J\x1b[1;1Hclear');
    await nnbp('predict', 'm.nnbp', 'data.csv', '-o', 'out.csv');
    expect(await read('out.csv')).toBe(stdout);
  });

  it('hostile names in nnbp, JSON and ONNX models are escaped in the output', async () => {
    const here = await workspace();
    const network = await hostileNetwork(here);
    for (const model of ['model.nnbp', 'model.json', 'model.onnx']) {
      for (const argv of [
        ['convert', model, 'again.nnbp'],
        ['convert', model, 'again.onnx', '--json'],
        ['explain', model, '--row', '1,1,1,1,1'],
        ['explain', model, '--row', '1,1,1,1,1', '--derivative', `dloss/db_${hostileStrings[1]}`],
        ['check', model],
        ['check', model, '--json'],
        ['predict', model, 'missing.csv'],
      ]) {
        expectHarmless(argv.join(' '), await here.nnbp(...argv));
      }
    }
    await here.nnbp('convert', 'model.json', 'again.nnbp');
    const { ids } = load(await readFile(join(here.directory, 'again.nnbp'))).network.graph;
    expect(ids).toEqual(network.graph.ids);
  });

  it('hostile names are strings in the exported JavaScript module', async () => {
    const here = await workspace();
    const network = await hostileNetwork(here);
    expect((await here.nnbp('export', 'model.nnbp', '--to', 'module', '-o', 'model.mjs')).code).toBe(0);
    const path = join(here.directory, 'model.mjs');
    const source = await readFile(path, 'utf8');
    expect(unsafe.exec(source)).toBeNull();
    expect(source).not.toMatch(/<[/!]/);
    const module = (await import(pathToFileURL(path).href)) as {
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
      predict(input: readonly number[]): number[];
    };
    const { graph } = network;
    expect(module.inputs).toEqual([hostileStrings[0]]);
    expect(module.outputs).toEqual(Array.from(graph.outputs, (i) => graph.ids[i]));
    expect(module.predict([0.3])).toEqual([...network.predict([0.3])]);
    expect('owned' in globalThis).toBe(false);
  });

  it('hostile names are strings in the exported Python file', async () => {
    const here = await workspace();
    await hostileNetwork(here);
    expect((await here.nnbp('export', 'model.nnbp', '--to', 'pytorch', '-o', 'torch')).code).toBe(0);
    const source = await readFile(join(here.directory, 'torch', 'network.py'), 'utf8');
    expect(unsafe.exec(source)).toBeNull();
    const code = source.split('\n').filter((line) => /^\s*(?:input|output)_names = /.test(line));
    expect(code).toHaveLength(2);
    const names = code.map((line) => JSON.parse(line.slice(line.indexOf('['))) as string[]);
    expect(names[0]).toEqual([hostileStrings[0]]);
    expect(names[1]).toHaveLength(4);
  });

  it('a file name that contains a shell command is quoted as one word in the suggested command', async () => {
    const name = "$(touch owned); it's.csv";
    const { nnbp, directory } = await workspace({ [name]: 'a,b\n1,2\n2,4\n3,6\n4,8\n5,10\n6,12\n' });
    const { stdout } = await nnbp('train', name, '--target', 'b', '--epochs', '1');
    const command = /Next: (nnbp predict .*)/.exec(stdout)?.[1] ?? '';
    const words = await promisify(execFile)('sh', ['-c', `nnbp() { printf '%s\\n' "$@"; }; ${command}`], {
      cwd: directory,
    });
    expect(words.stdout.split('\n').slice(0, 3)).toEqual(['predict', "$(touch owned); it's.nnbp.safetensors", name]);
    await expect(stat(join(directory, 'owned'))).rejects.toThrow('ENOENT');
  });
});

describe('cells that a spreadsheet would execute', () => {
  const formula = '=HYPERLINK("http://evil.example","x")';
  const files = {
    'data.csv': `a,note,label\n${Array.from({ length: 20 }, (_, k) => `${k},"@${k}",${k % 2 === 0 ? cell(formula) : '+'}`).join('\n')}\n`,
  };

  it('predict always escapes formulas from the model, and escapes formulas from the data only with --escape-formulas', async () => {
    const { nnbp } = await workspace(files);
    const trained = await nnbp(
      'train',
      'data.csv',
      '--target',
      'label',
      '--ignore',
      'note',
      '--epochs',
      '1',
      '-o',
      'm.nnbp',
    );
    expect(trained.code).toBe(0);
    const plain = (await nnbp('predict', 'm.nnbp', 'data.csv')).stdout;
    const lines = plain.split('\n').slice(1, -1);
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(line.endsWith(`,${cell(`'${formula}`)}`) || line.endsWith(',+')).toBe(true);
    expect(plain).toContain('\n0,@0,');
    const escaped = (await nnbp('predict', 'm.nnbp', 'data.csv', '--escape-formulas')).stdout;
    expect(escaped).toContain("\n0,'@0,");
    expect(escaped).toContain(cell(`'${formula}`));
    expect(escaped).not.toContain(cell(formula));
    expect((await nnbp('predict', 'm.nnbp', 'data.csv', '--json')).stdout).toContain(JSON.stringify(formula));
  });
});
