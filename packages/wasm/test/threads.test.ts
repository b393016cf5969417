import { relu, sigmoid } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Activation, delayed, type Graph, GraphBuilder, mlp, Random } from '@nnbp/core';
import { mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const singleThreaded = await wasm();
const two = await wasm({ threads: 2, minThreadedWork: 0 });
const three = await wasm({ threads: 3, minThreadedWork: 0 });
afterAll(() => {
  two.dispose();
  three.dispose();
});

describe('results on several threads are bit-identical to those on one thread', () => {
  const graphs: Record<string, Graph> = {
    'layers of 64-40-30-10': mlp([64, 40, 30, 10], { activation: relu }),
    'layers of 3-5-2': mlp([3, 5, 2], { activation: sigmoid }),
    'a random graph': randomGraph(new Random(3), { nodes: 200, activations: [sigmoid, relu] }),
    'a wide sparse graph': wideSparse(new Random(4)),
  };
  for (const [name, graph] of Object.entries(graphs)) {
    for (const samples of [1, 7, 64]) {
      test(`results on several threads are bit-identical to those on one: ${name}, batches of ${samples}`, () => {
        const random = new Random(samples);
        const parameters = randomParameters(graph, random);
        const data = randomSamples(graph, random, samples, (r, n) => Array.from({ length: n }, () => r.uniform()));
        const results = [singleThreaded, two, three].map((engine) => {
          const executor = engine.prepare(graph, samples);
          executor.parameters.set(parameters);
          const optimizer = adam({ learningRate: 0.01 });
          const losses = Array.from({ length: 20 }, () =>
            executor.step(data.inputs, data.targets, samples, softmaxCrossEntropy(), optimizer),
          );
          const result = [...losses, ...executor.parameters].join();
          executor.dispose();
          return result;
        });
        expect(results[1]).toBe(results[0]);
        expect(results[2]).toBe(results[0]);
      });
    }
  }
});

describe('results on several threads are bit-identical to those on one thread for sequences and shared weights', () => {
  const cases: Record<string, { graph: Graph; counts: number[] }> = {
    'a gated recurrent layer': { graph: gated(24), counts: [9, 9, 7, 2] },
    'one sequence': { graph: gated(24), counts: [1, 1, 1] },
    'a feedforward network on sequences': { graph: mlp([12, 20, 3], { activation: sigmoid }), counts: [8, 8, 5] },
    'a convolution': { graph: convolution(), counts: [16] },
  };
  for (const [name, { graph, counts }] of Object.entries(cases)) {
    const perStep = counts.join(', ');
    test(`results on several threads are bit-identical to those on one: ${name}, samples per step: ${perStep}`, () => {
      const random = new Random(11);
      const uniform = (length: number) => Float32Array.from({ length }, () => random.uniform());
      const rows = counts.reduce((sum, count) => sum + count);
      const parameters = randomParameters(graph, random);
      const [inputs, targets] = [uniform(rows * graph.inputCount), uniform(rows * graph.outputs.length)];
      const results = [singleThreaded, two, three].map((engine) => {
        const executor = engine.prepare(graph, counts[0], counts.length);
        expect([executor.threads, executor.threadsReason]).toEqual([engine.threads, undefined]);
        executor.parameters.set(parameters);
        const optimizer = adam({ learningRate: 0.01 });
        const losses = Array.from({ length: 10 }, () => executor.step(inputs, targets, counts, mse(), optimizer));
        const result = [...losses, ...executor.gradients, ...executor.parameters].join();
        executor.dispose();
        return result;
      });
      expect(results[1]).toBe(results[0]);
      expect(results[2]).toBe(results[0]);
    });
  }
});

describe('the number of threads depends on the graph', () => {
  const custom: Activation = { name: 'cube', value: (h) => h ** 3, derivative: (h) => 3 * h * h };
  const withShared = () => {
    const builder = new GraphBuilder();
    const [a, b] = [builder.input('a'), builder.input('b')];
    builder.output(builder.node('out', { from: [a, b], activation: sigmoid, shared: { w: { a: 'w', b: 'w' } } }));
    return builder.build();
  };
  test('a graph with a custom activation runs on one thread', () => {
    const executor = two.prepare(mlp([2, 3, 1], { activation: custom }), 4);
    expect([executor.threads, executor.threadsReason]).toEqual([1, expect.stringContaining('cube has no kernel')]);
  });
  test('a graph in which two edges into one node share a weight runs on one thread', () => {
    const executor = two.prepare(withShared(), 4);
    expect([executor.threads, executor.threadsReason]).toEqual([1, expect.stringContaining('share parameters')]);
  });
  test('a graph whose nodes on the same level share b or c runs on one thread', () => {
    for (const letter of ['b', 'c'] as const) {
      const builder = new GraphBuilder();
      const from = builder.inputs(3);
      for (const id of ['p', 'q', 'r']) {
        builder.output(builder.node(id, { from, activation: sigmoid, shared: { [letter]: 'one' } }));
      }
      const executor = two.prepare(builder.build(), 4);
      expect([executor.threads, executor.threadsReason]).toEqual([1, expect.stringContaining('share parameters')]);
    }
  });
  test('a graph with too little work runs on one thread', async () => {
    const engine = await wasm({ threads: 2 });
    const executor = engine.prepare(mlp([2, 3, 1], { activation: sigmoid }), 4);
    expect([executor.threads, executor.threadsReason]).toEqual([1, expect.stringContaining('too little work')]);
    expect(engine.prepare(mlp([784, 128, 10], { activation: sigmoid }), 4).threads).toBe(2);
    engine.dispose();
  });
  test('a graph with enough work runs on several threads', () => {
    const executor = two.prepare(mlp([20, 30, 3], { activation: sigmoid }), 4);
    expect([executor.threads, executor.threadsReason]).toEqual([2, undefined]);
  });
});

test('wasm rejects invalid numbers of threads', async () => {
  for (const threads of [0, 1.5, 17]) {
    await expect(wasm({ threads })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  }
});

test('after the engine is disposed, executors throw DISPOSED', async () => {
  const engine = await wasm({ threads: 2, minThreadedWork: 0 });
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  const executor = engine.prepare(graph, 2);
  executor.step(Float32Array.of(1, 2), Float32Array.of(1), 1, mse(), sgd({ learningRate: 0.1 }));
  engine.dispose();
  engine.dispose();
  expect(() => executor.predict(new Float32Array(2), 1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  executor.dispose();
});

test('an undisposed engine with several threads does not keep the process alive', () => {
  const script = fileURLToPath(new URL('undisposed-threads.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--conditions=@nnbp/source', script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(output).toContain('done on 2 threads');
});

/** Builds a recurrent layer whose candidates are multiplied by gates. */
function gated(units: number): Graph {
  const builder = new GraphBuilder();
  const hidden = Array.from({ length: units }, (_, k) => `state ${k}`);
  const from = [...builder.inputs(5), ...hidden.map((id) => delayed(id))];
  const gates = builder.layer(units, { name: 'gate', from, activation: sigmoid, fixed: { c: 1 } });
  const candidates = builder.layer(units, { name: 'candidate', from, activation: sigmoid });
  hidden.forEach((id, k) =>
    builder.node(id, {
      from: [gates[k], candidates[k]],
      aggregation: product,
      activation: relu,
      fixed: { b: 0, w: 1 },
    }),
  );
  builder.output(...builder.layer(3, { name: 'out', from: hidden, activation: sigmoid }));
  return builder.build();
}

/** Builds four filters over 12 inputs, with windows of 3 inputs. The nodes of a filter share b and their weights. */
function convolution(): Graph {
  const builder = new GraphBuilder();
  const inputs = builder.inputs(12);
  for (let filter = 0; filter < 4; filter++) {
    for (let at = 0; at < 10; at++) {
      const from = inputs.slice(at, at + 3);
      const w = Object.fromEntries(from.map((id, k) => [id, `w ${filter} ${k}`]));
      builder.output(
        builder.node(`${filter} at ${at}`, {
          from,
          activation: relu,
          fixed: { c: 1 },
          shared: { b: `b ${filter}`, w },
        }),
      );
    }
  }
  return builder.build();
}

/** Builds levels of 50 nodes. Each node has ten random predecessors in previous levels. */
function wideSparse(random: Random): Graph {
  const builder = new GraphBuilder();
  const ids = Array.from({ length: 20 }, (_, k) => builder.input(`input ${k}`));
  for (let n = 0; n < 200; n++) {
    const sourceCount = 20 + 50 * Math.floor(n / 50);
    const from = new Set<string>();
    while (from.size < 10) from.add(ids[Math.floor(random.uniform() * sourceCount)]);
    ids.push(builder.node(`node ${n}`, { from: [...from], activation: sigmoid }));
  }
  for (const id of ids.slice(-5)) builder.output(id);
  return builder.build();
}
