import { fromBrainJs } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { fixtures, maxError, maxStepError } from './fixtures.js';
import { countLoaded, damaged, damagedText } from '../../formats/test/fuzz.js';

const { models, recurrent, program, version } = fixtures('brain-js');
const modelNamed = (name: string) => models.find((model) => model.name === name)!;

describe(`models trained by ${program} ${version}`, () => {
  test.each(models)('the model "$name" has the same outputs after import, up to float32 rounding', (model) => {
    // brain.js stores values between layers in float32.
    expect(maxError(fromBrainJs(model.json), model)).toBeLessThan(2e-6);
    expect(maxError(fromBrainJs(JSON.stringify(model.json)), model)).toBeLessThan(2e-6);
  });

  test.each(recurrent)('the recurrent model "$name" has the same outputs at each step after import', (model) => {
    expect(maxStepError(fromBrainJs(model.json), model)).toBeLessThan(2e-6);
  });

  test('node ids contain the keys of the data, in the order of the nodes in brain.js', () => {
    const { graph } = fromBrainJs(modelNamed('colours by name').json);
    expect(graph.ids.slice(0, graph.inputCount)).toEqual(['input.3', 'input.7', 'input.r', 'input.g']);
    expect(Array.from(graph.outputs, (i) => graph.ids[i])).toEqual(['output.black', 'output.white', 'output.grey']);
  });

  test('the importer reproduces the leaky-relu bug of brain.js 1: 0 below 0, and h / 100 above 0', () => {
    const json = {
      sizes: [1, 1],
      layers: [{ 0: {} }, { 0: { bias: 0, weights: { 0: 1 } } }],
      activation: 'leaky-relu',
    };
    const network = fromBrainJs(json);
    expect([network.predict([100]), network.predict([-100])]).toEqual([[1], [0]]);
  });
});

describe('the file format of brain.js 2', () => {
  const json = {
    sizes: [2, 1, 1],
    layers: [
      { weights: [], biases: [] },
      { weights: [[1, -2]], biases: [0.5] },
      { weights: [[4]], biases: [0] },
    ],
    inputLookup: { dark: 1, light: 0 },
    outputLookup: null,
    trainOpts: { activation: 'leaky-relu', leakyReluAlpha: 0.25 },
  };

  test('brain.js 2 models are imported: weights in arrays, keys in objects, and a correct leaky ReLU', () => {
    const network = fromBrainJs(json);
    expect(network.getParameters('layer1.0').w).toEqual({ 'input.light': 1, 'input.dark': -2 });
    expect(network.predict([1, 2])).toEqual([4 * 0.25 * (0.25 * -2.5)]);
  });

  test.each([
    [
      'a row with too many weights',
      { layers: [{}, { weights: [[1, 2]], biases: [1] }, { weights: [[1, 2]], biases: [1] }] },
    ],
    ['a missing bias', { layers: [{}, { weights: [[1, 2]], biases: [] }, { weights: [[1]], biases: [1] }] }],
    ['two keys for one input', { inputLookup: { a: 0, b: 0 } }],
    ['a missing key', { inputLookup: { a: 0 } }],
  ])('%s is rejected', (_, change) => {
    expect(errorOf(() => fromBrainJs({ ...json, ...change })).code).toBe('MALFORMED');
  });
});

describe('the file formats of brain and the first versions of brain.js', () => {
  const inputs = { x: {}, y: {} };
  const hidden = { 0: { bias: 0.5, weights: { x: 2, y: -1 } }, 1: { bias: -0.5, weights: { x: 0.25, y: 4 } } };
  const output = { on: { bias: 0.1, weights: { 0: 3, 1: -2 } } };
  const g = (h: number) => 1 / (1 + Math.exp(-h));
  const expected = g(0.1 + 3 * g(0.5 + 2 * 0.3 - 0.7) - 2 * g(-0.5 + 0.25 * 0.3 + 4 * 0.7));

  test.each([
    [
      'brain 0.6 (no sizes, no activation)',
      { layers: [inputs, hidden, output], outputLookup: true, inputLookup: true },
    ],
    ['brain.js 1.0 (no activation)', { layers: [inputs, hidden, output], sizes: [2, 2, 1] }],
    [
      'brain 0.1 (each layer has the key "nodes")',
      { layers: [{ nodes: inputs }, { nodes: hidden }, { nodes: output }] },
    ],
  ])('a model from %s is imported with the sigmoid activation', (_, json) => {
    const network = fromBrainJs(JSON.stringify(json));
    expect(network.graph.ids).toEqual(['input.x', 'input.y', 'layer1.0', 'layer1.1', 'output.on']);
    expect(network.predict([0.3, 0.7])[0]).toBeCloseTo(expected, 15);
  });
});

describe('a model that cannot be imported', () => {
  const good = modelNamed('XOR, tanh').json as Record<string, unknown>;

  test('a recurrent text network is rejected, and the error gives the reason', () => {
    const error = errorOf(() => fromBrainJs({ type: 'LSTM', hiddenLayers: [10], options: {} }));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringContaining('read and write text')]);
  });

  test.each([
    [/options\.inputSize/, { options: { outputSize: 2 } }],
    [/options\.inputSize: expected an integer from 1 to \d\d?,/, { options: { inputSize: 1e7, outputSize: 2 } }],
    [/inputMatrix\.columns: expected 3/, { options: { inputSize: 3, outputSize: 2 } }],
    [/at least one layer/, { hiddenLayers: [] }],
    [/hiddenLayers\[0\]: expected matrices/, { hiddenLayers: [{}] }],
    [/output\.weights: expected 2 numbers/, { output: { rows: 2, columns: 1, weights: [1] } }],
  ])('an invalid recurrent network is rejected with the message %s', (message, change) => {
    const lstm = recurrent.find(({ name }) => name.startsWith('LSTM'))!;
    const error = errorOf(() => fromBrainJs({ ...(lstm.json as object), ...change }));
    expect([error.code, error.message]).toEqual(['MALFORMED', expect.stringMatching(message)]);
  });

  test('an unknown activation is named in the error', () => {
    const error = errorOf(() => fromBrainJs({ ...good, activation: 'swish' }));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringContaining('"swish"')]);
  });

  test('NaN, which JSON writes as null, is rejected, and the error names its path', () => {
    const json = structuredClone(good) as { layers: Record<string, { bias: number | null }>[] };
    json.layers[1][0].bias = null;
    const error = errorOf(() => fromBrainJs(json));
    expect([error.code, error.message]).toEqual(['MALFORMED', expect.stringMatching(/layers\[1\]\.0\.bias.*null/)]);
  });

  test('sizes that do not match the layers are rejected', () => {
    expect(errorOf(() => fromBrainJs({ ...good, sizes: [2, 4, 2] })).message).toMatch(/sizes\[2\].*expected 1/);
  });

  test('damaged models are rejected with an NnbpError or result in a network', () => {
    const read = countLoaded((random) => {
      const all = [...models, recurrent[0]];
      const json = damaged(all[Math.floor(random.uniform() * all.length)].json, random);
      return () => fromBrainJs(json);
    }, 0.8);
    expect(read).toBeGreaterThan(0);
    countLoaded((random) => {
      const text = damagedText(JSON.stringify(good), random);
      return () => fromBrainJs(text);
    }, 0.2);
  }, 120_000);
});
