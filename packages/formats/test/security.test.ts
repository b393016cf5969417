import { articleNetwork, randomGraph, randomGeneralGraph } from '@nnbp/conformance';
import { Network, NnbpError, Random } from '@nnbp/core';
import { fromJson, load, save, toJson } from '@nnbp/formats';
import { adam } from '@nnbp/optim';
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { damagedFileCount } from './fuzz.js';

const utf8 = new TextEncoder();
const folder = mkdtempSync(join(tmpdir(), 'nnbp-security-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with the given header and bytes, valid or not. */
function file(header: unknown, numbers = new Uint8Array()): Uint8Array {
  const json = utf8.encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(numbers, 8 + json.length);
  return bytes;
}

/** A valid model, merged with `change`. */
const model = (change: object) => ({
  format: 'nnbp',
  version: 2,
  inputs: ['1'],
  nodes: [{ ids: ['2'], from: ['1'], activation: { name: 'tanh' } }],
  outputs: ['2'],
  ...change,
});
const modelFile = (change: object, entries: object = {}) =>
  file(
    {
      __metadata__: { model: JSON.stringify(model(change)) },
      parameters: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
      ...entries,
    },
    new Uint8Array(12),
  );

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof NnbpError) return error.code;
    throw error;
  }
  return 'it loads';
}

test('the file that these tests corrupt is valid', () => {
  expect(codeOf(() => load(modelFile({})))).toBe('it loads');
});

test.each<[string, Uint8Array, string]>([
  ['a header longer than the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123, 125), 'MALFORMED'],
  ['a header that is not UTF-8', file('{"\u0000').map((byte, k) => (k === 9 ? 0xff : byte)), 'MALFORMED'],
  ['a header that is an array', file([]), 'MALFORMED'],
  [
    'a shape whose product overflows',
    modelFile({}, { parameters: { dtype: 'F64', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 12] } }),
    'MALFORMED',
  ],
  [
    'a tensor of a petabyte',
    modelFile({}, { parameters: { dtype: 'F64', shape: [2 ** 47], data_offsets: [0, 2 ** 50] } }),
    'MALFORMED',
  ],
  [
    'a tensor that ends before it begins',
    modelFile({}, { parameters: { dtype: 'F32', shape: [3], data_offsets: [12, 0] } }),
    'MALFORMED',
  ],
  [
    'two tensors that overlap',
    modelFile({}, { other: { dtype: 'F32', shape: [3], data_offsets: [0, 12] } }),
    'MALFORMED',
  ],
  [
    'a gap between tensors',
    modelFile({}, { parameters: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } }),
    'MALFORMED',
  ],
  [
    'a tensor that ends within a number',
    modelFile({}, { parameters: { dtype: 'F64', shape: [1], data_offsets: [0, 12] } }),
    'MALFORMED',
  ],
  [
    'parameters that are integers',
    modelFile({}, { parameters: { dtype: 'I32', shape: [3], data_offsets: [0, 12] } }),
    'UNSUPPORTED',
  ],
  [
    'a file from another program',
    file({ __metadata__: { format: 'pt' }, parameters: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }),
    'UNKNOWN_FORMAT',
  ],
  ['a newer version', modelFile({ version: 3 }), 'UNKNOWN_FORMAT'],
  ['three parameters for a model without parameters', modelFile({ nodes: [], outputs: ['1'] }), 'MALFORMED'],
  ['a million nested arrays', file('['.repeat(1e6)), 'MALFORMED'],
  ['a header of brackets', file(`[${'{},'.repeat(1e6)}{}]`), 'TOO_LARGE'],
  [
    'nested arrays in the model',
    modelFile({ nodes: JSON.parse('['.repeat(1000) + ']'.repeat(1000)) as unknown }),
    'MALFORMED',
  ],
  [
    'a cycle',
    modelFile({
      nodes: [
        { ids: ['2'], from: ['3'], activation: { name: 'tanh' } },
        { ids: ['3'], from: ['2'], activation: { name: 'tanh' } },
      ],
    }),
    'MALFORMED',
  ],
  ['a duplicate id', modelFile({ nodes: [{ ids: ['1'], from: ['1'], activation: { name: 'tanh' } }] }), 'MALFORMED'],
  [
    'an order that is not topological',
    modelFile({
      nodes: [
        { ids: ['2'], from: ['3'], activation: { name: 'tanh' } },
        { ids: ['3'], from: ['1'], activation: { name: 'tanh' } },
      ],
    }),
    'MALFORMED',
  ],
  ['a scaler of the wrong width', modelFile({ inputScaler: { mean: [0, 0], deviation: [1, 1] } }), 'MALFORMED'],
  ['a deviation of 0', modelFile({ inputScaler: { mean: [0], deviation: [0] } }), 'MALFORMED'],
  [
    'an activation with the name of an object property',
    modelFile({ nodes: [{ ids: ['2'], from: ['1'], activation: { name: 'constructor' } }] }),
    'MISSING_PLUGIN',
  ],
  [
    'an unknown activation',
    modelFile({ nodes: [{ ids: ['2'], from: ['1'], activation: { name: '__proto__', options: { x: 1 } } }] }),
    'MISSING_PLUGIN',
  ],
  [
    'an option with the name of an object property',
    modelFile({ nodes: [{ ids: ['2'], from: ['1'], activation: { name: 'elu', options: { constructor: 1 } } }] }),
    'UNSUPPORTED',
  ],
  [
    'an option that is not a number',
    modelFile({ nodes: [{ ids: ['2'], from: ['1'], activation: { name: 'elu', options: { alpha: 'x' } } }] }),
    'MALFORMED',
  ],
  [
    'an invalid checkpoint',
    file(
      {
        __metadata__: { model: JSON.stringify(model({})), checkpoint: '{"epoch":-1}' },
        parameters: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
      },
      new Uint8Array(12),
    ),
    'MALFORMED',
  ],
])('load rejects %s with an NnbpError', (_, bytes, code) => {
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  expect(codeOf(() => load(bytes))).toBe(code);
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
});

test('metadata keys such as __proto__ do not change Object.prototype', () => {
  const text = `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}`;
  const { metadata } = load(
    file(
      {
        __metadata__: { model: JSON.stringify(model({})), metadata: text },
        parameters: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
      },
      new Uint8Array(12),
    ),
  );
  expect(Object.hasOwn(metadata, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test(
  `${damagedFileCount} files with flipped bits or with removed, copied or inserted parts: each one loads or throws an NnbpError`,
  { timeout: 120_000 },
  () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    console.log(`seed ${seed}`);
    const random = new Random(seed);
    const integer = (max: number) => Math.floor(random.uniform() * max);
    const networks = [
      articleNetwork(),
      ...[1, 2, 3].map((seed) => new Network(randomGraph(new Random(seed), { nodes: 12 }), { seed: seed })),
      ...[1, 2, 3].map((seed) => new Network(randomGeneralGraph(new Random(seed)), { seed: seed })),
    ];
    const valid = networks.flatMap((network) => {
      const vector = network.parameters.vector.slice();
      const optimizer = adam();
      optimizer.step(vector, vector.slice());
      const checkpoint = { epoch: 3, random: random.state(), optimizer: optimizer.state() };
      return [save(network), save(network, { checkpoint, metadata: { a: [1, 'b'] } }), utf8.encode(toJson(network))];
    });
    const counts: Record<string, number> = {};
    for (let n = 0; n < damagedFileCount; n++) {
      const original = valid[n % valid.length];
      const isText = n % 3 === 2;
      let bytes = original.slice();
      for (let change = 0; change <= integer(4); change++) {
        const at = integer(bytes.length);
        const length = 1 + integer(40);
        const kind = integer(5);
        if (kind === 0) bytes[at] ^= 1 << integer(8);
        else if (kind === 1) bytes = bytes.slice(0, at);
        else if (kind === 2) bytes.copyWithin(at, integer(bytes.length), integer(bytes.length));
        else if (kind === 3) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
        else
          bytes = Uint8Array.from([
            ...bytes.subarray(0, at),
            ...valid[integer(valid.length)].subarray(0, length),
            ...bytes.subarray(at),
          ]);
        if (bytes.length === 0) break;
      }
      const code = codeOf(() => (isText ? fromJson(new TextDecoder().decode(bytes)) : load(bytes)));
      counts[code] = (counts[code] ?? 0) + 1;
    }
    expect(counts.MALFORMED, `seed ${seed}`).toBeGreaterThan(damagedFileCount / 4);
    // Some damaged models are still valid, for example if only the value of a parameter has changed.
    expect(counts['it loads']).toBeGreaterThan(0);
  },
);

describe('memory', () => {
  const size = Number(process.env.HOSTILE_BYTES ?? 2_000_000);
  const filled = (part: string) => part.repeat(Math.floor(size / part.length));
  /** Numbered parts, with a total length of about `size` bytes. */
  const numbered = (part: (k: number) => string) => {
    const parts: string[] = [];
    for (let length = 0, k = 0; length < size; k++) length += parts[parts.push(part(k)) - 1].length;
    return parts;
  };
  const chained = (k: number) => ({
    ids: [`n${k + 1}`],
    from: [k === 0 ? '1' : `n${k}`],
    activation: { name: 'tanh' },
  });
  const chain = (change: (nodes: object[]) => void) => {
    const count = size / 80;
    const nodes: object[] = Array.from({ length: count }, (_, k) => chained(k));
    change(nodes);
    const numbers = new Uint8Array(12 * count);
    const parameters = { dtype: 'F32', shape: [3 * count], data_offsets: [0, numbers.length] };
    return file({ __metadata__: { model: JSON.stringify(model({ nodes, outputs: ['n1'] })) }, parameters }, numbers);
  };
  const hostile: [string, () => Uint8Array][] = [
    ['a model with very many inputs', () => modelFile({ inputs: numbered((k) => `i${k}  `) })],
    ['ids in Chinese', () => modelFile({ inputs: numbered((k) => `节点${k}`).slice(0, size / 20) })],
    ['zeros', () => file(`{"__metadata__": {}, "a": [${filled('0,')}0]}`)],
    ['short keys', () => file(`{${numbered((k) => `"${k.toString(36)}":0,`).join('')}"a":0}`)],
    [
      'keys in an activation',
      () =>
        modelFile({
          nodes: [
            {
              ids: ['2'],
              from: ['1'],
              activation: {
                name: 'tanh',
                options: Object.fromEntries(numbered((k) => `"${k}":0,`).map((_, k) => [k, 0])),
              },
            },
          ],
        }),
    ],
    [
      'activations',
      () =>
        modelFile({
          nodes: numbered((k) => `{"ids":["${k}"],"from":[],"activation":"${k}"},`).map((_, k) => ({
            ids: [`n${k}`],
            from: [],
            activation: { name: `a${k}` },
          })),
        }),
    ],
    [
      'shared weights',
      () =>
        modelFile({
          nodes: numbered((k) => `{"ids":["${k}"],"from":["1"],"activation":"tanh","shared":[["1","${k}"]]},`).map(
            (_, k) => ({ ids: [`n${k}`], from: ['1'], activation: 'tanh', w: [`w${k}`] }),
          ),
        }),
    ],
    [
      'a checkpoint with a long random state',
      () =>
        modelFile(
          {},
          { __metadata__: { model: JSON.stringify(model({})), checkpoint: `{"random":[${filled('0,')}0]}` } },
        ),
    ],
    [
      'a delay that needs a very large state',
      () => modelFile({ nodes: [{ ids: ['2'], from: [{ id: '2', delay: 2 ** 31 }], activation: 'tanh' }] }),
    ],
    [
      'a chain that ends in a delayed edge from an unknown node',
      () => chain((nodes) => Object.assign(nodes[nodes.length - 1], { from: [{ id: 'nowhere', delay: 1 }] })),
    ],
    [
      'a chain that ends in a cycle',
      () => chain((nodes) => Object.assign(nodes[nodes.length - 1], { from: [`n${nodes.length}`] })),
    ],
    [
      'a chain that ends in an unknown activation',
      () => chain((nodes) => Object.assign(nodes[nodes.length - 1], { activation: { name: 'none' } })),
    ],
    ['a chain with one parameter too many', () => chain((nodes) => Object.assign(nodes[nodes.length - 1], { c: 1 }))],
    [
      'a billion edges in a small file',
      () =>
        modelFile({
          inputs: Array.from({ length: 30_000 }, (_, k) => `i${k}`),
          nodes: [
            {
              ids: Array.from({ length: 30_000 }, (_, k) => `n${k}`),
              from: Array.from({ length: 30_000 }, (_, k) => `i${k}`),
              activation: { name: 'tanh' },
            },
          ],
          outputs: ['n0'],
        }),
    ],
    [
      'a billion edges with constant weights, which need no parameters',
      () => {
        const numbers = Array.from({ length: 30_000 }, (_, k) => k);
        const from = numbers.map((k) => `i${k}`);
        const node = { ids: numbers.map((k) => `n${k}`), from, activation: { name: 'tanh' }, b: 0, c: 1 };
        const nodes = [{ ...node, w: numbers.map(() => 1) }];
        return file({
          __metadata__: { model: JSON.stringify(model({ inputs: from, nodes, outputs: ['n0'] })) },
          parameters: { dtype: 'F32', shape: [0], data_offsets: [0, 0] },
        });
      },
    ],
    [
      'numbers',
      () => file({ parameters: { dtype: 'F64', shape: [size / 8], data_offsets: [0, size] } }, new Uint8Array(size)),
    ],
    [
      'tensors',
      () =>
        file(
          Object.fromEntries(
            Array.from({ length: size / 60 }, (_, k) => [`t${k}`, { dtype: 'F32', shape: [0], data_offsets: [0, 0] }]),
          ),
        ),
    ],
  ];
  test(
    'loading a hostile file takes at most four times its size plus 16 MB of memory',
    { timeout: 60_000 + size / 20 },
    async () => {
      const program = join(folder, 'load.mjs');
      await build({
        stdin: {
          contents: `
import { existsSync, readFileSync } from 'node:fs';
import { load } from '@nnbp/formats';
const bytes = readFileSync(process.argv[2]);
gc();
// maxRSS starts at the maximum of the parent process, so it is used only where there is no /proc.
const peak = () => existsSync('/proc/self/status')
  ? Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  : process.resourceUsage().maxRSS;
const before = peak();
let code = 'it loads';
try { globalThis.kept = load(bytes); } catch (error) { code = error.code ?? String(error); }
console.log(JSON.stringify({ code, taken: 1024 * (peak() - before) }));`,
          resolveDir: import.meta.dirname,
        },
        bundle: true,
        platform: 'node',
        format: 'esm',
        conditions: ['@nnbp/source'],
        outfile: program,
      });
      for (const [what, make] of hostile) {
        const path = join(folder, 'hostile');
        const bytes = make();
        writeFileSync(path, bytes);
        const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program, path], { encoding: 'utf8' });
        expect(stderr).toBe('');
        const { code, taken } = JSON.parse(stdout) as { code: string; taken: number };
        expect(code, what).toMatch(/^(MALFORMED|UNKNOWN_FORMAT|TOO_LARGE|MISSING_PLUGIN)$/);
        expect
          .soft((taken - 16e6) / bytes.length, `${what}: memory as a multiple of the file size`)
          .toBeLessThanOrEqual(4);
      }
    },
  );
});

/** The path of every entry in a value. */
function pathsIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => pathsIn(entry, [...path, key]))];
}

test('if one value of a model has the wrong type, load and fromJson return a network or throw an NnbpError', () => {
  const valid = model({
    nodes: [
      {
        ids: ['2'],
        from: ['1'],
        activation: { name: 'elu', options: { alpha: 0.5 } },
        c: 1,
        w: ['w'],
      },
      { ids: ['3', '4'], from: ['1', { id: '4', delay: 2 }], aggregation: 'max', activation: { name: 'tanh' } },
    ],
    outputs: ['3', '4'],
    inputScaler: { mean: [0], deviation: [1] },
    initial: [['4', 0.5]],
  });
  const others: unknown[] = [1, -1, '1', 'x', true, null, [], {}, [1], ['1'], { toString: 1 }, [['1', 'w'], 7]];
  let attempts = 0;
  for (const path of pathsIn(valid)) {
    for (const other of others) {
      const corrupted = path.length === 0 ? other : (structuredClone(valid) as unknown);
      const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], corrupted);
      if (path.length > 0) (parent as Record<string, unknown>)[path.at(-1)!] = other;
      codeOf(() =>
        load(
          file(
            {
              __metadata__: { model: JSON.stringify(corrupted) },
              parameters: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
            },
            new Uint8Array(12),
          ),
        ),
      );
      codeOf(() => fromJson(JSON.stringify(corrupted)));
      attempts++;
    }
  }
  expect(attempts).toBeGreaterThan(300);
});

test('load rejects buffers that are not a Uint8Array', () => {
  expect(codeOf(() => load(new DataView(new ArrayBuffer(100)) as unknown as Uint8Array))).toBe('WRONG_TYPE');
  expect(codeOf(() => load(new ArrayBuffer(100) as unknown as Uint8Array))).toBe('WRONG_TYPE');
});
