/** Tests of the exports of nnbp and of its default engines. */
import * as activations from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import * as core from '@nnbp/core';
import * as explaining from '@nnbp/explain';
import * as formats from '@nnbp/formats';
import * as formula from '@nnbp/formula';
import * as gradcheck from '@nnbp/gradcheck';
import * as interop from '@nnbp/interop';
import * as layers from '@nnbp/layers';
import * as losses from '@nnbp/losses';
import * as optim from '@nnbp/optim';
import * as training from '@nnbp/train';
import * as fast from '@nnbp/wasm';
import * as nnbp from 'nnbp';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { xor } from '../../core/test/xor.js';
import { engineFor } from '../src/defaults.js';
import * as onDemand from '../src/wasm-on-demand.js';

const libraries = {
  activations,
  aggregations,
  core,
  explain: explaining,
  formats,
  formula,
  gradcheck,
  interop,
  layers,
  losses,
  optim,
  train: training,
  wasm: fast,
};
const overridden = ['compile', 'evaluate', 'fit'];

test.each(Object.entries(libraries))('nnbp re-exports every name of @nnbp/%s', (_, library) => {
  for (const [name, value] of Object.entries(library)) {
    if (name === 'Report') expect(nnbp.CheckReport).toBe(value);
    else if (value === formula.cosine) expect(nnbp.formulaActivations).toContain(value);
    else if (!overridden.includes(name)) expect(nnbp, name).toHaveProperty(name, value);
  }
});

const network = () => new nnbp.Network(nnbp.mlp([2, 1], { activation: nnbp.tanh }));
const options = { loss: nnbp.mse(), optimizer: nnbp.sgd({ learningRate: 0.1 }) };

test.each<[string, (engine: nnbp.Engine) => unknown]>([
  ['fit', (engine) => nnbp.fit(network(), xor, { ...options, epochs: 1, engine })],
  ['fit from @nnbp/train', (engine) => training.fit(network(), xor, { ...options, epochs: 1, engine })],
  ['Trainer', (engine) => new nnbp.Trainer(network(), xor, { ...options, engine })],
  ['evaluate', (engine) => nnbp.evaluate(network(), xor, { ...options, engine })],
  ['compile', (engine) => nnbp.compile(network(), { engine })],
])('%s rejects a value that is not an engine', async (_, call) => {
  for (const [engine, shown] of [
    [nnbp.auto(), 'a promise'],
    [nnbp.js, 'function'],
    ['wasm', 'string'],
    [null, 'null'],
  ] as const) {
    const message = `engine: expected an Engine, such as \`await auto()\` or \`js()\`, received ${shown}.`;
    const result = Promise.resolve(null).then(() => call(engine as never));
    await expect(result).rejects.toMatchObject({ code: 'WRONG_TYPE', message });
  }
});

test('the module that replaces @nnbp/wasm in the Node build exports the same names, and its engines run', async () => {
  const replacement: typeof fast = onDemand;
  expect(Object.keys(replacement).sort()).toEqual(Object.keys(fast).sort());
  expect(replacement.cores()).toBe(fast.cores());
  for (const engine of [await replacement.auto({ fused: false }), await replacement.wasm()])
    expect(engine.name).toBe('wasm');
  await expect(replacement.wasm({ threads: 0 })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
});

describe('the defaults of nnbp', () => {
  const { adam, identity, js, mlp, mse, Network, tanh } = nnbp;
  const fresh = () => new Network(mlp([2, 8, 1], { activation: tanh, outputActivation: identity }), { seed: 1 });
  const isFloat32 = (values: ArrayLike<number>) => Array.from(values).every((value) => Math.fround(value) === value);

  const options = (epochs: number) => ({ loss: mse(), optimizer: adam({ learningRate: 0.05 }), epochs });

  test('fit runs a small task in float64, without starting the fast engine', async () => {
    const [network, double] = [fresh(), fresh()];
    await nnbp.fit(network, xor, options(300));
    await nnbp.fit(double, xor, { ...options(300), engine: js() });
    expect(network.parameters.vector).toEqual(double.parameters.vector);
    expect(isFloat32(network.parameters.vector)).toBe(false);
    expect(network.predict([0, 1])[0]).toBeCloseTo(1, 1);
  });

  // With 24 edges and 4 samples, 50,000 epochs are enough work for the fast engine, but 40,000 are not.
  const stopAfterFirstEpoch = { callbacks: [{ onEpochEnd: ({ stop }: nnbp.Progress) => stop() }] };
  const list = xor.inputs.map((input, s) => ({ input, target: xor.targets[s] }));
  const sequences = { sequences: list.map(({ input, target }) => ({ inputs: [input], targets: [target] })) };
  async function* stream() {
    for (const sample of list) yield await Promise.resolve(sample);
  }
  const sequenceStream = async function* () {
    yield await Promise.resolve(sequences.sequences[0]);
  };
  test.each<[string, number, 'float32' | 'float64', nnbp.Data]>([
    ['a table', 50_000, 'float32', xor],
    ['a table', 40_000, 'float64', xor],
    ['samples', 50_000, 'float32', list],
    ['samples', 40_000, 'float64', list],
    ['sequences', 50_000, 'float32', sequences],
    ['sequences', 40_000, 'float64', sequences],
    ['a stream', 1, 'float32', stream],
    ['a stream of sequences', 1, 'float32', { sequences: sequenceStream }],
  ])('fit on %s for at most %i epochs computes in %s', async (_, epochs, precision, data) => {
    const network = fresh();
    const truncate = 'sequences' in data && !Array.isArray(data.sequences) ? { truncate: 1 } : {};
    await nnbp.fit(network, data, { ...options(epochs), ...stopAfterFirstEpoch, ...truncate });
    expect(isFloat32(network.parameters.vector)).toBe(precision === 'float32');
  });

  test('fit runs a large task on several threads if the host has several cores', async () => {
    const [small, large] = [fresh(), new Network(mlp([100, 100, 1], { activation: tanh }), { seed: 1 })];
    const inputs = new Array<number[]>(4_000).fill(new Array<number>(100).fill(0));
    const data = { inputs, targets: inputs.map(() => [1]) };
    const threads = async (...call: Parameters<typeof engineFor>) =>
      ((await engineFor(...call)) as nnbp.Engine & { threads?: number }).threads;
    expect(await threads(small, xor, 300)).toBeUndefined();
    expect(await threads(large, data, 50)).toBe(1);
    expect(await threads(large, data, 100)).toBe(Math.min(4, availableParallelism()));
    expect(await engineFor(large, data, 100)).toBe(await engineFor(large, data, 200));
  });

  test('compile uses the fastest engine, and evaluate uses it if there is enough work', async () => {
    const network = fresh();
    const predictor = await nnbp.compile(network);
    expect(predictor.engine).toBe('wasm');
    expect(predictor.predict([1, 0])[0]).toBeCloseTo(network.predict([1, 0])[0], 5);
    predictor.dispose();
    expect((await nnbp.compile(network, { engine: js() })).predict([1, 0])).toEqual(network.predict([1, 0]));
    const many = { inputs: new Array<number[]>(200_000).fill([0, 1]), targets: new Array<number[]>(200_000).fill([1]) };
    for (const data of [xor, many]) {
      const { loss } = await nnbp.evaluate(network, data, { loss: mse() });
      const double = (await nnbp.evaluate(network, data, { loss: mse(), engine: js() })).loss;
      expect(loss).toBeCloseTo(double, 5);
      expect(loss !== double).toBe(data === many);
    }
  });
});
