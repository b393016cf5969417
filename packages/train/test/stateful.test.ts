/** Tests of stateful sequences, streams of sequences, and per-step metrics. */
import { identity, tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, js, mlp, Network, predictSequence, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, lbfgs, rprop, sgd } from '@nnbp/optim';
import {
  crossValidate,
  evaluate,
  fit,
  type FitOptions,
  meanAbsoluteError,
  perStep,
  type Sequence,
  Trainer,
} from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

/** x → h ⟲ → y, where h also reads x from two steps earlier. */
function recurrent(): Network {
  const builder = new GraphBuilder();
  const x = builder.input('x');
  builder.node('h', { from: [x, delayed('h', 1, { initial: 0.5 }), delayed('x', 2)], activation: tanh });
  builder.output(builder.node('y', { from: ['h'], activation: identity }));
  return new Network(builder.build(), { seed: 1 });
}

const random = new Random(7);
function sequenceOf(length: number): Sequence {
  const inputs = Array.from({ length }, () => [random.uniform() - 0.5]);
  return { inputs, targets: inputs.map(([x], t) => (t % 3 === 1 ? null : [2 * x])) };
}
/** Cuts a sequence into parts of the given lengths. */
function cut({ inputs, targets }: Sequence, lengths: readonly number[]): Sequence[] {
  let at = 0;
  return lengths.map((length) => {
    const part = (rows: ArrayLike<unknown>) => Array.from(rows).slice(at, at + length);
    const sequence = { inputs: part(inputs), targets: part(targets) } as Sequence;
    at += length;
    return sequence;
  });
}
const options = (overrides: Partial<FitOptions> = {}): FitOptions => ({
  loss: mse(),
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 3,
  ...overrides,
});
const parametersOf = (network: Network) => [...network.parameters.vector];
async function* streamOf(sequences: readonly Sequence[]) {
  for (const sequence of sequences) yield await Promise.resolve(sequence);
}

describe('stateful sequences', () => {
  test('stateful training on the parts of a sequence gives the same result as truncated training on the whole sequence', async () => {
    const [onWhole, onParts] = [recurrent(), recurrent()];
    const sequence = sequenceOf(12);
    const metrics = [meanAbsoluteError()];
    const a = await fit(onWhole, { sequences: [sequence] }, options({ truncate: 4, metrics }));
    const b = await fit(onParts, { sequences: cut(sequence, [4, 4, 4]) }, options({ stateful: true, metrics }));
    expect(parametersOf(onParts)).toEqual(parametersOf(onWhole));
    b.history.forEach(({ loss, metrics }, k) => {
      expect(loss).toBe(a.history[k].loss);
      expect(metrics.meanAbsoluteError).toBeCloseTo(a.history[k].metrics.meanAbsoluteError as number, 12);
    });
  });

  test('a stateful sequence of any length continues the sequence at the same index of the previous batch', async () => {
    const rows = [sequenceOf(9), sequenceOf(9), sequenceOf(9)];
    const lengths = [
      [1, 5, 3],
      [4, 2, 3],
      [2, 6, 1],
    ];
    const parts = rows.map((row, k) => cut(row, lengths[k]));
    const sequences = [0, 1, 2].flatMap((batch) => parts.map((part) => part[batch]));
    const network = recurrent();
    for (const engine of [js(), reference(), await wasm()]) {
      const actual = await evaluate(network, { sequences }, { loss: mse(), batchSize: 3, stateful: true, engine });
      const expected = await evaluate(network, { sequences: rows }, { loss: mse(), engine });
      expect(actual.loss).toBeCloseTo(expected.loss, engine.name === 'wasm' ? 5 : 12);
      const fresh = await evaluate(network, { sequences }, { loss: mse(), batchSize: 3, engine });
      expect(Math.abs(fresh.loss - expected.loss)).toBeGreaterThan(1e-3);
    }
  });

  test('a stateful sequence continues the sequence at the same index of the previous batch even if its own batch is smaller', async () => {
    const network = recurrent();
    const [long, other] = [sequenceOf(6), sequenceOf(3)];
    const sequences = [cut(long, [3, 3])[0], other, cut(long, [3, 3])[1]];
    const actual = await evaluate(network, { sequences }, { loss: mse(), batchSize: 2, stateful: true });
    const expected = await evaluate(network, { sequences: [long, other] }, { loss: mse() });
    expect(actual.loss).toBeCloseTo(expected.loss, 12);
  });

  test('stateful training resumes bit-for-bit after any batch of an epoch', async () => {
    const sequences = [4, 2, 3, 1, 5].map(sequenceOf);
    const fitOptions = () => options({ stateful: true, truncate: 2, batchSize: 2 });
    for (let steps = 0; steps < 9; steps++) {
      const [one, two] = [recurrent(), recurrent()];
      const first = new Trainer(one, { sequences }, fitOptions());
      for (let k = 0; k < steps; k++) await first.step();
      two.parameters.vector.set(one.parameters.vector);
      const second = new Trainer(two, { sequences }, fitOptions());
      second.restore(structuredClone(first.state));
      for (const trainer of [first, second]) {
        await trainer.epoch();
        await trainer.epoch();
      }
      expect(parametersOf(two)).toEqual(parametersOf(one));
    }
  });
});

describe('a stream of sequences', () => {
  const sequences = [4, 2, 3, 1, 5].map(sequenceOf);

  test('fit on a stream of sequences is bit-identical to fit on the same sequences in memory, stateful or not', async () => {
    for (const stateful of [false, true]) {
      const [one, two] = [recurrent(), recurrent()];
      const overrides = { batchSize: 2, truncate: 2, metrics: [meanAbsoluteError()], stateful };
      const validation = [sequenceOf(7)];
      const a = await fit(
        one,
        { sequences },
        options({ ...overrides, shuffle: false, validation: { sequences: validation } }),
      );
      const b = await fit(
        two,
        { sequences: () => streamOf(sequences) },
        options({ ...overrides, validation: { sequences: () => streamOf(validation) } }),
      );
      expect(parametersOf(two)).toEqual(parametersOf(one));
      a.history.forEach(({ loss, validationLoss, metrics }, k) => {
        expect(b.history[k].loss).toBe(loss);
        expect(b.history[k].validationLoss).toBe(validationLoss);
        expect(b.history[k].metrics).toEqual(metrics);
      });
    }
  });

  test('a callback can stop training on an infinite stream', async () => {
    const network = recurrent();
    async function* endless() {
      for (;;) yield* streamOf(sequences);
    }
    const { stoppedBy } = await fit(
      network,
      { sequences: endless },
      options({
        truncate: 5,
        batchSize: 1,
        stateful: true,
        callbacks: [
          {
            onBatchEnd: ({ batch, stop }) => {
              if (batch === 7) stop();
            },
          },
        ],
      }),
    );
    expect(stoppedBy).toBe('callback');
    expect(parametersOf(network)).not.toEqual(parametersOf(recurrent()));
  });

  test('evaluate splits the long sequences of a stream into windows', async () => {
    const long = [sequenceOf(150), sequenceOf(3)];
    const network = recurrent();
    const evaluation = await evaluate(network, { sequences: streamOf(long) }, { loss: mse() });
    const errors = long.flatMap(({ inputs, targets }) =>
      predictSequence(network, inputs).flatMap(([y], t) => (targets[t] === null ? [] : [(y - targets[t][0]!) ** 2])),
    );
    expect(evaluation.loss).toBeCloseTo(errors.reduce((a, b) => a + b) / errors.length, 12);
  });

  test.each<[what: string, code: string, more: Partial<FitOptions>, sequences?: readonly Sequence[]]>([
    ['without truncate', 'OUT_OF_RANGE', {}],
    ['with truncate 0', 'OUT_OF_RANGE', { truncate: 0 }],
    ['with a validation fraction', 'WRONG_TYPE', { truncate: 2, validation: 0.5 }],
    ['with standardize', 'WRONG_TYPE', { truncate: 2, standardize: true }],
    ['with a second-order optimizer', 'UNSUPPORTED', { truncate: 2, optimizer: lbfgs() }],
    ['without any sequence', 'EMPTY_DATA', { truncate: 2 }, []],
    ['with a sequence without steps', 'EMPTY_DATA', { truncate: 2 }, [{ inputs: [], targets: [] }]],
    ['with too few targets', 'WRONG_LENGTH', { truncate: 2 }, [{ inputs: [[1], [2]], targets: [[1]] }]],
    ['with too many numbers per input', 'WRONG_LENGTH', { truncate: 2 }, [{ inputs: [[1, 2]], targets: [[1]] }]],
  ])('a stream of sequences %s is rejected', async (_, code, overrides, bad = sequences) => {
    const network = recurrent();
    await expect(fit(network, { sequences: () => streamOf(bad) }, options(overrides))).rejects.toMatchObject({ code });
    expect(parametersOf(network)).toEqual(parametersOf(recurrent()));
  });

  test('on a stream of sequences, training cannot resume inside an epoch, and cross-validation is not supported', async () => {
    const trainer = new Trainer(recurrent(), { sequences: () => streamOf(sequences) }, options({ truncate: 2 }));
    await trainer.step();
    expect(() => trainer.restore(trainer.state)).toThrow('cannot resume inside an epoch');
    await trainer.dispose();
    await expect(
      crossValidate(recurrent, { sequences: () => streamOf(sequences) }, { fit: () => options({ truncate: 2 }) }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});

test.each<[what: string, code: string, more: Partial<FitOptions>]>([
  ['with shuffle', 'CONFLICT', { shuffle: true }],
  ['with a validation fraction', 'CONFLICT', { validation: 0.5 }],
  ['with a second-order optimizer', 'UNSUPPORTED', { optimizer: lbfgs() }],
])('stateful sequences %s are rejected', async (_, code, overrides) => {
  const rejected = fit(recurrent(), { sequences: [sequenceOf(3)] }, options({ stateful: true, ...overrides }));
  await expect(rejected).rejects.toMatchObject({ code });
});

test('stateful is rejected for samples that are not sequences, and for cross-validation', async () => {
  const table = { inputs: [[1]], targets: [[1]] };
  await expect(fit(recurrent(), table, options({ stateful: true }))).rejects.toMatchObject({ code: 'WRONG_TYPE' });
  await expect(evaluate(recurrent(), table, { loss: mse(), stateful: true })).rejects.toMatchObject({
    code: 'WRONG_TYPE',
  });
  const sequences = [sequenceOf(3), sequenceOf(3)];
  await expect(
    crossValidate(recurrent, { sequences }, { folds: 2, fit: () => options({ stateful: true }) }),
  ).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

test('`stateful: false` is accepted for a table, with a first-order and a second-order optimizer', async () => {
  const table = { inputs: [[1]], targets: [[1]] };
  const lineNetwork = () => new Network(mlp([1, 1], { activation: identity }), { seed: 1 });
  await fit(lineNetwork(), table, options({ stateful: false }));
  await fit(lineNetwork(), table, options({ stateful: false, optimizer: lbfgs() }));
});

test('stateful is rejected for a stream with standardize, and for a full-batch optimizer without batchSize', async () => {
  const stateful = (overrides: Partial<FitOptions>) => options({ stateful: true, ...overrides });
  const stream = { sequences: () => streamOf([sequenceOf(3)]) };
  const standardized = fit(recurrent(), stream, stateful({ truncate: 2, standardize: true }));
  await expect(standardized).rejects.toMatchObject({ code: 'WRONG_TYPE' });
  const result = fit(recurrent(), stream, stateful({ truncate: 2, optimizer: rprop() }));
  await expect(result).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  const listed = fit(recurrent(), { sequences: [sequenceOf(3), sequenceOf(3)] }, stateful({ optimizer: rprop() }));
  await expect(listed).rejects.toThrow('Set batchSize to 2.');
});

test('perStep computes a metric for each step over all sequences with a target at that step', async () => {
  const network = recurrent();
  const sequences = [
    { inputs: [[1], [0], [2]], targets: [null, [1], [0.5]] },
    { inputs: [[-1], [1]], targets: [null, [0]] },
  ];
  const [a, b] = sequences.map(({ inputs }) => predictSequence(network, inputs));
  const expected = [NaN, (Math.abs(a[1][0] - 1) + Math.abs(b[1][0])) / 2, Math.abs(a[2][0] - 0.5)];
  const { history } = await fit(
    network,
    { sequences },
    options({ optimizer: sgd({ learningRate: 0 }), epochs: 1, truncate: 2, metrics: [perStep(meanAbsoluteError())] }),
  );
  const actual = history[0].metrics.meanAbsoluteErrorPerStep as number[];
  expect(actual).toHaveLength(3);
  actual.forEach((value, t) => {
    if (t === 0) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(expected[t], 12);
  });
});
