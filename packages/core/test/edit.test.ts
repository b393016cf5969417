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
  Random,
  Standardization,
} from '@nnbp/core';
import { expect, test } from 'vitest';

/** Creates a network with delays, a product, and fixed and shared parameters. */
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
  const network = new Network(builder.build(), { seed: 3 });
  network.inputScaler = new Standardization([1, 2], [3, 4]);
  network.outputScaler = new Standardization([1], [2]);
  network.outputTransform = 'sigmoid';
  return network;
}

const rows = [
  [1, 2],
  [0.5, -1],
  [3, 0],
];

test('an edit without changes returns an equal graph that keeps all parameters', () => {
  const before = network();
  const edited = edit(before.graph).build();
  expect([...edited.origin]).toEqual(Array.from({ length: before.graph.parameterCount }, (_, p) => p));
  // If a graph has no shared parameters, the edited graph has none either.
  const plain = edit(mlp([2, 3, 1], { activation: tanh })).build().graph;
  expect([plain.biasSlots, plain.weightSlots]).toEqual([undefined, undefined]);
  expect(predictSequence(keepParameters(before, edited), rows)).toEqual(predictSequence(before, rows));
});

test('nodes and edges can be added, edges can be removed, and all other nodes and edges keep their parameters', () => {
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

test('removing a node also removes its edges, including delayed ones', () => {
  const { graph } = edit(network().graph).remove('b').remove('y').build();
  expect(graph.ids).toEqual(['x', 'a', 'c']);
  expect(graph.edgeCount).toBe(2);
});

test('splitting an edge moves its weight to the edge into the new node', () => {
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

test('splitting an edge keeps a fixed or shared weight, and the new node has its own parameters', () => {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), builder.input('y')];
  for (const id of ['a', 'b']) {
    builder.output(builder.node(id, { from, activation: tanh, fixed: { w: { x: 2 } }, shared: { w: { y: 's' } } }));
  }
  const before = new Network(builder.build(), { seed: 1 });
  const edited = edit(before.graph)
    .split('x', 'a', 'p', { activation: identity })
    .split('y', 'a', 'q', { activation: identity })
    .split('y', 'b', 'r', { activation: identity, fixed: { w: 3 } })
    .split('x', 'b', 't', { activation: identity, shared: { w: { x: 'own' } } })
    .build();
  const after = keepParameters(before, edited, { initializer: () => 5 });
  expect(after.getParameters('p')).toEqual({ b: 0, c: 1, w: {} });
  expect(after.getParameters('q')).toEqual({ b: 0, c: 1, w: { y: before.getParameters('a').w.y } });
  expect(after.getParameters('r').w).toEqual({});
  expect(after.getParameters('t').w).toEqual({ x: 5 });
  const added = [...edited.origin.keys()].filter((p) => edited.origin[p] === -1);
  const ownOf = (id: string) => {
    const i = edited.graph.indexOf(id);
    return [edited.graph.biasIndex(i), edited.graph.scaleIndex(i)];
  };
  for (const id of ['p', 'q', 'r', 't']) expect(added).toEqual(expect.arrayContaining(ownOf(id)));
  // The edges keep their fixed weights.
  const output = (network: Network) => network.predict([1, 0]);
  expect(output(after)[0]).toBeCloseTo(Math.tanh(5 * 2 + 5 * 0), 12);
});

test('a weight that was shared stays shared after one of its edges is split', () => {
  const builder = new GraphBuilder();
  const from = [builder.input('x')];
  for (const id of ['a', 'b']) builder.output(builder.node(id, { from, activation: tanh, shared: { w: { x: 's' } } }));
  const network = new Network(builder.build(), { seed: 1 });
  const edited = edit(network.graph)
    .split('x', 'a', 'between', { activation: identity })
    // 's' and 'slot 2' are new names in this edit: neither refers to the weight that a and b share.
    .node('d', { from: ['x'], activation: tanh, shared: { w: { x: 's' } } })
    .node('e', { from: ['x'], activation: tanh, shared: { w: { x: 'slot 2' } } })
    .build();
  const after = keepParameters(network, edited);
  after.setParameters('between', { w: { x: 7 } });
  expect(after.getParameters('b').w.x).toBe(7);
  expect(after.getParameters('d').w.x).not.toBe(7);
  expect(after.getParameters('e').w.x).not.toBe(7);
});

test('removing an edge or a node leaves all other edges and nodes unchanged', () => {
  const { graph } = network();
  const edgesOf = (edited: ReturnType<GraphEditor['build']>['graph']) =>
    Array.from({ length: edited.nodeCount }, (_, i) =>
      Array.from({ length: edited.edgeStart[i + 1] - edited.edgeStart[i] }, (__, k) =>
        edited.edgeName(edited.edgeStart[i] + k),
      ),
    );
  expect(edgesOf(edit(graph).disconnect('a', 'c').build().graph)).toEqual([[], [], ['x', 'y'], ['a', 'b@-2'], ['b']]);
  expect(edit(graph).remove('x').build().graph.ids).toEqual(['y', 'a', 'b', 'c']);
  const two = edit(graph).output('b').build().graph;
  expect(Array.from(edit(two).remove('c').build().graph.outputs, (i) => two.ids[i])).toEqual(['b']);
  expect(() => edit(graph).remove('c').build()).toThrow(expect.objectContaining({ code: 'NO_OUTPUTS' }));
});

test('fixed: { w: 2 } fixes all weights of a new node, and the init options of other nodes are kept', () => {
  const drawForty = (fanIn: number, fanOut: number, random: Random) =>
    40 + random.uniform() * 0 + fanIn * 0 + fanOut * 0;
  const builder = new GraphBuilder();
  builder.output(
    builder.node('a', { from: [builder.input('x')], activation: tanh, init: { b: 3, c: 4, w: drawForty } }),
  );
  const { graph } = edit(builder.build())
    .node('d', { from: ['x', delayed('a', 2)], activation: tanh, fixed: { w: 2 } })
    .output('d')
    .build();
  const after = new Network(graph);
  expect(after.getParameters('a')).toEqual({ b: 3, c: 4, w: { x: 40 } });
  expect(after.getParameters('d').w).toEqual({});
  expect([...graph.constants]).toEqual([1, 2]);
});

test('new parameters are initialized, and old ones are kept, even at index 0', () => {
  const before = new Network(mlp([1, 1], { activation: tanh }), { seed: 1 });
  before.setParameters('output.0', { b: 9 });
  const edited = edit(before.graph)
    .node('d', { from: ['output.0'], activation: tanh })
    .output('d')
    .build();
  expect([...edited.origin]).toEqual([0, 1, 2, -1, -1, -1]);
  expect(keepParameters(before, edited, { initializer: () => 5 }).parameters.vector[0]).toBe(9);
  expect(keepParameters(before, edited, { initializer: () => 5 }).parameters.vector[5]).toBe(5);
});

test('changing an activation keeps the aggregation', () => {
  const { graph } = edit(network().graph).change('a', { activation: identity }).build();
  expect(graph.aggregation(graph.indexOf('a'))).toBe(product);
  expect(graph.activations[graph.activationOf[graph.indexOf('a')]]).toBe(identity);
});

test('an edge added in the same edit can be split', () => {
  const { graph } = edit(network().graph)
    .node('d', { from: ['x'], activation: tanh })
    .split('x', 'd', 'between', { activation: identity })
    .output('d')
    .build();
  expect(graph.edgeName(graph.edgeStart[graph.indexOf('d')])).toBe('between');
});

test('adding an output removes the output scaler, and a shared c stays shared', () => {
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
  ['an input with an existing id', 'DUPLICATE_ID', (editor) => editor.input('a')],
  ['a split with an existing id', 'DUPLICATE_ID', (editor) => editor.split('a', 'c', 'b', { activation: tanh })],
  [
    'a split of an edge that does not exist',
    'UNKNOWN_ID',
    (editor) => editor.split('x', 'c', 'n', { activation: tanh }),
  ],
  [
    'a split with `fixed: true`',
    'WRONG_TYPE',
    (editor) => editor.split('a', 'c', 'n', { activation: tanh, fixed: true as never }),
  ],
  ['a delay of 0', 'OUT_OF_RANGE', (editor) => editor.connect(delayed('a', 0), 'b')],
  [
    'an initial value that is not finite',
    'NOT_FINITE',
    (editor) => editor.connect(delayed('a', 1, { initial: NaN }), 'b'),
  ],
  [
    'a predecessor that is neither an id nor a delayed edge',
    'WRONG_TYPE',
    (editor) => editor.connect(null as never, 'b'),
  ],
  ['a node without options', 'WRONG_TYPE', (editor) => editor.node('n', undefined as never)],
  [
    'predecessors that are not an array',
    'WRONG_TYPE',
    (editor) => editor.node('n', { from: 'xy' as never, activation: tanh }),
  ],
  ['an activation in place of changes', 'WRONG_TYPE', (editor) => editor.change('a', tanh as never)],
  ['a change of an input', 'UNKNOWN_ID', (editor) => editor.change('x', { activation: tanh })],
  ['an unknown output', 'UNKNOWN_ID', (editor) => editor.output('q')],
  ['a node with an existing id', 'DUPLICATE_ID', (editor) => editor.node('x', { from: [], activation: tanh })],
  ['removing a node that does not exist', 'UNKNOWN_ID', (editor) => editor.remove('q')],
  ['an edge from an unknown node', 'UNKNOWN_ID', (editor) => editor.connect('q', 'a')],
  ['an edge into an input', 'UNKNOWN_ID', (editor) => editor.connect('a', 'x')],
  ['an edge that already exists', 'DUPLICATE_EDGE', (editor) => editor.connect(delayed('b', 2), 'b')],
  ['removing an edge that does not exist', 'UNKNOWN_ID', (editor) => editor.disconnect('b', 'b')],
  ['a cycle', 'CYCLE', (editor) => editor.connect('c', 'a').build()],
  ['a graph without outputs', 'NO_OUTPUTS', (editor) => editor.output('c', false).build()],
])('the editor throws a typed error for %s', (_, code, act) => {
  expect(() => act(edit(network().graph))).toThrow(expect.objectContaining({ code }));
});

test('rejected edits leave the editor and the graph unchanged', () => {
  const { graph } = network();
  const serialize = (edited: ReturnType<GraphEditor['build']>) => JSON.stringify([edited, [...edited.origin]]);
  const expected = serialize(edit(graph).build());
  const editor = edit(graph);
  for (const act of [
    () => editor.input('a'),
    () => editor.node('x', { from: [], activation: tanh }),
    () => editor.node('n', { from: ['x', 5 as never], activation: tanh }),
    () => editor.remove('q'),
    () => editor.connect('q', 'a'),
    () => editor.connect(delayed('x', 0), 'a'),
    () => editor.connect('b', 'c'),
    () => editor.disconnect('b', 'b'),
    () => editor.split('a', 'c', 'b', { activation: tanh }),
    () => editor.split('a', 'c', 'n', { activation: tanh, shared: { w: 5 as never } }),
    () => editor.change('a', { activation: identity, other: 1 } as never),
    () => editor.output('q'),
  ]) {
    expect(act).toThrow(expect.objectContaining({ name: 'NnbpError' }));
    expect(serialize(editor.build())).toBe(expected);
  }
});

test('keepParameters rejects a network with too few parameters, and edit and keepParameters reject wrong types', () => {
  const small = new Network(mlp([1, 1], { activation: tanh }));
  const edited = edit(network().graph).build();
  const code = (expected: NnbpErrorCode) => expect.objectContaining({ code: expected }) as Error;
  expect(() => keepParameters(small, edited)).toThrow(code('WRONG_LENGTH'));
  // One parameter too few.
  const other = new Network(mlp([1, 1], { activation: tanh, fixed: { c: 1 } }));
  expect(() => keepParameters(other, edit(small.graph).build())).toThrow(code('WRONG_LENGTH'));
  for (const what of [undefined, null, 5, small.graph]) {
    expect(() => keepParameters(what as never, edited)).toThrow(code('WRONG_TYPE'));
    expect(() => keepParameters(small, what as never)).toThrow(code('WRONG_TYPE'));
    if (what !== small.graph) expect(() => edit(what as never)).toThrow(code('WRONG_TYPE'));
  }
  expect(() => keepParameters(small, {} as never)).toThrow(code('WRONG_TYPE'));
  expect(() => edit(small as never)).toThrow(code('WRONG_TYPE'));
});
