import { fromKeras } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { fixtures, maxError } from './fixtures.js';
import { countLoaded, damaged, damagedText } from '../../formats/test/fuzz.js';

const { models, program, version } = fixtures('keras');
const weightsOf = (model: (typeof models)[number]) => Uint8Array.from(Buffer.from(model.weights!, 'base64'));
const modelNamed = (name: string) => models.find((model) => model.name === name)!;

/** Builds a model from its layers and the arrays of its weight file, in order. */
function written(layers: readonly object[], arrays: Readonly<Record<string, readonly (readonly number[])[]>> = {}) {
  const entries = Object.entries(arrays);
  const weights = entries.map(([name, rows]) => ({
    name,
    shape: name.endsWith('bias') ? [rows[0].length] : [rows.length, rows[0].length],
    dtype: 'float32',
  }));
  return {
    json: {
      modelTopology: { class_name: 'Sequential', config: { name: 's', layers }, keras_version: '2.15.0' },
      weightsManifest: [{ paths: ['w.bin'], weights }],
    },
    bytes: new Uint8Array(Float32Array.from(entries.flatMap(([, rows]) => rows.flat())).buffer),
  };
}

const layer = (kind: string, config: object) => ({ class_name: kind, config: { name: kind.toLowerCase(), ...config } });
const dense = (units: number, more: object = {}) => layer('Dense', { units, batch_input_shape: [null, 2], ...more });
const numbers = { 'dense/kernel': [[1, 2], [3, 4]], 'dense/bias': [[0.5, -0.5]] }; // oxfmt-ignore

describe(`models written by ${program} ${version}`, () => {
  test.each(models)('the model "$name" has the same outputs after import, up to float32 rounding', (model) => {
    const network = fromKeras(model.json, weightsOf(model));
    expect(maxError(network, model)).toBeLessThan(5e-6);
    expect(network.outputTransform).toBe(/softmax/i.test(JSON.stringify(model.json)) ? 'softmax' : 'none');
    expect(fromKeras(JSON.stringify(model.json), weightsOf(model)).predictBatch(model.rows)).toEqual(
      network.predictBatch(model.rows),
    );
  });

  test('an activation layer is merged into the previous nodes unless they already have an activation', () => {
    const { ids } = fromKeras(
      modelNamed('dense and activation layers').json,
      weightsOf(modelNamed('dense and activation layers')),
    ).graph;
    expect(ids.filter((id) => /leaky|reLU/i.test(id))).toEqual([]);
    // The tanh layer comes after an ELU layer, so it has separate nodes.
    expect(ids.filter((id) => id.startsWith('activation'))).toHaveLength(4);
  });

  test('weights can be split into shards', () => {
    const model = modelNamed('XOR');
    const bytes = weightsOf(model);
    const shards = [bytes.subarray(0, 5), bytes.subarray(5)];
    expect(fromKeras(model.json, shards).predict([1, 0])).toEqual(fromKeras(model.json, bytes).predict([1, 0]));
  });
});

describe('the Keras format', () => {
  test('kernels are [inputs × units]', () => {
    const { json, bytes } = written([dense(2)], numbers);
    const network = fromKeras(json, bytes);
    expect(network.getParameters('dense.1')).toEqual({ b: -0.5, w: { 'dense_input.0': 2, 'dense_input.1': 4 } });
    expect(network.predict([1, 10])).toEqual([31.5, 41.5]);
  });

  test('the hard sigmoid has the slope 1/5 in Keras 2 and 1/6 in Keras 3', () => {
    const { json, bytes } = written([dense(2, { activation: 'hard_sigmoid', use_bias: true })], {
      ...numbers,
      'dense/bias': [[0, 0]],
    });
    expect(fromKeras(json, bytes).predict([1, 0])[0]).toBeCloseTo(0.7, 12);
    const keras3 = { ...json, modelTopology: { ...json.modelTopology, keras_version: '3.4.1' } };
    expect(fromKeras(keras3, bytes).predict([1, 0])[0]).toBeCloseTo(1 / 6 + 0.5, 12);
  });

  test('fromKeras reads inbound nodes in the Keras 3 format', () => {
    const { json, bytes } = written([], numbers);
    const history = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
    const functional = {
      class_name: 'Functional',
      config: {
        layers: [
          { ...layer('InputLayer', { name: 'x', batch_shape: [null, 2] }), inbound_nodes: [] },
          { ...layer('Dense', { units: 2 }), inbound_nodes: [{ args: [history('x')], kwargs: {} }] },
        ],
        input_layers: ['x', 0, 0],
        output_layers: ['dense', 0, 0],
      },
    };
    const model = { ...json, modelTopology: { keras_version: '3.4.1', model_config: functional } };
    expect(fromKeras(model, bytes).predict([1, 10])).toEqual([31.5, 41.5]);
  });
});

describe('layers without weights', () => {
  const input = layer('InputLayer', { batch_input_shape: [null, 2] });
  const after = (...layers: object[]) => {
    const { json, bytes } = written([input, ...layers, dense(2, { batch_input_shape: undefined })], numbers);
    return fromKeras(json, bytes).predict([1, -10]);
  };
  const plain = [-28.5, -38.5];

  test.each([
    [plain, []],
    [plain, [layer('Reshape', { target_shape: [1, -1] }), layer('Flatten', {})]],
    [plain, [layer('Reshape', { target_shape: [2, 1] }), layer('Reshape', { name: 'again', target_shape: [-1] })]],
    [plain, [layer('Reshape', { target_shape: [null, 1] }), layer('Flatten', {})]],
    [plain, [layer('Activation', { activation: 'linear' })]],
    [[1.5, 1.5], [layer('ReLU', { max_value: null, negative_slope: 0, threshold: 0 })]],
    [[-6, -8.5], [layer('ReLU', { negative_slope: 0.25 })]],
    [[-6, -8.5], [layer('LeakyReLU', { negative_slope: 0.25 })]],
    [[-7.5, -10.5], [layer('LeakyReLU', {})]],
    [plain, [layer('Dropout', { rate: 0.5 })]],
  ])('reshaping, activation and dropout layers result in the outputs %j, as in Keras', (expected, layers) => {
    after(...layers).forEach((y, k) => expect(y).toBeCloseTo(expected[k], 12));
  });

  test.each([
    ['MALFORMED', /sizes whose product is 2\b/, layer('Reshape', { target_shape: [3] })],
    ['MALFORMED', /an integer from 1/, layer('Reshape', { target_shape: [0, -1] })],
    ['UNSUPPORTED', /threshold other than 0/, layer('ReLU', { threshold: 1 })],
    ['MALFORMED', /kernel of shape \[1, 2\]/, layer('Reshape', { target_shape: [2, 1] })],
    ['UNSUPPORTED', /"Lambda"/, layer('Lambda', {})],
  ])('fromKeras throws %s with a message that matches %s', (code, message, rejectedLayer) => {
    const error = errorOf(() => after(rejectedLayer));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('channels_first, softmax over several axes, other model classes, and models without input shape, layers or weights are rejected', () => {
    const cube = layer('InputLayer', { batch_input_shape: [null, 2, 2] });
    const rejected = (layers: object[], change: object = {}) => {
      const { json, bytes } = written(layers);
      return errorOf(() => fromKeras({ ...json, ...change }, bytes)).message;
    };
    expect(rejected([cube, layer('Flatten', { data_format: 'channels_first' })])).toMatch(/channels_first/);
    expect(rejected([cube, layer('Softmax', {})])).toMatch(/only for a one-dimensional input/);
    expect(rejected([layer('Flatten', {})])).toMatch(/batch_input_shape/);
    expect(rejected([])).toMatch(/at least one layer/);
    expect(rejected([cube], { weightsManifest: undefined })).toMatch(/array of weights/);
    expect(rejected([cube], { modelTopology: { class_name: 'Bidirectional', config: {} } })).toMatch(/Sequential/);
  });

  test('layers listed before their inputs, unknown layers, repeated connections, and layers used twice are rejected', () => {
    const layers = [
      { ...layer('Flatten', {}), inbound_nodes: [[['x', 0, 0, {}]]] },
      { ...layer('InputLayer', { name: 'x', batch_input_shape: [null, 2] }), inbound_nodes: [] },
    ];
    const config = { layers, input_layers: [['x', 0, 0]], output_layers: [['flatten', 0, 0]] };
    const model = (change: object) => ({
      modelTopology: { class_name: 'Model', config: { ...config, ...change } },
      weightsManifest: [],
    });
    const rejected = (change: object) => errorOf(() => fromKeras(model(change), new Uint8Array())).message;
    expect(rejected({})).toMatch(/earlier layers, not "x"/);
    const ordered = { layers: layers.toReversed() };
    expect(fromKeras(model(ordered), new Uint8Array()).predict([3, 4])).toEqual([3, 4]);
    expect(rejected({ ...ordered, output_layers: [['none', 0, 0]] })).toMatch(/a layer with the name "none"/);
    expect(rejected({ ...ordered, output_layers: [['flatten', 1, 0]] })).toMatch(/first use/);
    expect(rejected({ ...ordered, input_layers: [] })).toMatch(/every input layer/);
    const concatenate = {
      ...layer('Concatenate', {}),
      inbound_nodes: [
        [
          ['x', 0, 0, {}],
          ['flatten', 0, 0, {}],
        ],
      ],
    };
    expect(rejected({ layers: [layers[1], layers[0], concatenate] })).toMatch(/same input twice/);
    expect(
      rejected({
        ...ordered,
        output_layers: [
          ['flatten', 0, 0],
          ['x', 0, 0],
        ],
      }),
    ).toMatch(/listed twice/);
    const added = { ...concatenate, class_name: 'Add' };
    const error = errorOf(() => fromKeras(model({ layers: [layers[1], layers[0], added] }), new Uint8Array()));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/"Add": only dense/)]);
    const usedTwice = { ...layers[0], inbound_nodes: [[['x', 0, 0, {}]], [['x', 0, 0, {}]]] };
    expect(rejected({ layers: [layers[1], usedTwice] })).toMatch(/used twice/);
  });
});

describe('a model that cannot be imported', () => {
  test.each([
    ['UNSUPPORTED', /"Conv3D"/, [layer('InputLayer', { batch_input_shape: [null, 2] }), layer('Conv3D', {})]],
    ['MALFORMED', /3 axes/, [layer('InputLayer', { batch_input_shape: [null, 2] }), layer('Conv2D', {})]],
    ['UNSUPPORTED', /a fixed size/, [layer('InputLayer', { batch_input_shape: [null, null, 3] })]],
    ['UNSUPPORTED', /"exponential"/, [dense(2, { activation: 'exponential' })]],
    ['UNSUPPORTED', /only at the end/, [dense(2), layer('Softmax', {}), layer('ReLU', {})]],
    ['UNSUPPORTED', /with a maximum/, [dense(2), layer('ReLU', { max_value: 6 })]],
    ['MALFORMED', /kernel of shape \[3, 2\], not \[2, 2\]/, [dense(2, { batch_input_shape: [null, 3] })]],
    ['MALFORMED', /weights with the name other\/kernel/, [dense(2, { name: 'other' })]],
    ['MALFORMED', /one layer with the name "dense"/, [dense(2), dense(2)]],
    ['TOO_LARGE', /far more values/, [layer('InputLayer', { batch_input_shape: [null, 2 ** 30] })]],
    ['TOO_LARGE', /far more values/, [layer('InputLayer', { batch_input_shape: [null, 2 ** 31, 2 ** 31, 2 ** 31] })]],
  ])('fromKeras throws %s with a message that matches %s', (code, message, layers) => {
    const { json, bytes } = written(layers, numbers);
    const error = errorOf(() => fromKeras(json, bytes));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('weights of the wrong length, shape or type, quantized weights and infinite weights are rejected', () => {
    const { json, bytes } = written([dense(2)], numbers);
    expect(errorOf(() => fromKeras(json, bytes.subarray(4))).message).toMatch(
      /expected an array of at most 4 bytes \(the rest of the 20-byte weight file\), received/,
    );
    expect(errorOf(() => fromKeras(json, new Uint8Array(28))).message).toMatch(/expected 24 bytes/);
    const [group] = json.weightsManifest;
    const changed = (change: object) => ({
      ...json,
      weightsManifest: [{ ...group, weights: group.weights.map((entry) => ({ ...entry, ...change })) }],
    });
    expect(errorOf(() => fromKeras(changed({ dtype: 'int32' }), bytes)).code).toBe('UNSUPPORTED');
    expect(errorOf(() => fromKeras(changed({ quantization: { dtype: 'uint8' } }), bytes)).code).toBe('UNSUPPORTED');
    expect(errorOf(() => fromKeras(changed({ shape: [2 ** 31, 2 ** 31] }), bytes)).code).toBe('MALFORMED');
    const infinite = bytes.slice();
    infinite.set([0, 0, 0x80, 0x7f]);
    expect(errorOf(() => fromKeras(json, infinite)).code).toBe('NOT_FINITE');
  });

  test('damaged models are rejected with an NnbpError or result in a network', () => {
    const loadedCount = countLoaded((random) => {
      const model = models[Math.floor(random.uniform() * models.length)];
      const json = damaged(model.json, random);
      const bytes = weightsOf(model);
      if (random.uniform() < 0.5) bytes[Math.floor(random.uniform() * bytes.length)] ^= 1 << (8 * random.uniform());
      return () => fromKeras(json, random.uniform() < 0.9 ? bytes : bytes.subarray(1));
    }, 0.8);
    expect(loadedCount).toBeGreaterThan(0);
    countLoaded((random) => {
      const model = models[Math.floor(random.uniform() * models.length)];
      const text = damagedText(JSON.stringify(model.json), random);
      return () => fromKeras(text, weightsOf(model));
    }, 0.2);
  }, 120_000);
});
