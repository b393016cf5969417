import { tanh } from '@nnbp/activations';
import { articleNetwork } from '@nnbp/conformance';
import { GraphBuilder, mlp, Network, Random } from '@nnbp/core';
import { fromJson, load, save, toJson } from '@nnbp/formats';
import { describe, expect, test } from 'vitest';
import { JsonScanner, textAt } from '../src/json-scanner.js';
import { Names } from '../src/names.js';
import { decode } from '../src/safetensors.js';

const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'NnbpError', code, message: expect.stringMatching(message) as string }) as Error;
const bits = (numbers: ArrayLike<number>) => new BigUint64Array(Float64Array.from(numbers).buffer).join();

/** A safetensors file with the given header and tensors. */
function file(header: string, tensorBytes: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + tensorBytes.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(tensorBytes, 8 + json.length);
  return bytes;
}

/** Saves the article's network, and applies `change` to the JSON of the model in the file. */
function modelFile(change: (model: string) => string): Uint8Array {
  const { tensors, metadata } = decode(save(articleNetwork()));
  const values = tensors.get('parameters')!.values;
  const header = {
    __metadata__: { model: change(metadata.get('model')!) },
    parameters: {
      dtype: values instanceof Float32Array ? 'F32' : 'F64',
      shape: [values.length],
      data_offsets: [0, values.byteLength],
    },
  };
  return file(JSON.stringify(header), new Uint8Array(values.slice().buffer));
}

describe('a file from another program is loaded', () => {
  const expected = articleNetwork();
  test.each<[string, (model: string) => string]>([
    ['spaces and line breaks', (model) => JSON.stringify(JSON.parse(model), undefined, '\t')],
    [
      'entries in a different order',
      (model) => {
        const reversed = (value: unknown): unknown => {
          if (Array.isArray(value)) return value.map(reversed);
          if (typeof value !== 'object' || value === null) return value;
          return Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, entry]) => [key, reversed(entry)]),
          );
        };
        return JSON.stringify(reversed(JSON.parse(model)));
      },
    ],
    ['an activation as a string', (model) => model.replaceAll('{"name":"sigmoid"}', '"sigmoid"')],
    ['characters as escape sequences', (model) => model.replaceAll('"7"', '"\\u0037"')],
  ])('a model file from another program is loaded: %s', (_, change) => {
    const { network } = load(modelFile(change));
    expect(network.graph.ids).toEqual(expected.graph.ids);
    expect(bits(network.predict([0.5]))).toBe(bits(expected.predict([0.5])));
  });

  test('a file whose tensors are in a different order than in the header is loaded', () => {
    const numbers = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
    const header = {
      7: { dtype: 'F32', shape: [], data_offsets: [8, 12] },
      first: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
      empty: { dtype: 'F64', shape: [3, 0], data_offsets: [8, 8] },
    };
    const { tensors } = decode(file(JSON.stringify(header), numbers));
    expect(Array.from(tensors.get('first')!.values)).toEqual([1, 2]);
    expect(Array.from(tensors.get('7')!.values)).toEqual([3]);
    expect(tensors.get('empty')!.values).toHaveLength(0);
  });
});

const delayedModel = (model: string, initial: string) =>
  model.replace('"from":["1"]', '"from":["1",{"id":"1","delay":1}]').replace(/\}$/, `,"initial":${initial}}`);

describe('load rejects an invalid model', () => {
  test.each<[string, RegExp, (model: string) => string]>([
    ['an unknown predecessor', /an earlier node.*"\\"9\\"/, (m) => m.replace('"from":["1"]', '"from":["9"]')],
    ['a duplicate predecessor', /listed only once/, (m) => m.replace('"from":["1"]', '"from":["1","1"]')],
    ['a duplicate id', /no other node has/, (m) => m.replace('"ids":["2"', '"ids":["1"')],
    ['an unknown entry', /one of the entries ids, from/, (m) => m.replace('"from"', '"form"')],
    ['a duplicate entry', /no second entry "from"/, (m) => m.replace('"from"', '"from":[],"from"')],
    ['a missing entry', /an entry "from"/, (m) => m.replace(/"from":\["1"\],/, '')],
    ['an output that is not a node', /not an output yet/, (m) => m.replace('"outputs":["7"]', '"outputs":["8"]')],
    ['a duplicate output', /not an output yet/, (m) => m.replace('"outputs":["7"]', '"outputs":["7","7"]')],
    ['a model without outputs', /an output/, (m) => m.replace('"outputs":["7"]', '"outputs":[]')],
    ['a model without inputs', /an input/, (m) => m.replace('"inputs":["1"]', '"inputs":[]')],
    ['a version 1 entry', /one of the entries ids, from/, (m) => m.replace('"from"', '"fixed":true,"from"')],
    ['the value true for b', /a number/, (m) => m.replace('"from"', '"b":true,"from"')],
    [
      'an entry of w without an edge',
      /an entry per edge \(1\)/,
      (m) => m.replace('"ids":["2","3"],"from":["1"]', '"ids":["2"],"w":["a","b"],"from":["1"]'),
    ],
    [
      'fixed weights for several nodes at once',
      /only one if/,
      (m) => m.replace('"from":["1"]', '"from":["1"],"w":[1]'),
    ],
    ['a delay of 0', /an integer delay ≥ 1/, (m) => m.replace('"from":["1"]', '"from":["1",{"id":"1","delay":0}]')],
    ['a delay of 1.5', /≥ 1/, (m) => m.replace('"from":["1"]', '"from":["1",{"id":"1","delay":1.5}]')],
    ['a delayed edge without an id', /an id and/, (m) => m.replace('"from":["1"]', '"from":["1",{"delay":1}]')],
    [
      'a delayed edge from an unknown node',
      /id of a node/,
      (m) => m.replace('"from":["1"]', '"from":["1",{"id":"9","delay":1}]'),
    ],
    [
      'an aggregation without predecessors',
      /predecessors/,
      (m) => m.replace('"from":["1"]', '"from":[],"aggregation":"max"'),
    ],
    [
      'an initial value of a node that no delayed edge reads',
      /a node read by a delayed edge/,
      (m) => m.replace(/\}$/, ',"initial":[["1",2]]}'),
    ],
    ['an initial value without a number', /and a number/, (m) => delayedModel(m, '[["1"]]')],
    ['a duplicate initial value', /listed only once/, (m) => delayedModel(m, '[["1",2],["1",3]]')],
    ['an empty list of ids', /at least one id/, (m) => m.replace(/"ids":\["2","3"\]/, '"ids":[]')],
    ['text after the end', /the end/, (m) => `${m} {}`],
    ['truncated text', /received the end/, (m) => m.slice(0, -1)],
    ['an invalid escape sequence', /a JSON escape sequence/, (m) => m.replace('"7"', '"\\x"')],
    ['a raw line break in a string', /rest of a string/, (m) => m.replace('"7"', '"7\n"')],
    [
      'a scaler that contains a string',
      /a number/,
      (m) => m.replace(/\}$/, ',"inputScaler":{"mean":["a"],"deviation":[1]}}'),
    ],
    [
      'a scaler that contains Infinity',
      /finite/,
      (m) => m.replace(/\}$/, ',"inputScaler":{"mean":[1e999],"deviation":[1]}}'),
    ],
    [
      'a scaler with two columns for one input',
      /one column/,
      (m) => m.replace(/\}$/, ',"inputScaler":{"mean":[1,2],"deviation":[1,1]}}'),
    ],
  ])('load rejects %s, and the error names the position', (_, message, change) => {
    expect(() =>
      load(
        modelFile((model) => {
          const changed = change(model);
          expect(changed).not.toBe(model);
          return changed;
        }),
      ),
    ).toThrow(failure('MALFORMED', new RegExp(`, character \\d+: .*${message.source}`)));
  });

  test('a model with the wrong number of parameters is rejected before the network is built', () => {
    const ids = (name: string) => Array.from({ length: 20_000 }, (_, k) => `"${name}${k}"`).join();
    const wide = (model: string) =>
      model
        .replace('"inputs":["1"]', `"inputs":["1",${ids('i')}]`)
        .replace('"nodes":[', `"nodes":[{"ids":[${ids('n')}],"from":[${ids('i')}],"activation":"tanh"},`);
    expect(() => load(modelFile(wide))).toThrow(failure('MALFORMED', /has 4000\d+ parameters/));
  });
});

test('the JSON scanner accepts exactly what JSON.parse accepts', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  const pick = (from: readonly string[]) => from[Math.floor(random.uniform() * from.length)];
  const scraps = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    'a',
    '\\u00e9',
    '\\n',
    '1',
    '-',
    '0',
    '.',
    'e',
    '+',
    ' ',
    '\t',
    '\n',
    '\v',
    'true',
    'null',
    'false',
    '"a"',
    '"":',
    '[1]',
    '{"a":2}',
    '12.5e-3',
    '\u00a0',
    '01',
    '节',
  ];
  let valid = 0;
  for (let n = 0; n < 10_000; n++) {
    const text = Array.from({ length: 1 + Math.floor(random.uniform() * 6) }, () => pick(scraps)).join('');
    const reads = (read: () => unknown) => {
      try {
        read();
        return true;
      } catch {
        return false;
      }
    };
    const expected = reads((): unknown => JSON.parse(text));
    const actual = reads(() => {
      const scanner = new JsonScanner(text, 'it');
      scanner.skip();
      scanner.end();
    });
    expect(actual, `${JSON.stringify(text)}, seed ${seed}`).toBe(expected);
    valid += Number(expected);
  }
  expect(valid).toBeGreaterThan(200);
});

test('names that differ only in escape sequences are equal', () => {
  const strings = ['a', 'b', '', '节点', 'a"b', '__proto__', ...Array.from({ length: 5000 }, (_, k) => `n${k}`)];
  const text = JSON.stringify([...strings, ...strings]).replaceAll('"b"', '"\\u0062"');
  const positions: number[] = [];
  const scanner = new JsonScanner(text, 'it');
  scanner.list(() => positions.push(scanner.string()));
  expect(positions.map((position) => textAt(text, position))).toEqual([...strings, ...strings]);
  const names = new Names(text, strings.length);
  expect(names.mark(positions[0], 1)).toBeUndefined();
  expect(positions.map((position) => names.add(position))).toEqual([
    ...strings.map(() => true),
    ...strings.map(() => false),
  ]);
  expect(names.size).toBe(strings.length);
  expect(names.mark(positions[3], 5)).toBe(0);
  expect(names.mark(positions[3 + strings.length], 6)).toBe(5);
});

test('layers with default names and with other names are loaded unchanged', () => {
  const layered = new Network(mlp([3, 50, 50, 2], { activation: tanh }), { seed: 3 });
  const builder = new GraphBuilder();
  for (const id of ['h.0', 'h.1']) builder.input(id);
  for (const id of ['k.0', 'k.1', 'k.3']) builder.node(id, { from: ['h.1', 'h.0'], activation: tanh });
  for (const id of ['.0', '.1']) builder.node(id, { from: ['k.3'], activation: tanh });
  for (const id of ['c.0', 'c.1']) builder.node(id, { from: [], activation: tanh });
  builder.output('.1', 'k.0', 'c.1');
  for (const network of [layered, new Network(builder.build(), { seed: 3 })]) {
    const again = load(save(network)).network;
    expect(again.graph.ids).toEqual(network.graph.ids);
    expect(bits(again.parameters.vector)).toBe(bits(network.parameters.vector));
    const input = Array.from({ length: network.graph.inputCount }, (_, k) => k / 3);
    expect(bits(again.predict(input))).toBe(bits(network.predict(input)));
  }
});

describe('what cannot be loaded is not saved', () => {
  test('save rejects metadata with too many entries or levels', () => {
    expect(() => save(articleNetwork(), { metadata: { a: new Array(300_000).fill(0) } })).toThrow(
      failure('TOO_LARGE', /metadata/),
    );
    const deep = JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown;
    expect(() => save(articleNetwork(), { metadata: { deep } })).toThrow(failure('MALFORMED', /nested arrays/));
  });

  test('toJson rejects a network that is too large for JSON', () => {
    const network = new Network(mlp([600, 600, 1], { activation: tanh }), { initializer: () => 0 });
    expect(() => toJson(network)).toThrow(failure('TOO_LARGE', /network as JSON/));
    expect(load(save(network)).network.graph.edgeCount).toBe(360_600);
  });
});

test('load and fromJson reject a value of the wrong type', () => {
  const { buffer } = save(articleNetwork());
  expect(() => load(buffer as unknown as Uint8Array)).toThrow(failure('WRONG_TYPE', /new Uint8Array\(buffer\)/));
  expect(() => fromJson({} as unknown as string)).toThrow(failure('WRONG_TYPE', /as a string/));
});

describe('editable JSON', () => {
  test('editing only one use of a shared weight in JSON is rejected', () => {
    const builder = new GraphBuilder();
    builder.input('1');
    builder.node('2', { from: ['1'], activation: tanh, shared: { w: { 1: 'w' } } });
    builder.node('3', { from: ['1'], activation: tanh, shared: { w: { 1: 'w' } } });
    builder.output('2', '3');
    const network = new Network(builder.build());
    network.setParameters('2', { w: { 1: 0.5 } });
    const text = toJson(network);
    expect(fromJson(text.replaceAll(':0.5', ':0.75')).getParameters('3').w).toEqual({ 1: 0.75 });
    expect(() => fromJson(text.replace(':0.5', ':0.75'))).toThrow(failure('MALFORMED', /nodes\[1\].*shared parameter/));
  });

  test.each(['"b":1e999', '"b":"0"', '"b":null', '"b":[0]'])(
    'fromJson rejects %s, and the error names the path',
    (entry) => {
      expect(() => fromJson(toJson(articleNetwork()).replace(/"b":[-\d.]+/, entry))).toThrow(
        failure('MALFORMED', /nodes\[0\]\.b: expected a finite number/),
      );
    },
  );
});
