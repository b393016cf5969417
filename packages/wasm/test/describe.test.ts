import { sigmoid, tanh } from '@nnbp/activations';
import { median, product } from '@nnbp/aggregations';
import { type Activation, delayed, GraphBuilder, mlp } from '@nnbp/core';
import { wasm } from '@nnbp/wasm';
import { afterAll, expect, test } from 'vitest';

const engine = await wasm({ fused: false });
const twoThreads = await wasm({ fused: false, threads: 2 });
afterAll(() => twoThreads.dispose());

/**
 * Builds a graph with three tanh nodes, a product node for each tanh node, and an output that reads the products. Each
 * tanh node reads two inputs and the values of all tanh nodes at the previous step.
 */
function recurrent() {
  const builder = new GraphBuilder();
  const inputs = builder.inputs(2);
  const names = ['a', 'b', 'c'];
  for (const name of names) {
    builder.node(name, { from: [...inputs, ...names.map((id) => delayed(id))], activation: tanh });
  }
  const products = names.map((name) =>
    builder.node(`${name}Product`, { from: [name], aggregation: product, activation: sigmoid }),
  );
  builder.output(builder.node('sum', { from: products, activation: sigmoid }));
  return builder.build();
}

test('describe reports the dense blocks, memory and threads of a layered network', () => {
  const description = twoThreads.prepare(mlp([64, 32, 10], { activation: sigmoid }), 256).describe();
  expect(description).toMatchObject({
    graph: { inputs: 64, nodes: 42, outputs: 10, edges: 2368, delayedEdges: 0, parameters: 2452, sharingEdges: 0 },
    batchSize: 256,
    steps: 1,
    denseBlocks: [
      { count: 1, nodes: 32, predecessors: 64, activation: 'sigmoid' },
      { count: 1, nodes: 10, predecessors: 32, activation: 'sigmoid' },
    ],
    sparseNodes: [],
    denseShare: 1,
    code: 'tables',
    withoutKernel: [],
    multiplyAdd: 'separate',
    threads: 2,
    threadsReason: undefined,
  });
  const { values, parameters, gradients, optimizer, samples, tables } = description.memory;
  expect(description.bytes).toBe(values + parameters + gradients + optimizer + samples + tables);
  // Five rows of 256 float32 values per node; the parameters; three vectors for the optimizer; inputs and targets.
  expect(values).toBeGreaterThanOrEqual(5 * 106 * 1024);
  expect(parameters).toBeGreaterThanOrEqual(4 * 2452);
  expect(optimizer).toBeGreaterThanOrEqual(3 * 4 * 2452);
  expect(samples).toBeGreaterThanOrEqual(4 * 256 * 74);
  expect(String(description).split('\n').slice(0, 7)).toEqual([
    'Graph   64 inputs, 42 nodes, 10 outputs; 2,368 edges, 2,452 parameters',
    'Batch   up to 256 samples',
    'Dense   32 × 64 sigmoid',
    '        10 × 32 sigmoid',
    'Sparse  no nodes',
    'Code    tables, separate multiply-add',
    'Threads 2',
  ]);
});

test('describe counts the blocks of all steps of a sequence, and reports why the graph runs on one thread', () => {
  const description = twoThreads.prepare(recurrent(), 8, 20).describe();
  expect(description.denseBlocks).toEqual([{ count: 20, nodes: 3, predecessors: 5, activation: 'tanh' }]);
  expect(description.sparseNodes).toEqual([
    { nodes: 60, edges: 60, activation: 'sigmoid', aggregation: 'product' },
    { nodes: 20, edges: 60, activation: 'sigmoid', aggregation: 'sum' },
  ]);
  expect(description.denseShare).toBeCloseTo(15 / 21);
  expect(description.threadsReason).toContain('too little work');
  const lines = String(description).split('\n');
  expect(lines.slice(1, 4)).toEqual([
    'Delays  9 delayed edges, state of 3 numbers per sequence',
    'Batch   up to 8 samples of up to 20 steps',
    'Dense   3 × 5 tanh, 20 blocks',
  ]);
  expect(lines).toContain('Sparse  60 nodes with 60 edges, sigmoid of product');
  expect(lines).toContain(`Threads 1: ${description.threadsReason}`);
});

test('describe reports that a small graph at batch size 1 runs as unrolled code', () => {
  const executor = engine.prepare(mlp([2, 8, 1], { activation: sigmoid }), 1);
  const description = executor.describe();
  expect(description.code).toBe('unrolled');
  expect(String(description)).toContain('Code    unrolled for this graph, separate multiply-add\nThreads 1\n');
  expect(description.bytes).toBeLessThan(executor.parameters.buffer.byteLength);
});

test('describe counts edges that share a weight, and names functions without a kernel', () => {
  const cube: Activation = { name: 'cube', value: (h) => h ** 3, derivative: (h) => 3 * h * h };
  const builder = new GraphBuilder();
  const [a, b, c] = builder.inputs(3);
  builder.node('first', { from: [a, b], activation: cube, shared: { w: { [a]: 'w' } } });
  builder.node('second', { from: [b, c], activation: cube, shared: { w: { [b]: 'w' } } });
  builder.output(builder.node('middle', { from: ['first', 'second', c], activation: tanh, aggregation: median }));
  const description = engine.prepare(builder.build(), 4).describe();
  expect(description.graph.sharingEdges).toBe(2);
  expect(description.withoutKernel).toEqual(['cube', 'median']);
  expect(description.denseBlocks).toEqual([]);
  const text = String(description);
  expect(text).toContain('Shared  2 edges with a shared weight');
  expect(text).toContain(
    'Dense   no blocks\nSparse  2 nodes with 4 edges, cube\n        1 node with 3 edges, tanh of median',
  );
  expect(text).toContain('multiply-add; without a kernel: cube, median');
});

test('the text of describe lists at most six shapes of dense blocks, and how many more there are', () => {
  const description = engine.prepare(mlp([9, 8, 7, 6, 5, 4, 3, 4], { activation: sigmoid }), 2).describe();
  expect(description.denseBlocks).toHaveLength(7);
  expect(String(description)).toContain('        3 × 4 sigmoid\n        and 1 more\nSparse');
});

test('rows of node values have gaps between them only if a layer reads so many rows that they would compete for cache sets', () => {
  const bytesOfValues = (sizes: number[], batchSize: number) => {
    const executor = engine.prepare(mlp(sizes, { activation: tanh }), batchSize);
    const { values } = executor.describe().memory;
    executor.dispose();
    return values;
  };
  expect(bytesOfValues([8, 32, 4], 32)).toBe(2 * bytesOfValues([8, 32, 4], 16));
  expect(bytesOfValues([800, 32, 4], 32)).toBeGreaterThan(2.5 * bytesOfValues([800, 32, 4], 16));
});
