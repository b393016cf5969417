import { identity, sigmoid, tanh } from '@nnbp/activations';
import { max, product } from '@nnbp/aggregations';
import {
  delayed,
  edit,
  GraphBuilder,
  type GraphEditor,
  keepParameters,
  mlp,
  Network,
  type NnbpErrorCode,
  predictSequence,
  Standardization,
} from '@nnbp/core';
import { expect, test } from 'vitest';

/** Delays, products, fixed and shared parameters. */
function network(): Network {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), builder.input('y')];
  builder.node('a', {
    from,
    activation: tanh,
    aggregation: product,
    fixed: { b: 0.5, w: { x: 2 } },
    shared: { c: 's' },
  });
  builder.node('b', {
    from: ['a', delayed('b', 2, { initial: 1 })],
    activation: sigmoid,
    shared: { c: 's' },
    init: { b: 1 },
  });
  builder.output(builder.node('c', { from: ['a', 'b'], activation: identity, shared: { w: { a: 'w', b: 'w' } } }));
  const made = new Network(builder.build(), { seed: 3 });
  made.inputScaler = new Standardization([1, 2], [3, 4]);
  made.outputScaler = new Standardization([1], [2]);
  made.outputTransform = 'sigmoid';
  return made;
}

const rows = [
  [1, 2],
  [0.5, -1],
  [3, 0],
];

test('an edit without changes returns the same graph with the same parameters', () => {
  const before = network();
  const edited = edit(before.graph).build();
  expect([...edited.origin]).toEqual(Array.from({ length: before.graph.parameterCount }, (_, p) => p));
  expect(predictSequence(keepParameters(before, edited), rows)).toEqual(predictSequence(before, rows));
});

test('nodes and edges can be added and removed, and what remains keeps its parameters', () => {
  const before = network();
  const edited = edit(before.graph)
    .input('z')
    .node('d', { from: ['z', delayed('d')], activation: tanh, fixed: { c: 1 }, shared: { w: { z: 'v' } } })
    .node('e', { from: ['z'], activation: tanh, fixed: { w: 1 } })
    .connect('d', 'c')
    .connect(delayed('e'), 'c')
    .disconnect('b@-2', 'b')
    .output('e')
    .output('c', false)
    .build();
  const after = keepParameters(before, edited, { seed: 9 });
  const { graph } = edited;
  expect(Array.from(graph.outputs, (i) => graph.ids[i])).toEqual(['e']);
  expect(after.getParameters('c').w).toMatchObject({
    a: before.getParameters('c').w.a,
    b: before.getParameters('c').w.b,
  });
  expect(Object.keys(after.getParameters('c').w)).toEqual(['a', 'b', 'd', 'e@-1']);
  expect(Object.keys(after.getParameters('b').w)).toEqual(['a']);
  expect(after.getParameters('b').c).toBe(before.getParameters('a').c);
  expect(after.inputScaler).toBeUndefined();
  expect(after.outputScaler).toBe(before.outputScaler);
  after.setParameters('b', { c: 7 });
  expect(after.getParameters('a').c).toBe(7);
});

test('removing a node removes its edges, also the delayed ones', () => {
  const { graph } = edit(network().graph).remove('b').remove('y').build();
  expect(graph.ids).toEqual(['x', 'a', 'c']);
  expect(graph.edgeCount).toBe(2);
});

test('a split edge keeps its weight on the edge into the new node', () => {
  const before = new Network(mlp([1, 1], { activation: tanh, fixed: { c: 1 } }), { seed: 1 });
  const { w, b } = before.getParameters('output.0');
  const edited = edit(before.graph)
    .split('input.0', 'output.0', 'between', { activation: identity, fixed: { b: 0, c: 1 } })
    .change('output.0', { activation: sigmoid })
    .build();
  const after = keepParameters(before, edited, { initializer: () => 5 });
  expect(after.getParameters('between').w['input.0']).toBe(w['input.0']);
  expect(after.getParameters('output.0')).toEqual({ b, w: { between: 5 } });
  expect(edited.graph.activations).toContain(sigmoid);
});

test('an edge added in the same edit can be split', () => {
  const { graph } = edit(network().graph)
    .node('d', { from: ['x'], activation: tanh })
    .split('x', 'd', 'between', { activation: identity })
    .output('d')
    .build();
  expect(graph.edgeName(graph.edgeStart[graph.indexOf('d')])).toBe('between');
});

test('a network with more outputs loses its output scaler, and a shared c stays shared', () => {
  const before = network();
  const edited = edit(before.graph).output('b').build();
  const after = keepParameters(before, edited);
  expect(after.outputScaler).toBeUndefined();
  expect(after.inputScaler).toBe(before.inputScaler);
  after.setParameters('a', { c: 5 });
  expect(after.getParameters('b').c).toBe(5);
});

test('a shared b stays shared and a fixed c stays fixed', () => {
  const builder = new GraphBuilder();
  const from = [builder.input('x')];
  for (const id of ['a', 'b'])
    builder.output(builder.node(id, { from, activation: tanh, fixed: { c: 2 }, shared: { b: 's' } }));
  const graph = builder.build();
  const edited = edit(graph)
    .node('d', { from: ['a'], activation: tanh })
    .output('d')
    .build();
  const after = keepParameters(new Network(graph, { seed: 1 }), edited);
  after.setParameters('a', { b: 5 });
  expect(after.getParameters('b').b).toBe(5);
  expect(after.getParameters('b').c).toBeUndefined();
});

test('an aggregation can be changed and removed', () => {
  const { graph } = edit(network().graph).change('a', { aggregation: max }).change('b', { aggregation: max }).build();
  expect([graph.aggregation(2), graph.aggregation(3)]).toEqual([max, max]);
  expect(edit(graph).change('a', { aggregation: null }).build().graph.aggregation(2)).toBeUndefined();
});

test.each<[string, NnbpErrorCode, (editor: GraphEditor) => unknown]>([
  ['an id that exists', 'DUPLICATE_ID', (editor) => editor.input('a')],
  ['a node that exists', 'DUPLICATE_ID', (editor) => editor.node('x', { from: [], activation: tanh })],
  ['a node that does not exist', 'UNKNOWN_ID', (editor) => editor.remove('q')],
  ['an edge from an unknown node', 'UNKNOWN_ID', (editor) => editor.connect('q', 'a')],
  ['an edge into an input', 'UNKNOWN_ID', (editor) => editor.connect('a', 'x')],
  ['an edge that exists', 'DUPLICATE_EDGE', (editor) => editor.connect(delayed('b', 2), 'b')],
  ['an edge that does not exist', 'UNKNOWN_ID', (editor) => editor.disconnect('b', 'b')],
  ['a cycle', 'CYCLE', (editor) => editor.connect('c', 'a').build()],
  ['no output', 'NO_OUTPUTS', (editor) => editor.output('c', false).build()],
])('refuses %s', (_, code, act) => {
  expect(() => act(edit(network().graph))).toThrow(expect.objectContaining({ code }));
});
