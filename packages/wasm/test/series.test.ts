/**
 * Tests of series. A series consists of dense units with the same weights, one unit per step. One matrix product
 * computes case 3 of backpropagation for several of these steps.
 */
import { identity, tanh } from '@nnbp/activations';
import { randomParameters } from '@nnbp/conformance';
import { delayed, edgeName, type Graph, GraphBuilder, plan, Random, type Source } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { wasm } from '@nnbp/wasm';
import { afterAll, describe, expect, test } from 'vitest';
import { rowUnits } from '../src/row-units.js';
import { seriesOf, seriesSamples } from '../src/series.js';
import { timeGraph } from '../src/time.js';
import { lstm } from './lstm.js';
import { expectNearReference } from './near.js';

const engines = { 'one thread': await wasm(), 'two threads': await wasm({ threads: 2, minThreadedWork: 0 }) };
afterAll(() => engines['two threads'].dispose());

/** Builds a recurrent layer that reads two other layers. These two layers share their weights within each step. */
function shared(): Graph {
  const builder = new GraphBuilder();
  const inputs = builder.inputs(4);
  const layer = (name: string, from: readonly Source[], share: string) =>
    Array.from({ length: 4 }, (_, k) =>
      builder.node(`${name} ${k}`, {
        from,
        activation: tanh,
        shared: {
          b: `${share} b ${k}`,
          w: Object.fromEntries(from.map((source, e) => [edgeName(source), `${share} w ${k} ${e}`])),
        },
      }),
    );
  const states = Array.from({ length: 4 }, (_, k) => `state ${k}`);
  const both = [
    ...layer('first', inputs, 'both'),
    ...layer(
      'second',
      states.map((id) => delayed(id)),
      'both',
    ),
  ];
  layer('state', both, 'state');
  builder.output(...builder.layer(2, { name: 'out', from: states, activation: identity, fixed: { c: 1 } }));
  return builder.build();
}

/** Returns the names of the units that are the first of a series, and of all units that are in a series. */
function unitsOf(original: Graph, steps: number) {
  const { graph, stepOf, at } = timeGraph(original, steps);
  const units = rowUnits(graph, plan(graph, stepOf && { partOf: stepOf }));
  const isOriginalOf = (node: number) => (_: string, i: number) =>
    Array.from({ length: steps }, (_, t) => at(i, t)).includes(node);
  const names = units.map(({ nodes }) => original.ids.find(isOriginalOf(nodes[0])));
  const series = seriesOf(graph, units, steps);
  const where = (keep: (first: number | undefined, n: number) => boolean) => names.filter((_, n) => keep(series[n], n));
  return { first: where((first, n) => first === n), all: where((first) => first !== undefined) };
}

test('the gates and the outputs of an LSTM form series with one unit per step', () => {
  const { first, all } = unitsOf(lstm(3, 8, 2), 3);
  expect(first).toHaveLength(3);
  expect(all).toHaveLength(9);
  expect(new Set(all)).toEqual(new Set(first));
});

test('units that share weights within a step do not form a series', () => {
  const { first } = unitsOf(shared(), 3);
  expect(first).toHaveLength(2);
  expect(first).not.toContain('first 0');
  expect(first).not.toContain('second 0');
});

test('a graph unrolled over a single step has no series', () => expect(unitsOf(lstm(3, 8, 2), 1).first).toEqual([]));

test.each([
  [1, 50, 200],
  [32, 50, 256],
  [100, 3, 256],
  [300, 3, 300],
])(
  'for batches of %i samples and %i steps, a matrix product of case 3 has at most %i samples, including padding',
  (batchSize, steps, expected) => expect(seriesSamples(batchSize, steps)).toBe(expected),
);

// The numbers of samples in each step. They cover series that need several products, steps whose samples do not fill
// whole vectors, and one product over many steps with one sample each.
const counts = [[100, 100, 99, 50, 50, 50, 3], [60, 60, 60, 60, 60, 60], Array.from({ length: 20 }, () => 1)];

describe.each(Object.entries({ lstm: lstm(3, 8, 2), shared: shared() }))('%s', (_, graph) => {
  test.each(counts.map((list) => [list]))('the engines match the reference engine, sample counts %j', (samples) => {
    const random = new Random(7);
    const rows = samples.reduce((total, count) => total + count, 0);
    const uniform = (length: number) => Float64Array.from({ length }, () => 2 * random.uniform() - 1);
    const [inputs, targets] = [uniform(rows * graph.inputCount), uniform(rows * graph.outputs.length)];
    const parameters = randomParameters(graph, random);
    const pass = { parameters, samples, inputs, targets, loss: mse(), steps: samples.length };
    const gradients = Object.values(engines).map((engine) => {
      expectNearReference(engine, graph, pass);
      const executor = engine.prepare(graph, samples[0], samples.length);
      executor.parameters.set(parameters);
      executor.backpropagate(inputs, targets, samples, mse());
      const actual = [...executor.gradients];
      executor.dispose();
      return actual;
    });
    expect(gradients[1]).toEqual(gradients[0]);
  });
});
