/** Tests that a barrier between two units is omitted only if no thread needs rows of another thread. */
import { identity, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { randomParameters } from '@nnbp/conformance';
import { type Graph, GraphBuilder, plan, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { afterAll, expect, test } from 'vitest';
import { rowUnits } from '../src/row-units.js';
import { timeGraph } from '../src/time.js';
import { waits } from '../src/waits.js';
import { lstm } from './lstm.js';

/**
 * Returns the names of all units, and of the units before which threads wait. The name of a unit is the id of its first
 * node.
 */
function waitsOf(original: Graph, steps: number, threads: number) {
  const { graph, stepOf, at } = timeGraph(original, steps);
  const units = rowUnits(graph, plan(graph, stepOf && { partOf: stepOf }));
  const originalIndex = (node: number) =>
    original.ids.findIndex((_, i) => Array.from({ length: steps }, (_, t) => at(i, t)).includes(node));
  const names = units.map(({ nodes }) => original.ids[originalIndex(nodes[0])]);
  const { forward, backward } = waits(graph, units, stepOf, threads);
  const before = (flags: readonly boolean[]) => names.filter((_, n) => flags[n]);
  return { names, forward: before(forward), backward: before(backward) };
}

test('the threads of an LSTM wait before the gates and the outputs in both passes, and before h in the backward pass', () => {
  const { names, forward, backward } = waitsOf(lstm(3, 8, 2), 2, 2);
  const unitsOfStep = ['i 0', 'candidate 0', 'new 0', 'cell 0', 'squashed 0', 'h 0'];
  // The outputs of a step are on the same level as the gates of the next step.
  expect(names).toEqual([...unitsOfStep, names[6], ...unitsOfStep, names[13]]);
  const output = names[6];
  expect(forward).toEqual([output, 'i 0', output]);
  // In a dense unit, threads also wait before case 2 of backpropagation, until all deltas have been computed.
  // `backward` does not include these waits.
  expect(backward).toEqual(['i 0', 'h 0', output, 'i 0', 'h 0']);
});

/** Builds products of pairs of nodes, and copies of these products, in the same order or in reverse. */
function pairs(isReversed: boolean): Graph {
  const builder = new GraphBuilder();
  const options = { activation: identity, aggregation: product, fixed: { b: 0, c: 1, w: 1 } };
  const inputs = builder.inputs(2);
  const layers = ['a', 'b'].map((name) => builder.layer(8, { name, from: inputs, activation: tanh }));
  const first = layers[0].map((id, k) => builder.node(`first ${k}`, { ...options, from: [id, layers[1][k]] }));
  if (isReversed) first.reverse();
  const second = first.map((id, k) => builder.node(`second ${k}`, { ...options, from: [id] }));
  builder.output(...builder.layer(2, { name: 'out', from: second, activation: tanh }));
  return builder.build();
}

test('threads wait before a unit only if its nodes read nodes of another thread', () => {
  expect(waitsOf(pairs(false), 1, 2).forward).not.toContain('second 0');
  expect(waitsOf(pairs(false), 1, 2).backward).not.toContain('first 0');
  expect(waitsOf(pairs(true), 1, 2).forward).toContain('second 0');
  expect(waitsOf(pairs(true), 1, 2).backward).toContain('first 0');
});

const [one, two, three] = [
  await wasm(),
  await wasm({ threads: 2, minThreadedWork: 0 }),
  await wasm({ threads: 3, minThreadedWork: 0 }),
];
afterAll(() => [two, three].forEach((engine) => engine.dispose()));

test.each([lstm(3, 8, 2), lstm(5, 13, 3), pairs(true)])(
  'networks with elementwise units have bit-identical results with one, two and three threads, %#',
  (graph) => {
    const random = new Random(4);
    const parameters = randomParameters(graph, random);
    const batches = graph.stateSize === 0 ? [[32], [7]] : [[32, 32, 32, 32], [9, 5, 5, 1], [3], [1, 1, 1]];
    const length = 32 * 4 * Math.max(graph.inputCount, graph.outputs.length);
    const rows = Float64Array.from({ length }, () => random.uniform());
    const train = (engine: typeof one) => {
      const executor = engine.prepare(graph, 32, graph.stateSize === 0 ? 1 : 4);
      executor.parameters.set(parameters);
      const optimizer = sgd({ learningRate: 0.1 });
      const losses = Array.from({ length: 40 }, (_, n) =>
        executor.step(rows, rows, batches[n % batches.length], mse(), optimizer),
      );
      const result = [...losses, ...executor.parameters];
      executor.dispose();
      return result;
    };
    const expected = train(one);
    expect(train(two)).toEqual(expected);
    expect(train(three)).toEqual(expected);
  },
);
