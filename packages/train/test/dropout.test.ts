/** Tests of training with dropout and with an L1 penalty. */
import { identity, tanh } from '@nnbp/activations';
import { max, product } from '@nnbp/aggregations';
import {
  delayed,
  type Engine,
  type Graph,
  GraphBuilder,
  js,
  mlp,
  Network,
  NnbpError,
  Random,
  reference,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, chain, l1Penalty, lbfgs, sgd } from '@nnbp/optim';
import { type Data, type Dropout, evaluate, fit, type FitOptions, Trainer } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

const random = new Random(5);
const rows = (count: number, width: number) =>
  Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal()));
const table: Data = { inputs: rows(21, 2), targets: rows(21, 1) };
const sequences: Data = {
  sequences: [5, 3, 4, 2, 5].map((length) => ({ inputs: rows(length, 2), targets: rows(length, 1) })),
};
const parametersOf = (network: Network) => [...network.parameters.vector];
const options = (overrides: Partial<FitOptions> = {}): FitOptions => ({
  loss: mse(),
  optimizer: sgd({ learningRate: 0.1 }),
  epochs: 3,
  batchSize: 4,
  dropout: { rate: 0.5 },
  ...overrides,
});
const plain = () => new Network(mlp([2, 6, 5, 1], { activation: tanh }), { seed: 1 });

/**
 * A graph in which `h` reads its own previous value. If `masked`, each undelayed edge from `a`, `h` or `k` reads the
 * product of the node's value and a mask, which is an additional input.
 */
function recurrent(masked: boolean): Graph {
  const builder = new GraphBuilder();
  const [a, b] = [builder.input('a'), builder.input('b')];
  if (masked) for (const id of ['a', 'h', 'k']) builder.input(`${id}@mask`);
  const read = (id: string) =>
    masked
      ? builder.node(`${id}@dropped`, {
          from: [id, `${id}@mask`],
          activation: identity,
          aggregation: product,
          fixed: { b: 0, c: 1, w: 1 },
        })
      : id;
  const x = read(a);
  builder.node('h', { from: [x, b, delayed('h'), delayed('k', 2)], activation: tanh, shared: { c: 'c' } });
  const h = read('h');
  builder.node('k', { from: [h, delayed('h')], activation: tanh, shared: { c: 'c' }, fixed: { b: 0.1 } });
  builder.output(builder.node('y', { from: [h, read('k'), x], activation: identity }));
  return builder.build();
}

/** Returns an engine that adds the inputs of each training step to `recordedInputs`. */
function recording(engine: Engine, recordedInputs: Float64Array[]): Engine {
  return {
    ...engine,
    prepare(graph, batchSize, steps) {
      const executor = engine.prepare(graph, batchSize, steps);
      const step = executor.step.bind(executor);
      executor.step = (inputs, ...rest) => {
        recordedInputs.push(Float64Array.from(inputs));
        return step(inputs, ...rest);
      };
      return executor;
    },
  };
}

describe('dropout', () => {
  test('dropout is equivalent to training a graph in which the outputs of nodes are multiplied by masks', async () => {
    const recordedInputs: Float64Array[] = [];
    const network = new Network(recurrent(false), { seed: 3 });
    const before = network.parameters.vector.slice();
    const inputs = rows(4, 2);
    const targets = inputs.map(([a]) => [a]);
    await fit(
      network,
      { sequences: [{ inputs, targets }] },
      options({
        epochs: 1,
        dropout: { rate: 0.4, nodes: ['k', 'a', 'h'] },
        engine: recording(reference(), recordedInputs),
      }),
    );
    const executor = reference().prepare(recurrent(true), 1, 4);
    executor.parameters.set(before);
    executor.backpropagate(recordedInputs[0], Float64Array.from(targets.flat()), [1, 1, 1, 1], mse());
    expect(recordedInputs[0]).toContain(0);
    expect(recordedInputs[0]).toContain(1 / 0.6);
    network.parameters.vector.forEach((p, k) => expect(p).toBeCloseTo(before[k] - 0.1 * executor.gradients[k], 12));
  });

  test('on sequences, a rate of 0 gives exactly the same result as no dropout', async () => {
    const builder = new GraphBuilder();
    const from = [
      builder.input('a'),
      builder.input('b'),
      delayed('a', 2, { initial: 3 }),
      delayed('h', 1, { initial: -2 }),
    ];
    builder.node('h', { from, activation: tanh, aggregation: max });
    builder.node('k', { from: ['h', 'b'], activation: tanh });
    builder.output(builder.node('y', { from: ['h', 'k'], activation: identity }));
    const graph = builder.build();
    const [one, two] = [new Network(graph, { seed: 1 }), new Network(graph, { seed: 1 })];
    await fit(one, sequences, { ...options(), dropout: [] });
    await fit(two, sequences, options({ dropout: { rate: 0, nodes: ['a', 'h'] } }));
    expect(parametersOf(two)).toEqual(parametersOf(one));
  });

  test('dropout applies to hidden nodes by default, and the executor is disposed after training', async () => {
    const recordedInputs: Float64Array[] = [];
    let disposed = 0;
    const engine = recording(reference(), recordedInputs);
    const counting: Engine = {
      ...engine,
      prepare(...args) {
        const executor = engine.prepare(...args);
        const dispose = executor.dispose.bind(executor);
        executor.dispose = () => {
          disposed++;
          dispose();
        };
        return executor;
      },
    };
    const builder = new GraphBuilder();
    const x = builder.input('x');
    const h = builder.node('h', { from: [x], activation: tanh });
    const y = builder.node('y', { from: [h, x], activation: tanh });
    builder.node('unused', { from: [y], activation: tanh });
    builder.output(y, builder.node('z', { from: [y], activation: tanh }));
    const data = { inputs: [[1]], targets: [[1, 1]] };
    await fit(new Network(builder.build()), data, options({ epochs: 1, engine: counting }));
    // One sample: x and the mask of h.
    expect(recordedInputs.map(({ length }) => length)).toEqual([2]);
    expect(disposed).toBe(1);
  });

  test('masks of consecutive batches are drawn independently', async () => {
    const recordedInputs: Float64Array[] = [];
    const network = new Network(mlp([1, 1, 1], { activation: tanh }));
    const data = { inputs: rows(400, 1), targets: rows(400, 1) };
    await fit(
      network,
      data,
      options({ epochs: 1, batchSize: 1, shuffle: false, engine: recording(reference(), recordedInputs) }),
    );
    const masks = recordedInputs.map((row) => row[1]);
    const share = (is: (k: number) => boolean) => masks.filter((_, k) => is(k)).length / masks.length;
    expect(share((k) => masks[k] === 0)).toBeCloseTo(0.5, 0.8);
    for (const distance of [1, 2, 4]) expect(share((k) => masks[k] === masks[k - distance])).toBeCloseTo(0.5, 0.8);
  });

  test('dropout sets the given fraction of values to 0 and divides the others by 1 − rate', async () => {
    const recordedInputs: Float64Array[] = [];
    const dropout = [
      { rate: 0.25, nodes: (id: string) => id.startsWith('layer1') },
      { rate: 0.5, nodes: ['layer2.0'] },
    ];
    await fit(plain(), table, options({ epochs: 60, dropout, engine: recording(js(), recordedInputs), batchSize: 21 }));
    const masks = recordedInputs.flatMap((batch) =>
      Array.from({ length: 21 }, (_, s) => [...batch.slice(9 * s + 2, 9 * s + 9)]),
    );
    const shareOf = (value: number, from: number, to: number) => {
      const values = masks.flatMap((mask) => mask.slice(from, to));
      return values.filter((m) => m === value).length / values.length;
    };
    expect(shareOf(0, 0, 6)).toBeCloseTo(0.25, 1);
    expect(shareOf(1 / 0.75, 0, 6) + shareOf(0, 0, 6)).toBe(1);
    expect(shareOf(0, 6, 7)).toBeCloseTo(0.5, 1);
    expect(shareOf(2, 6, 7) + shareOf(0, 6, 7)).toBe(1);
    expect(new Set(masks.map(String)).size).toBeGreaterThan(100);
  });

  test.each(['table', 'sequences'])('training with dropout gives the same result on every engine: %s', async (kind) => {
    const data = kind === 'table' ? table : sequences;
    const trained = async (engine: Engine) => {
      const network = kind === 'table' ? plain() : new Network(recurrent(false), { seed: 3 });
      const dropout = kind === 'table' ? { rate: 0.3 } : { rate: 0.3, nodes: ['h', 'b'] };
      await fit(network, data, options({ engine, dropout, optimizer: adam({ learningRate: 0.01 }) }));
      return parametersOf(network);
    };
    const expected = await trained(reference());
    for (const [engine, digits] of [
      [js(), 10],
      [await wasm(), 4],
    ] as const) {
      (await trained(engine)).forEach((p, k) => expect(p).toBeCloseTo(expected[k], digits));
    }
  });

  test('dropout is off in validation and in evaluate', async () => {
    const network = plain();
    const trainer = new Trainer(network, table, options({ validation: table }));
    const record = await trainer.epoch();
    const { loss } = await evaluate(network, table, { loss: mse() });
    expect(record.validationLoss).toBeCloseTo(loss, 12);
    expect((await trainer.evaluate()).loss).toBe(record.validationLoss);
    await trainer.dispose();
  });

  test('a rate of 0 changes training on a table only by rounding', async () => {
    const [one, two] = [plain(), plain()];
    await fit(one, table, { ...options(), dropout: { rate: 0 } });
    const { dropout: _, ...without } = options();
    await fit(two, table, without);
    parametersOf(one).forEach((p, k) => expect(p).toBeCloseTo(two.parameters.vector[k], 12));
  });

  test.each([undefined, 2])(
    'training with dropout resumes bit-for-bit after any batch (truncate: %s)',
    async (truncate) => {
      const start = (network: Network) =>
        new Trainer(network, sequences, {
          ...options({ dropout: { rate: 0.5, nodes: ['h', 'k'] }, optimizer: adam({ learningRate: 0.02 }), seed: 8 }),
          batchSize: 2,
          ...(truncate && { truncate }),
        });
      for (let steps = 0; steps < 7; steps++) {
        const [one, two] = [new Network(recurrent(false)), new Network(recurrent(false))];
        const first = start(one);
        for (let k = 0; k < steps; k++) await first.step();
        two.parameters.vector.set(one.parameters.vector);
        const second = start(two);
        second.restore(structuredClone(first.state));
        for (const trainer of [first, second]) {
          await trainer.epoch();
          await trainer.epoch();
        }
        expect(parametersOf(two)).toEqual(parametersOf(one));
      }
    },
  );

  test('different seeds draw different masks', async () => {
    const [one, two] = [plain(), plain()];
    await fit(one, table, options({ shuffle: false, seed: 1 }));
    await fit(two, table, options({ shuffle: false, seed: 2 }));
    expect(parametersOf(one)).not.toEqual(parametersOf(two));
  });

  test.each<[string, Dropout | Dropout[], string]>([
    ['a rate of 1', { rate: 1 }, 'OUT_OF_RANGE'],
    ['a negative rate', { rate: -0.1 }, 'OUT_OF_RANGE'],
    ['a rate that is not a number', { rate: NaN }, 'OUT_OF_RANGE'],
    ['an unknown node', { rate: 0.5, nodes: ['nobody'] }, 'UNKNOWN_ID'],
    ['an empty group', { rate: 0.5, nodes: () => false }, 'UNKNOWN_ID'],
    ['a node in two groups', [{ rate: 0.5 }, { rate: 0.1, nodes: ['layer1.0'] }], 'CONFLICT'],
    ['a node that no other node reads', { rate: 0.5, nodes: ['output.0'] }, 'CONFLICT'],
  ])('a trainer rejects dropout with %s, and adds no scalers to the network', (_, dropout, code) => {
    const network = plain();
    expect(() => new Trainer(network, table, options({ dropout, standardize: true }))).toThrow(
      expect.objectContaining({ code }) as NnbpError,
    );
    expect(network.inputScaler).toBeUndefined();
    expect(network.outputScaler).toBeUndefined();
  });

  test('dropout is rejected for an optimizer that evaluates the loss itself', () => {
    expect(() => new Trainer(plain(), table, { loss: mse(), optimizer: lbfgs(), dropout: { rate: 0.5 } })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }) as NnbpError,
    );
  });
});

test('an L1 penalty drives the weights of irrelevant inputs close to 0', async () => {
  const inputs = rows(60, 4);
  const data = { inputs, targets: inputs.map(([a]) => [2 * a]) };
  const network = new Network(mlp([4, 1], { activation: identity, fixed: { b: 0, c: 1 } }), { seed: 4 });
  const optimizer = chain(l1Penalty(0.01), sgd({ learningRate: 0.02 }));
  await fit(network, data, { loss: mse(), optimizer, epochs: 200, batchSize: 60 });
  const [matters, ...others] = parametersOf(network);
  expect(matters).toBeGreaterThan(1.98);
  for (const w of others) expect(Math.abs(w)).toBeLessThan(1e-3);
});
