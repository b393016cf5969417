import { relu, tanh } from '@nnbp/activations';
import { max, median, product } from '@nnbp/aggregations';
import { type Aggregation, delayed, GraphBuilder, Network, Random } from '@nnbp/core';
import { checkSequence } from '@nnbp/gradcheck';
import { gru, lstm, rnn } from '@nnbp/layers';
import { mae, mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const random = new Random(3);
const rows = (count: number, width: number) =>
  Array.from({ length: count }, () => Array.from({ length: width }, () => 2 * random.uniform() - 1));

describe('checkSequence', () => {
  test.each([
    ['rnn', rnn],
    ['lstm', lstm],
    ['gru', gru],
  ] as const)('checkSequence accepts the gradients of %s', (_, layer) => {
    const builder = new GraphBuilder();
    builder.output(...layer(builder, { from: builder.inputs(2), units: 2 }));
    const network = new Network(builder.build(), { seed: 1 });
    const [first, ...others] = rows(4, 2);
    const report = checkSequence(network, rows(5, 2), [null, first, null, ...others.slice(0, 2)], mse()).assert();
    expect(report.comparisons).toHaveLength(network.graph.parameterCount + 10);
  });

  test('checkSequence skips derivatives near kinks of activations, aggregations and the loss', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x');
    builder.node('m', { from: [x, delayed('y')], activation: relu, aggregation: max, fixed: { w: 1 } });
    builder.output(builder.node('y', { from: ['m', delayed('m', 2)], activation: tanh, aggregation: median }));
    const network = new Network(builder.build(), { seed: 2 });
    checkSequence(network, [[0.5], [-1], [2]], [[0], null, [1]], mae()).assert();
    // At the first step, m is the maximum of x = 0 and the initial value of y, which is also 0, so m is at a kink.
    expect(checkSequence(network, [[0], [-1], [2]], [[0], null, [1]], mse()).excluded.length).toBeGreaterThan(0);
  });

  test('checkSequence finds a wrong derivative and names the delayed edge', () => {
    const wrong: Aggregation = { ...product, derivative: (_z, _a, dAdz) => void dAdz.fill(1) };
    const builder = new GraphBuilder();
    builder.output(
      builder.node('y', {
        from: [builder.input('x'), delayed('y', 1, { initial: 1 })],
        activation: tanh,
        aggregation: wrong,
      }),
    );
    const report = checkSequence(new Network(builder.build(), { seed: 1 }), [[0.5], [2]], [[1], [0]], mse());
    expect(report.ok).toBe(false);
    expect(report.mismatches.map(({ name }) => name)).toContain('dloss/dw_y@-1toy');
  });
});
