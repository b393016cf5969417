/** Tests of predictions by a compiled network. */
import { identity, tanh } from '@nnbp/activations';
import { compile, type Engine, type Executor, js, mlp, Network, reference, Standardization } from '@nnbp/core';
import { describe, expect, test } from 'vitest';

const network = new Network(mlp([3, 5, 2], { activation: tanh }), { seed: 4 });
const inputs = Array.from({ length: 300 }, (_, s) => [Math.sin(s), Math.cos(s), s / 300]);

/** Returns a copy of the network with scalers. */
function scaled(): Network {
  const copy = new Network(network.graph);
  copy.parameters.vector.set(network.parameters.vector);
  copy.inputScaler = new Standardization([1, 2, 3], [2, 3, 4]);
  copy.outputScaler = new Standardization([10, 20], [3, 4]);
  return copy;
}

describe.each([js(), reference()])('a network compiled for the $name engine', (engine) => {
  test.each([
    ['without scalers', network],
    ['with scalers', scaled()],
  ])('a predictor returns the same outputs as the network, %s', async (_, original) => {
    const predictor = await compile(original, { engine, batchSize: 7 });
    const expected = original.predictBatch(inputs);
    expect(predictor.engine).toBe(engine.name);
    expect(inputs.map((input) => predictor.predict(input))).toEqual(expected);
    expect(predictor.predictBatch(inputs)).toEqual(expected);
    expect(predictor.predictBatch(Float64Array.from(inputs.flat()))).toEqual(expected);
  });

  test('a predictor writes to an array or typed array that the caller passes', async () => {
    const predictor = await compile(network, { engine });
    const expected = network.predict(inputs[3]);
    const [row, single, batch] = [[0, 0], new Float32Array(2), new Float64Array(600)];
    expect(predictor.predict(inputs[3], row)).toBe(row);
    expect(row).toEqual(expected);
    expect(predictor.predict(inputs[3], single)).toBe(single);
    expect(single).toEqual(Float32Array.from(expected));
    expect(predictor.predictBatch(inputs, batch)).toBe(batch);
    expect([...batch]).toEqual(network.predictBatch(inputs).flat());
  });
});

test('a predictor keeps its parameters when the network changes', async () => {
  const own = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
  const predictor = await compile(own);
  const before = predictor.predict([2]);
  own.setParameters('output.0', { b: 100 });
  expect(predictor.predict([2])).toEqual(before);
  expect(predictor.predictBatch([[2]])).toEqual([before]);
});

test('an engine receives rows in its own precision', async () => {
  const received: unknown[] = [];
  const single: Engine = {
    name: 'single',
    supports: () => [],
    prepare(graph, batchSize) {
      const executor = reference().prepare(graph, batchSize);
      const parameters = new Float32Array(graph.parameterCount);
      const predict: Executor['predict'] = (rows, count) => {
        received.push(rows.constructor);
        executor.parameters.set(parameters);
        return executor.predict(rows, count);
      };
      return { parameters, predict, dispose: () => executor.dispose() } as Executor;
    },
  };
  const predictor = await compile(network, { engine: single });
  const expected = network.predictBatch(inputs).flat();
  predictor.predictBatch(inputs).forEach((row, s) => {
    row.forEach((x, k) => expect(x).toBeCloseTo(expected[2 * s + k], 5));
  });
  expect(new Set(received)).toEqual(new Set([Float32Array]));
});

describe('errors of a compiled network', () => {
  test.each([
    ['a promise that was not awaited', Promise.resolve(js()), 'a promise'],
    ['a name', 'js', 'string'],
  ])('an engine that is %s is rejected', async (_, engine, shown) => {
    await expect(compile(network, { engine: engine as never })).rejects.toMatchObject({
      code: 'WRONG_TYPE',
      message: `engine: expected an Engine, such as \`await auto()\` or \`js()\`, received ${shown}.`,
    });
  });

  const expectRejected = (action: () => unknown, code: string, message: RegExp) => {
    expect(action).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
  };

  test('bad input is rejected with an error that names the argument and the position', async () => {
    const predictor = await compile(network, { batchSize: 2 });
    expectRejected(() => predictor.predict([1, 2]), 'WRONG_LENGTH', /^input of sample 0/);
    expectRejected(() => predictor.predict([1, 2, NaN]), 'NOT_FINITE', /^input of sample 0, position 2/);
    expectRejected(() => predictor.predict([1, 2, 3], [0]), 'WRONG_LENGTH', /^into/);
    expectRejected(() => predictor.predictBatch([]), 'EMPTY_DATA', /^inputs is empty/);
    for (const value of [null, undefined, 5, {}] as never[]) {
      expectRejected(() => predictor.predict(value), 'WRONG_TYPE', /^input of sample 0: expected an array/);
      expectRejected(() => predictor.predictBatch(value), 'WRONG_TYPE', /^inputs: expected an array/);
      expectRejected(() => predictor.predictBatch([[1, 2, 3], value]), 'WRONG_TYPE', /^input of sample 1: expected an/);
      expectRejected(() => network.predictBatch(value), 'WRONG_TYPE', /^inputs: expected an array/);
    }
    expectRejected(() => predictor.predictBatch([[1, 2, 3], [1, 2, 3], [1]]), 'WRONG_LENGTH', /^input of sample 2/);
    expectRejected(() => predictor.predictBatch(new Float64Array(7)), 'WRONG_LENGTH', /multiple of 3, received 7/);
    expectRejected(
      () => predictor.predictBatch(Float64Array.of(1, 2, 3, 1, 2, 3, 1, NaN, 3)),
      'NOT_FINITE',
      /sample 2, position 1/,
    );
    expectRejected(() => predictor.predictBatch(inputs, new Float64Array(3)), 'WRONG_LENGTH', /^into/);
    await expect(compile(network, { batchSize: 0 })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  test.each([0, 3, 4, 6])('a value that is not a finite number is rejected at position %i', async (position) => {
    const predictor = await compile(new Network(mlp([7, 2], { activation: tanh }), { seed: 1 }));
    for (const bad of [NaN, -Infinity, null, '5', undefined]) {
      const input = Array.from({ length: 7 }, (_, k) => (k === position ? bad : k)) as number[];
      const where = new RegExp(`^input of sample 0, position ${position}`);
      expectRejected(() => predictor.predict(input), 'NOT_FINITE', where);
      expectRejected(() => predictor.predictBatch([input]), 'NOT_FINITE', where);
    }
  });

  test('the error for an overflow names the sample, and the node if its value is not finite', async () => {
    const large = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }));
    large.setParameters('output.0', { w: { 'input.0': 1e200 } });
    const predictor = await compile(large);
    expectRejected(() => predictor.predict([1e200]), 'OVERFLOW', /^Sample 0: x of node "output.0" is Infinity/);
    expectRejected(
      () => predictor.predictBatch([[1], [1e200]]),
      'OVERFLOW',
      /^Sample 1: x of node "output.0" is Infinity/,
    );
    large.outputScaler = new Standardization([0], [1e200]);
    const scaling = await compile(large);
    expectRejected(
      () => scaling.predict([1]),
      'OVERFLOW',
      /^Sample 0: an output is not finite in the units of the data/,
    );
  });

  test('compile rejects parameters that are not finite', async () => {
    const broken = new Network(network.graph);
    broken.parameters.vector[3] = NaN;
    await expect(compile(broken)).rejects.toMatchObject({ code: 'NOT_FINITE' });
  });

  test('a disposed predictor throws DISPOSED', async () => {
    const predictor = await compile(network);
    predictor.predictBatch(inputs);
    predictor.dispose();
    expectRejected(() => predictor.predict([1, 2, 3]), 'DISPOSED', /./);
    expectRejected(() => predictor.predictBatch(inputs), 'DISPOSED', /./);
  });
});
