/** One import for everything, with the fastest engine by default. */
import * as activations from '@nnbp/activations';
import * as core from '@nnbp/core';
import * as explaining from '@nnbp/explain';
import * as formats from '@nnbp/formats';
import * as gradcheck from '@nnbp/gradcheck';
import * as interop from '@nnbp/interop';
import * as losses from '@nnbp/losses';
import * as optim from '@nnbp/optim';
import * as training from '@nnbp/train';
import * as fast from '@nnbp/wasm';
import * as nnbp from 'nnbp';
import { describe, expect, test } from 'vitest';
import { xor } from '../../core/test/xor.js';

const libraries = {
  activations,
  core,
  explain: explaining,
  formats,
  gradcheck,
  interop,
  losses,
  optim,
  train: training,
  wasm: fast,
};
const own = ['compile', 'evaluate', 'fit'];

test.each(Object.entries(libraries))('nnbp re-exports every name of @nnbp/%s', (_, library) => {
  for (const [name, value] of Object.entries(library)) {
    if (name === 'Report') expect(nnbp.CheckReport).toBe(value);
    else if (!own.includes(name)) expect(nnbp, name).toHaveProperty(name, value);
  }
});

describe('the defaults of nnbp', () => {
  const { adam, identity, js, mlp, mse, Network, tanh } = nnbp;
  const fresh = () => new Network(mlp([2, 8, 1], { activation: tanh, outputActivation: identity }), { seed: 1 });
  const isSingle = (values: ArrayLike<number>) => Array.from(values).every((value) => Math.fround(value) === value);

  test('fit computes in float32 on the fastest engine, and in float64 on the js engine', async () => {
    const options = () => ({ loss: mse(), optimizer: adam({ learningRate: 0.05 }), epochs: 300 });
    const [single, double] = [fresh(), fresh()];
    await nnbp.fit(single, xor, options());
    await nnbp.fit(double, xor, { ...options(), engine: js() });
    expect(isSingle(single.parameters.vector)).toBe(true);
    expect(isSingle(double.parameters.vector)).toBe(false);
    for (const network of [single, double]) expect(network.predict([0, 1])[0]).toBeCloseTo(1, 1);
  });

  test('compile and evaluate use the fastest engine', async () => {
    const network = fresh();
    const predictor = await nnbp.compile(network);
    expect(predictor.engine).toBe('wasm');
    expect(predictor.predict([1, 0])[0]).toBeCloseTo(network.predict([1, 0])[0], 5);
    predictor.dispose();
    expect((await nnbp.compile(network, { engine: js() })).predict([1, 0])).toEqual(network.predict([1, 0]));
    const { loss } = await nnbp.evaluate(network, xor, { loss: mse() });
    expect(loss).toBeCloseTo((await nnbp.evaluate(network, xor, { loss: mse(), engine: js() })).loss, 5);
  });
});
