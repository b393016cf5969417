import { identity, sigmoid, tanh } from '@nnbp/activations';
import { everyActivation, everyLoss } from '@nnbp/conformance';
import { constant, GraphBuilder, mlp, Network, NnbpError, type Pass } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const edges = [0, 5e-324, 1e-30, 1, 1e30, Number.MAX_VALUE].flatMap((size) => [size, -size]);

/** One node on one input, c trained. */
function single(activation = identity, parameters: { b?: number; c?: number; w?: number } = {}): Network {
  const network = new Network(mlp([1, 1], { activation }));
  const { b = 0, c = 1, w = 1 } = parameters;
  network.setParameters('output.0', { b, c, w: { [network.graph.ids[0]]: w } });
  return network;
}

/** The error of an overflow, or what came of it. */
function attempt<T>(action: () => T): T | NnbpError {
  try {
    return action();
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'OVERFLOW') return error;
    throw error;
  }
}

const numbersOf = ({ loss, outputs, cache, gradients }: Pass) => [
  loss,
  ...outputs.flat(),
  ...gradients.vector,
  ...cache.samples.flatMap(({ x, slope, dLossDx }) => [...x, ...slope, ...dLossDx]),
];

describe('numbers at the edge of float64', () => {
  test('a prediction is what the formula gives, or an error names the node that overflowed', () => {
    let overflows = 0;
    for (const x of edges) {
      for (const w of edges) {
        for (const b of edges) {
          for (const c of [5e-324, 1, Number.MAX_VALUE]) {
            const network = single(identity, { b, c, w });
            const expected = c * (b + w * x);
            const found = attempt(() => network.predict([x])[0]);
            if (Number.isFinite(expected)) expect(found).toBe(expected);
            else {
              overflows++;
              expect(found).toBeInstanceOf(NnbpError);
              expect((found as NnbpError).message).toMatch(/Sample 0: x of node "output\.0" is -?(Infinity|NaN)/);
            }
          }
        }
      }
    }
    expect(overflows).toBeGreaterThan(100);
  });

  test('a pass has only finite numbers, or an error says which was not: every activation', () => {
    for (const activation of everyActivation) {
      for (const x of edges) {
        for (const c of edges) {
          const found = attempt(() => single(activation, { c }).backpropagate([x], [0.5], mse()));
          if (!(found instanceof NnbpError)) expect(numbersOf(found).every(Number.isFinite)).toBe(true);
          else if (Math.abs(x) <= 1 && Math.abs(c) <= 1) expect.unreachable(`${activation.name}, x ${x}, c ${c}`);
        }
      }
    }
  });

  test('a pass has only finite numbers, or an error says which was not: every loss', () => {
    for (const { loss } of everyLoss) {
      for (const x of edges) {
        const found = attempt(() => single().backpropagate([x], [1], loss));
        if (!(found instanceof NnbpError)) expect(numbersOf(found).every(Number.isFinite)).toBe(true);
        // A probability outside 0 to 1 has no cross-entropy; all else is finite for what is not large.
        else if (Math.abs(x) <= 1 && x >= 0) expect.unreachable(`${loss.name}, x ${x}`);
      }
    }
  });

  test('each place of an overflow has its name', () => {
    const message = (action: () => unknown) => (attempt(action) as NnbpError).message;
    const large = Number.MAX_VALUE;
    // (1e200)² in the loss; the values are finite.
    expect(message(() => single().backpropagate([1e200], [0], mse()))).toMatch(/the loss is Infinity/);
    const steep = { name: 'steep', value: () => 1, derivative: () => Infinity };
    expect(message(() => single(steep).backpropagate([1], [0], mse()))).toMatch(/the slope of node "output.0"/);
    const cliff = {
      ...mse(),
      derivative: (_: unknown, __: unknown, d: { fill(value: number): void }) => d.fill(NaN),
    };
    expect(message(() => single().backpropagate([1], [0], cliff))).toMatch(/dloss\/dx of node "output.0" is NaN/);
    // dloss/dw = dloss/dx · slope · x with dloss/dx = 2·1e10 and x = MAX: only the gradient overflows.
    const flat = { name: 'flat', value: () => 1e10, derivative: () => 1 };
    expect(message(() => single(flat).backpropagate([large], [0], mse()))).toMatch(/a gradient overflowed/);
    // The second sample of two.
    expect(message(() => single(identity, { w: 10 }).predictBatch([[1], [large]]))).toMatch(/^Sample 1: x of node/);
  });

  test('a saturated node is no overflow: what is infinite inside it is finite outside', () => {
    expect(single(tanh, { w: 10 }).predict([Number.MAX_VALUE])).toEqual([1]);
    expect(single(sigmoid, { w: -10 }).predict([Number.MAX_VALUE])).toEqual([0]);
  });
});

describe('deep, wide, many', () => {
  const chain = (length: number, w: number) => {
    const builder = new GraphBuilder();
    builder.input('n0');
    for (let k = 1; k <= length; k++) {
      builder.node(`n${k}`, { from: [`n${k - 1}`], activation: identity, scale: 'fixed' });
    }
    builder.output(`n${length}`);
    return new Network(builder.build(), { initializer: constant(w) });
  };

  test('a gradient that vanishes on 10,000 nodes is 0 at the far end, not an error', () => {
    const pass = chain(10_000, 0.5).backpropagate([1], [1], mse());
    expect(pass.outputs[0][0]).toBe(0);
    expect(pass.cache.dLossDx('n10000')).toBe(-2);
    expect(pass.cache.dLossDx('n9000')).toBe(-2 * 0.5 ** 1000);
    expect(pass.cache.dLossDx('n0')).toBe(0);
  });

  test('a value that explodes on 10,000 nodes is an error that names the first node beyond', () => {
    expect(() => chain(10_000, 2).predict([1])).toThrow(/x of node "n1024" is Infinity/);
    // Forwards it shrinks, so that all values are finite; backwards it grows.
    expect(() => chain(10_000, 2).backpropagate([5e-324], [1], mse())).toThrow(NnbpError);
  });

  test('a million nodes', () => {
    const network = new Network(mlp([1, 1_000_000, 1], { activation: tanh, scale: 'fixed' }), { seed: 1 });
    const pass = network.backpropagate([0.5], [0.25], mse());
    expect(pass.gradients.vector.length).toBe(3_000_001);
    // By a sum of another kind.
    const { ids } = network.graph;
    const { w } = network.getParameters('output.0');
    let sum = 0;
    for (let k = 1; k <= 1_000_000; k++) sum += w[ids[k]] * pass.cache.x(ids[k]);
    expect(pass.outputs[0][0]).toBeCloseTo(Math.tanh(sum), 10);
  }, 60_000);

  test('a batch of 65,536 is the mean of its samples', () => {
    const network = new Network(mlp([1, 3, 1], { activation: tanh }), { seed: 2 });
    const inputs = Array.from({ length: 65_536 }, (_, s) => [Math.sin(s)]);
    const targets = inputs.map(([x]) => [x * x]);
    const pass = network.backpropagateBatch(inputs, targets, mse());
    const some = [0, 1, 40_000, 65_535].map((s) => network.backpropagate(inputs[s], targets[s], mse()));
    expect(some.map(({ outputs }) => outputs[0][0])).toEqual([0, 1, 40_000, 65_535].map((s) => pass.outputs[s][0]));
    const mean = targets.reduce((sum, [t], s) => sum + (pass.outputs[s][0] - t) ** 2, 0) / 65_536;
    expect(pass.loss).toBeCloseTo(mean, 12);
  });
});
