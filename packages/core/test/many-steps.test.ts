/** Tests of `stepMany` of the js engine: several steps in one call. */
import { identity, sigmoid } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { copyRows, type Executor, type Graph, GraphBuilder, js, mlp, type Optimizer } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, chain, clipByNorm, exponentialDecay, sgd } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import { xor } from './xor.js';

const table = { inputs: Float64Array.from(xor.inputs.flat()), targets: Float64Array.from(xor.targets.flat()) };
const order = Uint32Array.of(2, 0, 3, 1);
const small = mlp([2, 3, 1], { activation: sigmoid });

function prepared(graph: Graph, batchSize: number, parameterAt: (p: number) => number = Math.sin): Executor {
  const executor = js().prepare(graph, batchSize);
  executor.parameters.set(executor.parameters.map((_, p) => parameterAt(p)));
  return executor;
}
const stepMany = (executor: Executor, optimizer: Optimizer, losses = new Float64Array(9), count = 9) =>
  executor.stepMany!(table, order, 0, mse(), optimizer, losses, count);

/** An irregular graph: dense layers, nodes with few predecessors, a product, and a node with c fixed at 1. */
function irregular(): Graph {
  const builder = new GraphBuilder();
  const inputs = builder.inputs(2);
  const hidden = builder.layer(6, { from: inputs, activation: sigmoid });
  const skip = builder.node('skip', { from: [inputs[0], hidden[2]], activation: sigmoid, fixed: { c: 1 } });
  const gate = builder.node('gate', { from: [skip, hidden[0]], activation: sigmoid, aggregation: product });
  const wide = builder.layer(5, { from: [hidden[5], gate, inputs[1], hidden[1]], activation: sigmoid });
  builder.output(builder.node('out', { from: [...wide, skip], activation: identity }));
  return builder.build();
}

/** A graph with shared weights, a fixed b, and c fixed at 2. */
function shared(): Graph {
  const builder = new GraphBuilder();
  const [a, b] = builder.inputs(2);
  const first = builder.node('first', { from: [a, b], activation: sigmoid, shared: { w: { [a]: 'v', [b]: 'w' } } });
  const second = builder.node('second', {
    from: [b, a],
    activation: sigmoid,
    shared: { w: { [a]: 'v', [b]: 'w' } },
    fixed: { b: 0.5 },
  });
  builder.output(builder.node('out', { from: [first, second], activation: identity, fixed: { c: 2 } }));
  return builder.build();
}

const graphs = { small, irregular: irregular(), shared: shared() };
const optimizers: Record<string, () => Optimizer> = {
  adam: () => adam(),
  sgd: () => sgd({ learningRate: 0.3 }),
  'sgd with a schedule': () => sgd({ learningRate: exponentialDecay({ initial: 0.5, factor: 0.9 }) }),
  'sgd with momentum': () => sgd({ learningRate: 0.3, momentum: 0.5 }),
  'sgd with clipping': () => chain(clipByNorm(0.01), sgd({ learningRate: 0.3 })),
};

describe.each(Object.entries(optimizers))('with %s', (_, make) => {
  test.each(Object.entries(graphs).flatMap(([name, graph]) => [1, 2].map((size) => ({ name, graph, size }))))(
    'stepMany takes the same steps as repeated calls of step, on the $name graph in batches of $size',
    ({ graph, size }) => {
      const [one, many] = [prepared(graph, size), prepared(graph, size)];
      const [first, second] = [make(), make()];
      const expected: number[] = [];
      for (let at = 0; at < 4; at += size) {
        const samples = [...order.subarray(at, at + size)];
        const inputs = Float64Array.from(samples.flatMap((s) => xor.inputs[s]));
        const targets = Float64Array.from(samples.flatMap((s) => xor.targets[s]));
        expected.push(one.step(inputs, targets, size, mse(), first));
      }
      const losses = new Float64Array(9);
      expect(stepMany(many, second, losses)).toBe(expected.length);
      expect([...losses.subarray(0, expected.length)]).toEqual(expected);
      expect(many.parameters).toEqual(one.parameters);
      expect(many.cache.slope(graph.ids[graph.nodeCount - 1])).toBe(one.cache.slope(graph.ids[graph.nodeCount - 1]));
      expect(second.state()).toEqual(first.state());
    },
  );
});

test('stepMany stops before the first step whose loss is not finite', () => {
  const targets = Float64Array.of(0, 0, 1, 1);
  targets[order[2]] = 1e200;
  const executor = prepared(small, 1);
  const losses = new Float64Array(9);
  expect(executor.stepMany!({ ...table, targets }, order, 0, mse(), sgd({ learningRate: 0.1 }), losses, 9)).toBe(2);
  expect(executor.parameters.every(Number.isFinite)).toBe(true);
});

test.each([0, 0.5])(
  'stepMany restores the parameters and the optimizer after an update that overflows, momentum %d',
  (momentum) => {
    const executor = prepared(mlp([2, 1], { activation: identity }), 1, () => 1);
    const before = executor.parameters.slice();
    const optimizer = sgd({ learningRate: 1e308, momentum });
    const state = optimizer.state();
    expect(stepMany(executor, optimizer)).toBe(0);
    expect(executor.parameters).toEqual(before);
    expect(optimizer.state()).toEqual(state);
  },
);

test('stepMany takes no steps if count is 1, if the optimizer is custom, or if the graph has many parameters', () => {
  const { builtin: _, ...custom } = sgd({ learningRate: 0.1 });
  expect(stepMany(prepared(small, 1), custom)).toBe(0);
  expect(stepMany(prepared(small, 1), adam(), new Float64Array(1), 1)).toBe(0);
  expect(stepMany(prepared(mlp([2, 600, 1], { activation: sigmoid }), 1), adam())).toBe(0);
});

test.each([1, 2, 3])('copyRows copies rows of %i numbers in the given order', (width) => {
  const from = Float64Array.from({ length: 4 * width }, (_, k) => k);
  const to = new Float64Array(2 * width);
  copyRows(from, to, width, order, 1, 2);
  expect([...to]).toEqual([...from.subarray(0, width), ...from.subarray(3 * width)]);
});
