import { identity, tanh } from '@nnbp/activations';
import { backpropagate, backpropagateBatch, constant, GraphBuilder, mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

describe('deep networks, wide networks and large batches', () => {
  const chain = (length: number, w: number) => {
    const builder = new GraphBuilder();
    builder.input('n0');
    for (let k = 1; k <= length; k++) {
      builder.node(`n${k}`, { from: [`n${k - 1}`], activation: identity, fixed: { c: 1 } });
    }
    builder.output(`n${length}`);
    return new Network(builder.build(), { initializer: constant(w) });
  };

  test('a gradient that vanishes along a chain of 10,000 nodes is 0 at the far end, not an error', () => {
    const pass = backpropagate(chain(10_000, 0.5), [1], [1], mse());
    expect(pass.outputs[0][0]).toBe(0);
    expect(pass.cache.dLossDx('n10000')).toBe(-2);
    expect(pass.cache.dLossDx('n9000')).toBe(-2 * 0.5 ** 1000);
    expect(pass.cache.dLossDx('n0')).toBe(0);
  });

  test('a value or derivative that explodes along a chain of 10,000 nodes is an error that names the first node that overflows', () => {
    expect(() => chain(10_000, 2).predict([1])).toThrow(/x of node "n1024" is Infinity/);
    // All values are 0. Only the derivatives grow, from the output to the input.
    expect(() => backpropagate(chain(10_000, 2), [0], [1], mse())).toThrow(/dLossDx of node "n8977" is -Infinity/);
  });

  test('backpropagate works on a network of 250,000 nodes', () => {
    const network = new Network(mlp([1, 250_000, 1], { activation: tanh, fixed: { c: 1 } }), { seed: 1 });
    const pass = backpropagate(network, [0.5], [0.25], mse());
    expect(pass.gradients.vector.length).toBe(750_001);
    // Computes the output in a plain loop.
    const { ids } = network.graph;
    const { w } = network.getParameters('output.0');
    let sum = 0;
    for (let k = 1; k <= 250_000; k++) sum += w[ids[k]] * pass.cache.x(ids[k]);
    expect(pass.outputs[0][0]).toBeCloseTo(Math.tanh(sum), 10);
  }, 120_000);

  test('the loss of a batch of 65,536 samples is the mean of the per-sample losses', () => {
    const network = new Network(mlp([1, 3, 1], { activation: tanh }), { seed: 2 });
    const inputs = Array.from({ length: 65_536 }, (_, s) => [Math.sin(s)]);
    const targets = inputs.map(([x]) => [x * x]);
    const pass = backpropagateBatch(network, inputs, targets, mse());
    const passes = [0, 1, 40_000, 65_535].map((s) => backpropagate(network, inputs[s], targets[s], mse()));
    expect(passes.map(({ outputs }) => outputs[0][0])).toEqual([0, 1, 40_000, 65_535].map((s) => pass.outputs[s][0]));
    const mean = targets.reduce((sum, [t], s) => sum + (pass.outputs[s][0] - t) ** 2, 0) / 65_536;
    expect(pass.loss).toBeCloseTo(mean, 12);
  });
});
