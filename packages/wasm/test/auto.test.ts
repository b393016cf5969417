import { tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, mlp, ReferenceExecutor } from '@nnbp/core';
import { auto } from '@nnbp/wasm';
import { expect, test } from 'vitest';
import { WasmExecutor } from '../src/executor.js';

test('auto runs a graph without delays on the wasm engine', async () => {
  const engine = await auto();
  expect(engine.name).toBe('wasm');
  expect(engine.prepare(mlp([2, 3, 1], { activation: tanh }), 4)).toBeInstanceOf(WasmExecutor);
});

test('the engine from auto matches the outputs of the reference engine on a graph with delays', async () => {
  const engine = await auto();
  const builder = new GraphBuilder();
  builder.output(builder.node('h', { from: [builder.input('x'), delayed('h')], activation: tanh }));
  const graph = builder.build();
  expect(engine.supports(graph)).toEqual([]);
  const [executor, reference] = [engine.prepare(graph, 1, 3), new ReferenceExecutor(graph, 1, 3)];
  const inputs = Float64Array.of(1, 2, 3);
  for (const each of [executor, reference]) each.parameters.fill(0.5);
  const expected = reference.predict(inputs, [1, 1, 1]);
  executor.predict(inputs, [1, 1, 1]).forEach((x, t) => expect(x).toBeCloseTo(expected[t], 6));
});

test('an engine from auto rejects a batch size of 0', async () => {
  const engine = await auto();
  const outOfRange = expect.objectContaining({ code: 'OUT_OF_RANGE' }) as Error;
  expect(() => engine.prepare(mlp([1, 1], { activation: tanh }), 0)).toThrow(outOfRange);
});
