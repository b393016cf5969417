/**
 * `pnpm stress fuzz`: reads 10,000 corrupt files with each reader of recurrent and convolutional models. Each file must
 * result in a network that can predict, or in an `NnbpError` with a short message, within one second of CPU time. While
 * a reader reads all its files, memory use must not grow by more than 512 MB. To test only some readers, run this
 * script with their names as arguments.
 */
import { relu, tanh } from '@nnbp/activations';
import { max, median, product } from '@nnbp/aggregations';
import { delayed, GraphBuilder, Network, NnbpError, predictSequence, Random } from '@nnbp/core';
import { fromJson, load, save, toJson } from '@nnbp/formats';
import { fromBrainJs, fromKeras, fromNeataptic, fromNeatPython, fromOnnx, fromSynaptic, toOnnx } from '@nnbp/interop';
import { averagePool, bidirectional, conv1d, conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { readFileSync } from 'node:fs';
import { damaged, damagedBytes, damagedText } from '../../packages/formats/test/damage.ts';
import { record, results, smoke } from './results.mjs';

const fileCount = smoke ? 20 : 10_000;
const maxMilliseconds = 1000;
const maxMegabytes = 512;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** @param {(builder: GraphBuilder) => readonly string[]} build */
function networkOf(build) {
  const builder = new GraphBuilder();
  builder.output(...build(builder));
  return new Network(builder.build(), { seed: 1 });
}

const recurrent = [
  networkOf((b) => rnn(b, { from: b.inputs(2), units: 2, activation: relu })),
  networkOf((b) => lstm(b, { from: b.inputs(2), units: 2, peepholes: true })),
  networkOf((b) => gru(b, { from: b.inputs(2), units: 2 })),
  networkOf((b) => b.layer(2, { from: gru(b, { from: b.inputs(2), units: 2, resetAfter: false }), activation: tanh })),
];
const bidirectionalNetworks = ['rnn', 'lstm', 'gru'].map((cell) =>
  networkOf((b) => {
    const steps = [0, 1, 2].map((t) => b.inputs(2, `step${t}`));
    const units = bidirectional(b, { steps, cell: /** @type {'rnn' | 'lstm' | 'gru'} */ (cell), units: 2 });
    return b.layer(2, { from: [...units[0], ...units[2]], activation: tanh });
  }),
);
const convolutional = [
  networkOf((b) => {
    const grid = { channels: 2, height: 5, width: 4 };
    const from = conv2d(b, { ...grid, from: b.inputs(40), kernel: 2, padding: 1, filters: 2, activation: relu });
    return maxPool(b, { from, channels: 2, height: 6, width: 5, kernel: 2, stride: 2 });
  }),
  networkOf((b) => {
    const from = conv1d(b, { from: b.inputs(9), length: 9, kernel: 3, dilation: 2, stride: 2, filters: 3 });
    return b.layer(1, {
      from: averagePool(b, { from, channels: 3, width: 3, kernel: [1, 2], stride: 1 }),
      activation: tanh,
    });
  }),
];
/** A network with delays, fixed and shared parameters, and aggregations. */
const mixed = networkOf((b) => {
  const [x, y] = b.inputs(2);
  b.node('a', {
    from: [x, delayed('a', 2, { initial: 0.5 })],
    activation: tanh,
    aggregation: product,
    shared: { b: 's' },
  });
  b.node('b', {
    from: ['a', y, delayed('c')],
    activation: relu,
    aggregation: median,
    fixed: { c: 1, w: { a: 2 } },
    shared: { b: 's' },
  });
  return [b.node('c', { from: ['a', 'b', x], activation: tanh, aggregation: max })];
});

/** Returns a damaged copy of a file. 5 % of the copies are also truncated. */
function damagedFile(/** @type {Uint8Array} */ file, /** @type {Random} */ random) {
  const length = random.uniform() < 0.05 ? Math.floor(random.uniform() * file.length) : file.length;
  return damagedBytes(file.subarray(0, length), random);
}

const oneOf = (list, random) => list[Math.floor(random.uniform() * list.length)];

/** Creates the entry of `readers` for a reader of binary files. */
const bytesReader = (originals, read) => (random) => {
  const bytes = damagedFile(oneOf(originals, random), random);
  return () => read(bytes);
};

/**
 * Creates the entry of `readers` for a reader of JSON. The entry damages 80 % of the models as parsed JSON and 20 % as
 * strings. It also damages 30 % of the weight files.
 */
const jsonReader = (originals, read) => (random) => {
  const { json, weights } = oneOf(originals, random);
  const isText = random.uniform() < 0.2;
  const broken = isText ? damagedText(JSON.stringify(json), random) : damaged(json, random);
  const bytes = weights && random.uniform() < 0.3 ? damagedFile(weights, random) : weights;
  return () => read(broken, bytes);
};

/** Reads the models in one fixture file of @nnbp/interop. Other libraries wrote these models. */
function fixtures(name) {
  const file = new URL(`../../packages/interop/test/fixtures/${name}.generated.json`, import.meta.url);
  const { models, recurrent: recurrentModels } = JSON.parse(readFileSync(file, 'utf8'));
  const decode = ({ json, weights }) => ({ json, weights: weights && Uint8Array.from(Buffer.from(weights, 'base64')) });
  return { models: models.map(decode), recurrent: recurrentModels.map(decode) };
}

const has =
  (word) =>
  ({ json }) =>
    JSON.stringify(json).includes(word);

const genome = {
  input_keys: [-1, -2],
  output_keys: [0, 1],
  nodes: [0, 1, 2, 3, 4].map((key) => ({
    key,
    bias: 0.5 - key / 4,
    response: 1 + key / 8,
    activation: ['tanh', 'sigmoid', 'relu', 'softplus', 'gauss'][key],
    aggregation: ['sum', 'product', 'max', 'median', 'mean'][key],
  })),
  connections: [[-1, 2], [-2, 2], [2, 0], [2, 3], [3, 2], [3, 3], [-1, 4], [4, 1], [0, 4], [1, 1], [4, 0]].map((key, k) => ({
    key,
    weight: k / 4 - 1,
    enabled: k !== 6,
  })), // oxfmt-ignore
};

/** For each reader: a function that damages a copy of a file, and returns a function that reads the copy. */
const readers = {
  'onnx-recurrent': bytesReader(
    [...recurrent.map((each) => toOnnx(each, { sequences: true })), toOnnx(mixed)],
    fromOnnx,
  ),
  'onnx-bidirectional': bytesReader(
    bidirectionalNetworks.map((each) => toOnnx(each)),
    fromOnnx,
  ),
  'onnx-convolution': bytesReader(
    convolutional.map((each) => toOnnx(each)),
    fromOnnx,
  ),
  'keras-recurrent': jsonReader(fixtures('keras').recurrent, fromKeras),
  'keras-convolution': jsonReader(fixtures('keras').models.filter(has('"kernel_size"')), fromKeras),
  'neat-python-recurrent': jsonReader([{ json: genome }], (json) => fromNeatPython(json, { recurrent: true })),
  'synaptic-gates': jsonReader(fixtures('synaptic').recurrent, fromSynaptic),
  'neataptic-gates': jsonReader(fixtures('neataptic').recurrent, fromNeataptic),
  'brain-js-time-step': jsonReader(fixtures('brain-js').recurrent, fromBrainJs),
  'nnbp-version-2': bytesReader(
    [...recurrent, mixed, convolutional[1]].map((each) => save(each)),
    (bytes) => load(bytes).network,
  ),
  'nnbp-version-2-json': jsonReader(
    [...recurrent, mixed, convolutional[1]].map((each) => ({ json: JSON.parse(toJson(each)) })),
    (json) => fromJson(typeof json === 'string' ? json : JSON.stringify(json)),
  ),
};

function run(name) {
  const result = { files: fileCount, networks: 0, rejected: 0, milliseconds: 0, megabytes: 0 };
  const before = process.memoryUsage().rss;
  for (let k = 0; k < fileCount; k++) {
    const label = `${name}, FUZZ_SEED=${seed + k}`;
    const read = readers[name](new Random(seed + k));
    const started = process.cpuUsage();
    try {
      const network = read();
      const row = new Array(network.graph.inputCount).fill(0.5);
      predictSequence(network, [row, row, row]);
      result.networks++;
    } catch (error) {
      // `predictSequence` can throw an `NnbpError` too, because the numbers of the network can overflow.
      if (!(error instanceof NnbpError)) throw new Error(label, { cause: error });
      if (error.message.length === 0 || error.message.length > 2000)
        throw new Error(`${label}: expected a message of 1 to 2000 characters, received "${error.message}".`, {
          cause: error,
        });
      result.rejected++;
    }
    const { user, system } = process.cpuUsage(started);
    result.milliseconds = Math.max(result.milliseconds, Math.ceil((user + system) / 1000));
    result.megabytes = Math.max(result.megabytes, Math.ceil((process.memoryUsage.rss() - before) / 2 ** 20));
    if (result.milliseconds > maxMilliseconds)
      throw new Error(`${label}: took ${result.milliseconds} ms. Limit: ${maxMilliseconds} ms.`);
    if (result.megabytes > maxMegabytes)
      throw new Error(`${label}: memory use has grown by ${result.megabytes} MB. Limit: ${maxMegabytes} MB.`);
  }
  if (/** @type {any} */ ({}).polluted !== undefined) throw new Error(`${name}: a file changed Object.prototype.`);
  return result;
}

const chosen = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const unknown = chosen.filter((name) => !(name in readers));
if (unknown.length > 0)
  throw new Error(`Unknown reader: ${unknown.join(', ')}. Expected one of: ${Object.keys(readers).join(', ')}.`);
for (const name of chosen.length > 0 ? chosen : Object.keys(readers)) {
  const result = run(name);
  console.log(
    `${name}: ${result.files} corrupt files, ${result.networks} valid networks, ${result.rejected} rejected, ` +
      `max ${result.milliseconds} ms and ${result.megabytes} MB`,
  );
  record('fuzz', { readers: { ...results().fuzz?.readers, [name]: result } });
}
