/** Tests of the division of a graph into units of work. */
import { identity, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { randomParameters, randomSamples } from '@nnbp/conformance';
import { delayed, type Graph, GraphBuilder, js, levels, plan, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { expect, test } from 'vitest';

/** Describes each unit: whether it is dense, and its nodes. */
const unitsOf = (graph: Graph) =>
  plan(graph).units.map(
    ({ dense, nodes }) => `${dense ? 'dense' : 'sparse'} ${nodes.map((i) => graph.ids[i]).join(' ')}`,
  );

function graphOf(add: (builder: GraphBuilder, inputs: string[]) => void, inputs = 4): Graph {
  const builder = new GraphBuilder();
  add(builder, builder.inputs(inputs));
  return builder.build();
}

test('nodes with the same predecessors form a dense unit, and other nodes a sparse one', () => {
  const graph = graphOf((builder, from) => {
    builder.output(...builder.layer(3, { from, activation: tanh, name: 'a' }));
    builder.output(builder.node('b', { from: from.slice(1), activation: tanh }));
  });
  expect(unitsOf(graph)).toEqual(['dense a.0 a.1 a.2', 'sparse b']);
});

test('lists of predecessors with the same hash are distinguished', () => {
  // A search for lists with the same hash found these.
  const lists = [
    [2, 46, 31, 28, 36],
    [57, 24, 8, 13, 53],
  ];
  const graph = graphOf((builder, inputs) => {
    lists.forEach((list, k) => {
      const from = list.map((i) => inputs[i]);
      builder.output(...builder.layer(2, { from, activation: tanh, name: k === 0 ? 'a' : 'b' }));
    });
  }, 60);
  expect(unitsOf(graph)).toEqual(['dense a.0 a.1', 'dense b.0 b.1']);
});

test('a unit is dense only if it has at least 8 weights, none of them fixed or shared by two of its nodes', () => {
  const graph = graphOf((builder, from) => {
    const shared = (prefix: string) => ({ w: Object.fromEntries(from.map((id) => [id, `${prefix} ${id}`])) });
    for (const id of ['a', 'b']) builder.node(id, { from, activation: tanh, shared: shared('one') });
    for (const id of ['c', 'd']) builder.node(id, { from, activation: identity, shared: shared(id) });
    for (const id of ['e', 'f']) builder.node(id, { from: ['c', 'd'], activation: tanh });
    for (const id of ['g', 'h']) builder.node(id, { from: ['c', 'd', 'a', 'b'], activation: tanh, fixed: { w: 1 } });
    builder.output('e', 'f', 'g', 'h');
  });
  expect(unitsOf(graph)).toEqual(['sparse a b', 'dense c d', 'sparse e f g h']);
});

test('a layer of products has the same results on the js and the reference engine', () => {
  const graph = graphOf((builder, from) =>
    builder.output(...builder.layer(3, { from, activation: tanh, aggregation: product })),
  );
  expect(unitsOf(graph)).toEqual(['sparse layer1.0 layer1.1 layer1.2']);
  const random = new Random(1);
  const parameters = randomParameters(graph, random);
  const { inputs, targets } = randomSamples(graph, random, 2);
  const [actual, expected] = [js(), reference()].map((engine) => {
    const executor = engine.prepare(graph, 2);
    executor.parameters.set(parameters);
    const loss = executor.backpropagate(inputs, targets, 2, mse());
    return [loss, ...executor.gradients];
  });
  actual.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 12));
});

test('the level of a node is the length of the longest path to it without delayed edges, but at least 1 if it is not an input', () => {
  const graph = graphOf((builder, [x]) => {
    const a = builder.node('a', { from: [x, delayed('c')], activation: tanh });
    const b = builder.node('b', { from: [a], activation: tanh });
    builder.output(
      builder.node('c', { from: [x, a, b], activation: tanh }),
      builder.node('d', { from: [], activation: tanh }),
    );
  }, 1);
  expect(Object.fromEntries(Array.from(levels(graph), (level, i) => [graph.ids[i], level]))).toEqual({
    [graph.ids[0]]: 0,
    a: 1,
    b: 2,
    c: 3,
    d: 1,
  });
});
