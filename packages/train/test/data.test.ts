/** Tests of tables, arrays of samples and streams: batches, default batch sizes, sample weights, and invalid data. */
import { identity, tanh } from '@nnbp/activations';
import { js, mlp, Network } from '@nnbp/core';
import { mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam, rprop, sgd } from '@nnbp/optim';
import { type Data, fit, type FitOptions, type Sample, Trainer } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

const options = (overrides: Partial<FitOptions> = {}): FitOptions => ({
  loss: mse(),
  optimizer: sgd({ learningRate: 0.1 }),
  epochs: 2,
  batchSize: 2,
  ...overrides,
});
const tanhNetwork = () => new Network(mlp([2, 3, 2], { activation: tanh }), { seed: 1 });
const lineNetwork = () =>
  new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { initializer: () => 10 });
const parametersOf = (network: Network) => [...network.parameters.vector];
async function* streamOf(samples: readonly Sample[]) {
  for (const sample of samples) yield await Promise.resolve(sample);
}
const samples = Array.from({ length: 7 }, (_, s) => ({
  input: [Math.sin(s), Math.cos(s)],
  target: [Math.sin(2 * s), 0.1 * s],
}));
const table = { inputs: samples.map(({ input }) => input), targets: samples.map(({ target }) => target) };
const large = Array.from({ length: 40 }, (_, s) => [s / 40]);

describe('batches', () => {
  test('a table, an array of samples and a stream give the same training result', async () => {
    const results: number[][] = [];
    for (const data of [table, samples, () => streamOf(samples)]) {
      const network = tanhNetwork();
      await fit(network, data, options({ shuffle: false }));
      results.push(parametersOf(network));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('a batch has 32 samples by default, or all samples for a full-batch optimizer', () => {
    const data: Data = { inputs: large, targets: large };
    const stream: Data = () => streamOf(large.map((row) => ({ input: row, target: row })));
    const sizeOf = (data: Data, overrides: Partial<FitOptions>) => {
      const { batchSize: _, ...others } = options(overrides);
      return new Trainer(lineNetwork(), data, others).batchSize;
    };
    expect(sizeOf(data, {})).toBe(32);
    expect(sizeOf(stream, {})).toBe(32);
    expect(sizeOf(data, { optimizer: rprop() })).toBe(40);
    expect(() => sizeOf(stream, { optimizer: rprop() })).toThrow('Set batchSize to the number of samples');
    expect(new Trainer(lineNetwork(), stream, options({ optimizer: rprop(), batchSize: 40 })).batchSize).toBe(40);
    expect(() => new Trainer(lineNetwork(), data, options({ optimizer: rprop(), batchSize: 8 }))).toThrow(
      'all 40 samples',
    );
  });

  test('sequences are shuffled by default', async () => {
    const data: Data = { sequences: samples.map(({ input, target }) => ({ inputs: [input], targets: [target] })) };
    const [shuffled, ordered] = [tanhNetwork(), tanhNetwork()];
    await fit(shuffled, data, options());
    await fit(ordered, data, options({ shuffle: false }));
    expect(parametersOf(shuffled)).not.toEqual(parametersOf(ordered));
  });

  test('sample weights give the same result on the js engine and on the wasm engine, which runs several training steps per call', async () => {
    const [one, two] = [tanhNetwork(), tanhNetwork()];
    const weights = [1, 2, 0, 1, 3, 1, 0.5];
    const overrides = { batchSize: 1, shuffle: false };
    await fit(one, { ...table, weights }, options({ ...overrides, engine: js() }));
    await fit(two, { ...table, weights }, options({ ...overrides, engine: await wasm({ threads: 1 }) }));
    parametersOf(one).forEach((p, k) => expect(two.parameters.vector[k]).toBeCloseTo(p, 5));
  });
});

describe('errors name the sample by its index', () => {
  // x of sample 3 overflows: 10 · 1e308.
  const rows = [[1], [1], [1], [1e308], [1], [1], [1], [1]];
  const zeros = rows.map(() => [0]);
  const small = sgd({ learningRate: 1e-6 });

  test('an overflow error names the sample in a table and in a stream', async () => {
    const stream = () => streamOf(rows.map((input) => ({ input, target: [0] })));
    for (const data of [{ inputs: rows, targets: zeros }, stream]) {
      const failed = fit(lineNetwork(), data, options({ optimizer: small, shuffle: false }));
      await expect(failed).rejects.toMatchObject({ code: 'DIVERGED', sample: 3, batch: 2 });
    }
  });

  test('an overflow error names the sample by its index in the whole table, not in the training set', async () => {
    let named = 0;
    for (let seed = 0; seed < 8; seed++) {
      const overrides = { optimizer: small, validation: 0.25, seed, batchSize: 3 };
      await fit(lineNetwork(), { inputs: rows, targets: zeros }, options(overrides)).catch((error: unknown) => {
        expect(error).toMatchObject({ sample: 3 });
        named++;
      });
    }
    expect(named).toBeGreaterThan(3);
  });

  test('a rejected sample is named by its index in the whole table, not in the training set', async () => {
    const bad = { inputs: [[1], [NaN], [1], [1]], targets: [[1], [1], [1], [1]] };
    for (let seed = 0; seed < 4; seed++) {
      await expect(fit(lineNetwork(), bad, options({ validation: 0.5, seed }))).rejects.toThrow('sample 1');
    }
    const weights = [1, 1, -1, 1];
    const weighted = { inputs: rows.slice(4), targets: zeros.slice(4), weights };
    for (let seed = 0; seed < 4; seed++) {
      await expect(fit(lineNetwork(), weighted, options({ validation: 0.5, seed }))).rejects.toThrow(
        'weight of sample 2',
      );
    }
    const classes = new Network(mlp([1, 2], { activation: identity }));
    const targets = [[1, 0], [0, 1], [-1, 0], [1, 0]]; // oxfmt-ignore
    for (let seed = 0; seed < 4; seed++) {
      const fitOptions = options({ loss: softmaxCrossEntropy(), validation: 0.5, seed });
      await expect(fit(classes, { inputs: rows.slice(4), targets }, fitOptions)).rejects.toThrow('sample 2, target');
    }
  });
});

test('fit rejects a target that contains null if the loss compares all outputs', async () => {
  const data: Data = { inputs: [[1, 2]], targets: [[null, 1]] };
  const rejected = fit(tanhNetwork(), data, options({ loss: softmaxCrossEntropy() }));
  await expect(rejected).rejects.toMatchObject({
    code: 'WRONG_TARGET',
    message: expect.stringContaining('null') as string,
  });
});

test('standardize applies to the inputs only or to the targets only, as requested', async () => {
  const network = tanhNetwork();
  await fit(network, table, options({ standardize: { targets: true } }));
  expect([network.inputScaler === undefined, network.outputScaler === undefined]).toEqual([true, false]);
  const other = tanhNetwork();
  await fit(other, table, options({ standardize: { inputs: true } }));
  expect([other.inputScaler === undefined, other.outputScaler === undefined]).toEqual([false, true]);
});

test.each<[what: string, code: string, message: string, data: Data, more: Partial<FitOptions>]>([
  ['a negative batch size', 'OUT_OF_RANGE', 'batchSize', table, { batchSize: -1 }],
  [
    'a validation fraction with a stream',
    'WRONG_TYPE',
    'neither standardized nor split',
    () => streamOf(samples),
    { validation: 0.5 },
  ],
  [
    'standardize with a stream',
    'WRONG_TYPE',
    'neither standardized nor split',
    () => streamOf(samples),
    { standardize: true },
  ],
  [
    'data with unknown property names',
    'WRONG_TYPE',
    'data: expected { inputs, targets }, { sequences }, a stream, or an array of { input, target }, received an object with the properties xs, ys.',
    { xs: [[1]], ys: [[1]] } as never,
    {},
  ],
  ['a loss that was not called', 'WRONG_TYPE', 'such as `mse()`, received function', table, { loss: mse as never }],
  [
    'the name of an optimizer',
    'WRONG_TYPE',
    'such as `adam()`, received string',
    table,
    { optimizer: 'adam' as never },
  ],
  ['the name of a metric', 'WRONG_TYPE', 'such as `accuracy()`, received string', table, { metrics: ['r2' as never] }],
  [
    'a single callback',
    'WRONG_TYPE',
    'callbacks: expected an array, received object',
    table,
    { callbacks: { onEpochEnd: () => 1 } as never },
  ],
  [
    'a function as a callback',
    'WRONG_TYPE',
    'callbacks[0]: expected an object with methods such as onEpochEnd, received function',
    table,
    { callbacks: [(() => 1) as never] },
  ],
])('fit rejects %s', async (_, code, message, data, overrides) => {
  await expect(fit(tanhNetwork(), data, options(overrides))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  });
});

test('fit rejects an optimizer that has trained a different number of parameters', async () => {
  const optimizer = adam();
  await fit(tanhNetwork(), table, options({ optimizer }));
  const line = lineNetwork();
  const before = parametersOf(line);
  const data = { inputs: [[1]], targets: [[2]] };
  await expect(fit(line, data, options({ optimizer }))).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message:
      'optimizer: it has trained 22 parameters, but would now train 2. Create an optimizer for each network and each choice of `freeze`.',
  });
  expect(parametersOf(line)).toEqual(before);
  const freeze = ({ name }: { readonly name: string }) => name === 'b';
  await expect(fit(tanhNetwork(), table, options({ optimizer, freeze }))).rejects.toMatchObject({
    code: 'WRONG_STATE',
  });
  // A network with the same number of parameters is accepted.
  await expect(fit(tanhNetwork(), table, options({ optimizer }))).resolves.toMatchObject({ stoppedBy: 'epochs' });
});

test('training on a stream whose iterator has no return method can be stopped', async () => {
  const endless = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: false, value: samples[0] }) }),
  };
  const callbacks = [{ onBatchEnd: ({ stop }: { stop: () => void }) => stop() }];
  const { stoppedBy } = await fit(tanhNetwork(), endless as never, options({ optimizer: adam(), callbacks }));
  expect(stoppedBy).toBe('callback');
});
