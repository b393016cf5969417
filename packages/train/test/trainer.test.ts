/** Tests of step-by-step training with `Trainer`, and of `fit`. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { backpropagateBatch, mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, lbfgs, levenbergMarquardt, sgd } from '@nnbp/optim';
import { type Data, DivergedError, fit, meanAbsoluteError, Trainer, type TrainerOptions } from '@nnbp/train';
import { describe, expect, test } from 'vitest';

const inputs = Array.from({ length: 10 }, (_, s) => [Math.sin(s), Math.cos(2 * s)]);
const data = { inputs, targets: inputs.map(([a, b]) => [a * b]) };
const small = () => new Network(mlp([2, 5, 1], { activation: tanh, outputActivation: identity }), { seed: 2 });
const options = (overrides: Partial<TrainerOptions> = {}): TrainerOptions => ({
  loss: mse(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 3,
  ...overrides,
});
const parametersOf = (network: Network) => [...network.parameters.vector];

async function* streamed() {
  for (const [s, input] of inputs.entries()) yield await Promise.resolve({ input, target: data.targets[s] });
}

describe('a trainer', () => {
  test('step and epoch give results bit-identical to those of fit', async () => {
    const [fitted, stepped, byEpoch] = [small(), small(), small()];
    const { history } = await fit(fitted, data, { ...options(), epochs: 6 });
    const [one, two] = [new Trainer(stepped, data, options()), new Trainer(byEpoch, data, options())];
    for (let k = 0; k < 6 * 4; k++) await one.step();
    for (let k = 0; k < 6; k++) {
      const { epoch, loss } = await two.epoch();
      expect([epoch, loss]).toEqual([k + 1, history[k].loss]);
    }
    expect(parametersOf(stepped)).toEqual(parametersOf(fitted));
    expect(parametersOf(byEpoch)).toEqual(parametersOf(fitted));
    expect([two.epochs, two.batches, two.samples]).toEqual([6, 4, 10]);
  });

  test('step returns the loss before the update, and epoch completes an epoch that step began', async () => {
    const network = small();
    const trainer = new Trainer(network, data, options({ shuffle: false }));
    const before = backpropagateBatch(network, inputs.slice(0, 3), data.targets.slice(0, 3), mse()).loss;
    expect(trainer.step()).toBeCloseTo(before, 14);
    expect(trainer.loss).toBeCloseTo(before, 14);
    await trainer.epoch();
    expect([trainer.epochs, trainer.batches]).toEqual([1, 4]);
  });

  test('a trainer resumes bit-for-bit from its state, even in the middle of an epoch', async () => {
    for (const steps of [0, 3, 4, 6]) {
      const [one, two] = [small(), small()];
      const first = new Trainer(one, data, options());
      for (let k = 0; k < steps; k++) await first.step();
      const { state } = first;
      two.parameters.vector.set(one.parameters.vector);
      const second = new Trainer(two, data, options());
      second.restore(structuredClone(state));
      const [a, b] = [await first.epoch(), await second.epoch()];
      expect([b.epoch, b.loss]).toEqual([a.epoch, a.loss]);
      await first.epoch();
      await second.epoch();
      expect(parametersOf(two)).toEqual(parametersOf(one));
    }
  });

  test('restore rejects a state that does not match the data, and training continues unchanged', async () => {
    const [one, two] = [small(), small()];
    const [trainer, untouched] = [new Trainer(one, data, options()), new Trainer(two, data, options())];
    for (let k = 0; k < 2; k++) await Promise.all([trainer.step(), untouched.step()]);
    const { state } = untouched;
    const underway = { ...state.underway!, batches: 1e15 };
    expect(() => trainer.restore({ ...state, epoch: 9, underway })).toThrow(
      /into an epoch, but an epoch of these data has only 4/,
    );
    expect(() => trainer.restore({ ...state, random: [1] })).toThrow(/state/);
    expect(() => trainer.restore({ ...state, underway: { ...underway, carried: [1] } })).toThrow(/carried/);
    expect(trainer.state).toEqual(state);
    await Promise.all([trainer.epoch(), untouched.epoch()]);
    expect(parametersOf(one)).toEqual(parametersOf(two));
  });

  test('evaluate uses the given data, else the validation data, else the training data', async () => {
    const metrics = [meanAbsoluteError()];
    const trainer = new Trainer(small(), data, options({ metrics }));
    const evaluation = await trainer.evaluate();
    expect(await trainer.evaluate(data)).toEqual(evaluation);
    const validated = new Trainer(
      small(),
      data,
      options({ metrics, validation: { inputs: [[0, 0]], targets: [[2]] } }),
    );
    const { metrics: actual, loss } = await validated.evaluate();
    expect((actual.meanAbsoluteError as number) ** 2).toBeCloseTo(loss, 12);
    expect((await validated.epoch()).validationLoss).toBeTypeOf('number');
  });

  test('a trainer reads a stream step by step, and reopens it for each epoch', async () => {
    const network = small();
    const trainer = new Trainer(network, streamed, options());
    for (let k = 0; k < 5; k++) expect(await trainer.step()).toBeTypeOf('number');
    expect([trainer.epochs, trainer.batches]).toEqual([1, 1]);
    const inside = trainer.state;
    await expect(trainer.evaluate()).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect(() => trainer.restore(inside)).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
    expect((await trainer.epoch()).epoch).toBe(2);
    expect((await trainer.evaluate()).loss).toBeGreaterThan(0);
    await trainer.dispose();
  });

  test('when a number overflows, a trainer keeps the parameters of the last valid step and reports the batch and sample', () => {
    const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
    const overflowing = { inputs: [[1], [1e200]], targets: [[1], [1]] };
    const trainer = new Trainer(network, overflowing, options({ batchSize: 1, shuffle: false }));
    void trainer.step();
    const good = parametersOf(network);
    expect(() => trainer.step()).toThrow(DivergedError);
    expect(parametersOf(network)).toEqual(good);
    expect(() => trainer.step()).not.toThrow();
    expect(parametersOf(network)).not.toEqual(good);
    try {
      void trainer.step();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ epoch: 2, batch: 2, sample: 1 });
    }
  });

  test('a trainer throws after dispose, and dispose can be called twice', async () => {
    const trainer = new Trainer(small(), data, options());
    await trainer.dispose();
    await trainer.dispose();
    const disposed = expect.objectContaining({ code: 'DISPOSED' }) as Error;
    expect(() => trainer.step()).toThrow(disposed);
    await expect(trainer.epoch()).rejects.toEqual(disposed);
    await expect(trainer.evaluate()).rejects.toEqual(disposed);
  });
});

describe('fit', () => {
  test('fit yields to the event loop inside an epoch and between epochs', async () => {
    for (const epochs of [1, 300]) {
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      const many = {
        inputs: Array.from({ length: 3000 }, () => [1, 2]),
        targets: Array.from({ length: 3000 }, () => [0]),
      };
      await fit(small(), epochs === 1 ? many : data, { ...options({ batchSize: 1, yieldEvery: 0 }), epochs });
      clearInterval(timer);
      expect(turns).toBeGreaterThan(1);
    }
  });

  test('fit records every epoch in the history', async () => {
    const { history } = await fit(small(), data, { ...options(), epochs: 400 });
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 400 }, (_, k) => k + 1));
    expect(history[399].loss).toBeLessThan(history[0].loss);
    expect(history[399].samplesPerSecond).toBeGreaterThan(0);
  });

  test('fit stops when the signal is aborted, even if the data are in memory and there are no callbacks', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 1);
    const endless = fit(small(), data, { ...options({ yieldEvery: 1, signal: controller.signal }), epochs: 1e9 });
    await expect(endless).rejects.toThrow('enough');
  });
});

describe('an optimizer that evaluates the loss itself', () => {
  const teacher = new Network(mlp([2, 3, 2], { activation: sigmoid, outputActivation: identity }), { seed: 8 });
  const learnable: Data = { inputs, targets: teacher.predictBatch(inputs) };

  test.each([
    ['lbfgs', lbfgs],
    ['levenbergMarquardt', levenbergMarquardt],
  ])('fit with %s reduces the loss below 1e-6', async (_, optimizer) => {
    const network = new Network(teacher.graph, { seed: 1 });
    const before = backpropagateBatch(network, inputs, teacher.predictBatch(inputs), mse()).loss;
    const { history, stoppedBy } = await fit(network, learnable, { loss: mse(), optimizer: optimizer(), epochs: 500 });
    expect(history[0].loss).toBeCloseTo(before, 12);
    expect(history.at(-1)!.loss).toBeLessThan(1e-6);
    expect(['converged', 'epochs']).toContain(stoppedBy);
  });

  test('an optimizer that evaluates the loss itself does not use the engine', async () => {
    const network = new Network(teacher.graph, { seed: 1 });
    const unused = { name: 'unused', prepare: () => expect.unreachable() } as never;
    await fit(network, learnable, { loss: mse(), optimizer: lbfgs(), epochs: 2, engine: unused });
  });

  test('fit with lbfgs reports a loss that is not finite', async () => {
    const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
    const training = fit(
      network,
      { inputs: [[1e200]], targets: [[1]] },
      { loss: mse(), optimizer: lbfgs(), epochs: 2 },
    );
    await expect(training).rejects.toMatchObject({ code: 'DIVERGED', node: undefined, sample: 0 });
  });
});

test('fit reports an sgd update that overflows', async () => {
  const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
  const training = fit(
    network,
    { inputs: [[3]], targets: [[1]] },
    {
      loss: mse(),
      optimizer: sgd({ learningRate: 1e300 }),
      epochs: 5,
    },
  );
  await expect(training).rejects.toMatchObject({ code: 'DIVERGED' });
});
