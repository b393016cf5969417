import { tanh } from '@nnbp/activations';
import { mlp, Network, type OutputTransform } from '@nnbp/core';
import { fromJson, load, save, toJson, toModule } from '@nnbp/formats';
import { fromOnnx, fromPyTorch, toNeatPython, toOnnx, toPyTorch } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';

const row = [0.3, -0.7];
const network = (outputTransform: OutputTransform) =>
  new Network(mlp([2, 5, 3], { activation: tanh }), { seed: 3, outputTransform });

describe.each<OutputTransform>(['sigmoid', 'softmax', 'logSoftmax'])('outputTransform %s', (transform) => {
  const original = network(transform);
  const expected = original.predict(row);

  test('save, toJson and fromPyTorch keep the output transform', () => {
    for (const copy of [load(save(original)).network, fromJson(toJson(original))]) {
      expect(copy.outputTransform).toBe(transform);
      expect(copy.predict(row)).toEqual(expected);
    }
    const { 'weights.safetensors': weights } = toPyTorch(original);
    expect(fromPyTorch(weights, original).predict(row)[0]).toBeCloseTo(expected[0], 6);
    expect(fromPyTorch(weights, original).outputTransform).toBe(transform);
  });

  test('the standalone module applies the output transform bit-identically', async () => {
    const { js } = toModule(original);
    const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(js)}`)) as {
      predict: (row: readonly number[]) => number[];
    };
    expect(module.predict(row)).toEqual(expected);
  });

  test('predictions are the same after an ONNX round trip', () => {
    const back = fromOnnx(toOnnx(original));
    back.predict(row).forEach((y, k) => expect(y).toBeCloseTo(expected[k], 6));
    // A final Sigmoid is imported as an activation.
    expect(back.outputTransform).toBe(transform === 'sigmoid' ? 'none' : transform);
  });

  test('toNeatPython rejects an output transform and says what to do', () => {
    expect(() => toNeatPython(original)).toThrow(/Set network.outputTransform to "none"/);
  });
});

test('a file whose output transform is unknown is rejected', () => {
  const text = toJson(network('softmax')).replace('"softmax"', '"hardmax"');
  expect(() => fromJson(text)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
});

test('network.py applies the output transform', () => {
  expect(toPyTorch(network('softmax'))['network.py']).toContain('return torch.softmax(x, -1)');
  expect(toPyTorch(network('none'))['network.py']).toMatch(/output_mean\n +return x, state\n/);
});
