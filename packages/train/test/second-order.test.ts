/** Tests of optimizers that evaluate the loss themselves, with sample weights, frozen parameters and sequences. */
import { tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { lbfgs, levenbergMarquardt } from '@nnbp/optim';
import { fit, type Sequence } from '@nnbp/train';
import { describe, expect, test } from 'vitest';

const optimizers = { levenbergMarquardt, lbfgs: () => lbfgs({ lossTolerance: 1e-15, gradientTolerance: 1e-10 }) };

const graph = mlp([1, 4, 1], { activation: tanh });
const random = new Random(1);
const inputs = Array.from({ length: 12 }, (_, k) => [k / 4 - 1.5]);
const targets = inputs.map(([x]) => [Math.sin(x) + 0.05 * random.uniform()]);

/** y(t) = 0.7 · y(t − 1) + 0.3 · x(t) for sequences of 3 to 7 steps; every third step has no target. */
const sequences = Array.from({ length: 5 }, (_, n): Sequence => {
  let y = 0;
  const xs = Array.from({ length: 3 + n }, () => [2 * random.uniform() - 1]);
  return { inputs: xs, targets: xs.map(([x], t) => ((y = 0.7 * y + 0.3 * x), t % 3 === 2 ? null : [y])) };
});

const recurrent = () => {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.node('h', { from: ['x', delayed('h')], activation: tanh });
  builder.node('y', { from: ['h'], activation: tanh });
  builder.output('y');
  return new Network(builder.build(), { seed: 2 });
};

describe.each(Object.entries(optimizers))('%s', (_, optimizer) => {
  test('an integer weight is equivalent to repeating the sample, and a weight of 0 to omitting the sample', async () => {
    const weights = inputs.map((_, k) => k % 3);
    const repeated = weights.flatMap((weight, k) => Array.from({ length: weight }, () => k));
    const weighted = new Network(graph, { seed: 1 });
    const plain = new Network(graph, { seed: 1 });
    const options = { loss: mse(), shuffle: false, epochs: 3 };
    const report = await fit(weighted, { inputs, targets, weights }, { ...options, optimizer: optimizer() });
    const other = await fit(
      plain,
      { inputs: repeated.map((k) => inputs[k]), targets: repeated.map((k) => targets[k]) },
      { ...options, optimizer: optimizer() },
    );
    report.history.forEach(({ loss }, k) => expect(loss).toBeCloseTo(other.history[k].loss, 9));
    expect(report.history[2].loss).toBeLessThan(report.history[0].loss);
    plain.parameters.vector.forEach((p, k) => expect(weighted.parameters.vector[k]).toBeCloseTo(p, 6));
  });

  test('frozen parameters keep their values, all others change, and the loss falls below 1 % of the first epoch’s loss', async () => {
    const network = new Network(graph, { seed: 1 });
    const before = network.parameters.vector.slice();
    const frozen = new Set([graph.biasIndex(1), ...[2, 3].map((i) => graph.weightIndex(graph.edgeStart[i], i))]);
    const { history } = await fit(
      network,
      { inputs, targets },
      {
        loss: mse(),
        optimizer: optimizer(),
        epochs: 300,
        freeze: [
          { node: graph.ids[1], name: 'b' },
          { node: graph.ids[2], name: 'w' },
          { node: graph.ids[3], name: 'w' },
        ],
      },
    );
    network.parameters.vector.forEach((p, k) => {
      if (frozen.has(k)) expect(p).toBe(before[k]);
      else expect(p).not.toBe(before[k]);
    });
    expect(history.at(-1)!.loss).toBeLessThan(history[0].loss / 100);
  });

  test('a network with a delay learns sequences, and steps without a target have no residual', async () => {
    const network = recurrent();
    const { history } = await fit(network, { sequences }, { loss: mse(), optimizer: optimizer(), epochs: 200 });
    expect(history[0].loss).toBeGreaterThan(1e-2);
    expect(history.at(-1)!.loss).toBeLessThan(1e-4);
    const weighted = recurrent();
    const rewritten = sequences.map(({ inputs: x, targets: t }) => ({
      inputs: x,
      targets: Array.from(t, (target) => target ?? [1e6]),
      weights: Array.from(t, (target) => (target === null ? 0 : 1)),
    }));
    const again = await fit(weighted, { sequences: rewritten }, { loss: mse(), optimizer: optimizer(), epochs: 3 });
    again.history.forEach(({ loss }, k) => expect(loss).toBeCloseTo(history[k].loss, 12));
  });

  test('truncate is rejected, and the error says why', () => {
    const options = { loss: mse(), optimizer: optimizer(), epochs: 1, truncate: 2 };
    return expect(fit(recurrent(), { sequences }, options)).rejects.toThrow(
      /evaluates the loss of whole sequences: remove `truncate`/,
    );
  });
});
