/**
 * Files of any size that are designed to be slow to read, in every format that the command detects or reads, and the
 * functions that read them.
 */
import { Readable } from 'node:stream';
import { tanh } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import { fromJson, load, save, toJson, toModule } from '@nnbp/formats';
import { parseFormula } from '@nnbp/formula';
import {
  fromBrainJs,
  fromKeras,
  fromNeataptic,
  fromNeatPython,
  fromOnnx,
  fromPlayground,
  fromPyTorch,
  fromSynaptic,
  kerasWeightPaths,
  onnxExternalPaths,
  toNeatPython,
  toOnnx,
  toPyTorch,
} from '@nnbp/interop';
import { survey } from '../../src/csv/survey.js';
import { withSingleSpaces, guessDialect } from '../../src/csv/dialect.js';
import { asPlainText } from '../../src/csv/formula.js';
import { numberIn } from '../../src/csv/number-format.js';
import { openCsv } from '../../src/csv/read.js';
import { Encoder } from '../../src/encode.js';
import { formatOf, formats } from '../../src/formats.js';
import { suggestion } from '../../src/nearest.js';
import { uniqueNames } from '../../src/unique.js';
import { cut, visible } from '../../src/visible.js';

/** Prepares an input of about `size` bytes, and returns the action to measure. */
export type Case = (size: number) => () => unknown;

const utf8 = new TextEncoder();
const range = <T>(count: number, item: (k: number) => T) => Array.from({ length: count }, (_, k) => item(k));
const repeated = (part: string, size: number) => part.repeat(Math.ceil(size / part.length));

/** A file of about `size` bytes, with a structure that once made the command hang. */
export const pathsFile = (size: number) =>
  utf8.encode(`{"modelTopology":1,"weightsManifest":1,${repeated('"paths":[', size)}`);

/** Reads the content as a file of the detected format, and as a file of every other format. */
const readAsEveryFormat =
  (file: (size: number) => string | Uint8Array): Case =>
  (size) => {
    const content = file(size);
    const bytes = typeof content === 'string' ? utf8.encode(content) : content;
    const readReferenced = () => Promise.resolve(new Uint8Array(0));
    return async () => {
      for (const read of [() => formatOf('file', bytes).read, ...formats.map((format) => () => format.read!)]) {
        try {
          await read()(bytes, { readReferenced, activations: [] });
        } catch {
          // The content is not in this format.
        }
      }
    };
  };

function chain(count: number): Network {
  const builder = new GraphBuilder();
  const ids = range(count, (k) => `node ${k}`);
  builder.input(ids[0]);
  for (let k = 1; k < count; k++) builder.node(ids[k], { from: [ids[k - 1]], activation: tanh });
  builder.output(...ids.filter((_, k) => k % 10 === 9));
  return new Network(builder.build(), { seed: 1 });
}

/** All nodes read the input. Their names differ only at the end. */
function star(count: number): Network {
  const builder = new GraphBuilder();
  builder.input('in');
  const ids = range(count, (k) => `${'a'.repeat(40)}${k}`);
  for (const id of ids) builder.node(id, { from: ['in'], activation: tanh });
  builder.output(...ids);
  return new Network(builder.build(), { seed: 1 });
}

const networks = { chain, star };

const neataptic = (count: number) => ({
  nodes: range(count, (k) => ({
    type: k === 0 ? 'input' : k === count - 1 ? 'output' : 'hidden',
    bias: 0,
    squash: 'TANH',
  })),
  connections: range(count - 1, (k) => ({ from: k, to: k + 1, weight: 1, gater: null })),
  input: 1,
  output: 1,
});
const synaptic = (count: number) => ({
  neurons: range(count, (k) => ({
    layer: k === 0 ? 'input' : k === count - 1 ? 'output' : k,
    squash: 'TANH',
    bias: 0,
  })),
  connections: range(count - 1, (k) => ({ from: k, to: k + 1, weight: 1, gater: null })),
});
const brain = (count: number) => ({
  sizes: range(count, () => 1),
  layers: range(count, (k) =>
    k === 0 ? { a: {} } : { [k % 2 ? 'b' : 'a']: { bias: 0, weights: { [k % 2 ? 'a' : 'b']: 1 } } },
  ),
  activation: 'tanh',
});
function keras(count: number) {
  const layers = range(count, (k) => ({
    class_name: 'Dense',
    config: { name: `d${k}`, units: 1, activation: 'tanh', ...(k === 0 && { batch_input_shape: [null, 1] }) },
  }));
  const weights = layers.flatMap(({ config: { name } }) => [
    { name: `${name}/kernel`, shape: [1, 1], dtype: 'float32' },
    { name: `${name}/bias`, shape: [1], dtype: 'float32' },
  ]);
  const modelTopology = { class_name: 'Sequential', config: { name: 's', layers }, keras_version: '2.15.0' };
  const manifest = { modelTopology, weightsManifest: [{ paths: range(count, (k) => `w${k}.bin`), weights }] };
  return { json: JSON.stringify(manifest), bytes: new Uint8Array(8 * count) };
}

const csv =
  (text: (size: number) => string): Case =>
  (size) => {
    const bytes = Buffer.from(text(size));
    // In chunks, like a file stream.
    const chunks = range(Math.ceil(bytes.length / 4096), (k) => bytes.subarray(k * 4096, (k + 1) * 4096));
    return async () => {
      const file = await openCsv('file', Readable.from(chunks), {});
      new Encoder(
        file.header.map((name) => ({ kind: 'number', name })),
        file,
      );
      await survey(file);
    };
  };

const texts: Readonly<Record<string, (size: number) => string>> = {
  'empty lines': (size) => repeated('\n', size),
  spaces: (size) => repeated(' ', size),
  'spaces in a line': (size) => `a b\n1 ${repeated(' ', size)}2\n`,
  digits: (size) => `${repeated('1', size)}x`,
  'digits and points': (size) => repeated('1.', size),
  quotes: (size) => repeated('"', size),
  'a quote that is never closed': (size) => `a,b\n"${repeated('x,\n', size)}`,
  'comment characters': (size) => repeated('%\n#\n', size),
  'ARFF declarations': (size) => `@relation x\n${repeated("@attribute 'a b' numeric\n", size)}@data\n`,
  brackets: (size) => repeated('[', size),
  braces: (size) => repeated('{"a":', size),
  'backslashes in a string': (size) => `{"${repeated('\\\\', size)}`,
  'keys of an object': (size) => `{${range(size / 10, (k) => `"k${k}":0,`).join('')}"nodes":0}`,
  'keys of every format': (size) =>
    `{${repeated('"layers":[],"nodes":[],"connections":[],"neurons":[],"modelTopology":{},"weightsManifest":[],', size)}"a":0}`,
  'columns with the same name': (size) => `${repeated('x,', size)}y\n${repeated('1,', size)}2\n`,
  'columns with unique names': (size) =>
    `${range(size / 8, (k) => `c${k}`).join()}\n${range(size / 8, (k) => k % 7).join()}\n`,
  'one long line': (size) => repeated('abc ', size),
  'one row of cells': (size) => `a\n${repeated('1,', size)}\n`,
  'rows of one cell': (size) => `a\n${repeated('1\n', size)}`,
  'unique categories': (size) => `a,b\n${range(size / 10, (k) => `c${k},d${k}`).join('\n')}\n`,
};

export const cases: Readonly<Record<string, Case>> = {
  '"paths" keys that once made the command hang': readAsEveryFormat(pathsFile),
  ...Object.fromEntries(Object.entries(texts).map(([what, text]) => [`${what}, as a model`, readAsEveryFormat(text)])),
  ...Object.fromEntries(Object.entries(texts).map(([what, text]) => [`${what}, as a table`, csv(text)])),
  'random bytes, as a model': readAsEveryFormat((size) =>
    Uint8Array.from({ length: size }, (_, k) => (k * 7919 + (k >> 8)) & 255),
  ),
  ...Object.fromEntries(
    Object.entries(networks).flatMap(([shape, make]): [string, Case][] => {
      const made = (size: number) => make(Math.round(size / 40));
      return [
        [
          `nnbp: ${shape}`,
          (size) =>
            (
              (file) => () =>
                load(file)
            )(save(made(size))),
        ],
        [
          `json: ${shape}`,
          (size) =>
            (
              (file) => () =>
                fromJson(file)
            )(toJson(made(size))),
        ],
        [`onnx: ${shape}`, (size) => ((file) => () => [onnxExternalPaths(file), fromOnnx(file)])(toOnnx(made(size)))],
        [
          `neat-python: ${shape}`,
          (size) =>
            (
              (file) => () =>
                fromNeatPython(file)
            )(toNeatPython(made(size))),
        ],
        [
          `pytorch: ${shape}`,
          (size) => {
            const network = made(size);
            return (
              (files) => () =>
                fromPyTorch(files['weights.safetensors'], network)
            )(toPyTorch(network));
          },
        ],
        [
          `writing: ${shape}`,
          (size) =>
            (
              (network) => () =>
                [toJson, toModule, toPyTorch, toOnnx, save].map((write) => write(network))
            )(made(size)),
        ],
      ];
    }),
  ),
  neataptic: (size) =>
    (
      (json) => () =>
        fromNeataptic(json)
    )(JSON.stringify(neataptic(size / 100))),
  synaptic: (size) =>
    (
      (json) => () =>
        fromSynaptic(json)
    )(JSON.stringify(synaptic(size / 100))),
  'brain.js': (size) =>
    (
      (json) => () =>
        fromBrainJs(json)
    )(JSON.stringify(brain(size / 100))),
  keras: (size) =>
    (
      ({ json, bytes }) =>
      () => [kerasWeightPaths(json), fromKeras(json, bytes)]
    )(keras(Math.round(size / 200))),
  'a link to TensorFlow Playground': (size) =>
    (
      (link) => () =>
        fromPlayground(link)
    )(`https://playground.tensorflow.org/#networkShape=${repeated('8,', size)}1&${repeated('a=%25&', size)}`),
  'a formula': (size) =>
    (
      (text) => () =>
        parseFormula(text)
    )(repeated('a*(b+', Math.min(size, 9000))),
  'numbers in a cell': (size) =>
    (
      (cells) => () =>
        cells.map((cell) => [numberIn(cell, '.'), numberIn(cell, ','), asPlainText(cell)])
    )(['1', '1,', '1.', '+ ', '-1e', "1'", '=1'].map((part) => repeated(part, size))),
  'the beginning of a table': (size) =>
    (
      (texts) => () =>
        texts.map((text) => [guessDialect(text), withSingleSpaces(text)])
    )(Object.values(texts).map((text) => text(size))),
  'names that collide': (size) =>
    (
      (names) => () =>
        uniqueNames(names)
    )([...range(size / 20, () => 'x'), ...range(size / 20, (k) => `x_${k}`), ...range(size / 20, () => 'x_2')]),
  'misspelled names': (size) =>
    ((names) => () => [suggestion(repeated('a', size), names), suggestion('ab', names)])([
      ...range(size / 20, (k) => `a${k}`),
      repeated('a', size),
    ]),
  'control characters': (size) =>
    ((text) => () => [visible(text), cut(visible(text), 60)])(repeated('\x1b[2J\u202e', size)),
};
