/** Tests layers whose matrix products need several blocks of rows and several slices of the inner dimension. */
import { tanh } from '@nnbp/activations';
import { mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { wasm } from '@nnbp/wasm';
import { expect, test } from 'vitest';
import { expectNearReference } from './near.js';

const samples = 5;

test.each([true, false])('layers of 270 and 250 nodes agree with the reference engine (fused: %s)', async (fused) => {
  const graph = mlp([6, 270, 250, 2], { activation: tanh });
  const random = new Random(5);
  const uniform = (length: number) => Float32Array.from({ length }, () => random.uniform() - 0.5);
  const { vector } = new Network(graph, { seed: 1 }).parameters;
  const engine = await wasm({ fused });
  const executor = engine.prepare(graph, samples);
  executor.parameters.set(vector);
  const pass = { inputs: uniform(6 * samples), targets: uniform(2 * samples), loss: mse(), samples };
  expectNearReference(engine, graph, { ...pass, parameters: executor.parameters });
  expect(executor.describe().denseBlocks.map(({ nodes }) => nodes)).toEqual([250, 270, 2]);
});
