/** Compares wasm with the reference engine on graphs that have fixed parameters, shared parameters and aggregations. */
import { logSumExp, max, maxAbs, mean, median, min, product } from '@nnbp/aggregations';
import { relu, tanh } from '@nnbp/activations';
import { randomParameters, randomSamples } from '@nnbp/conformance';
import { type Aggregation, type Graph, GraphBuilder, type NodeOptions, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';
import { expectNearReference } from './near.js';

const engines = [await wasm(), await wasm({ threads: 2, minThreadedWork: 0 })];
const firstSeed = 1;

/**
 * Creates a random graph of layers. The b, c and w of a layer are trainable, fixed or shared by name, and some layers
 * use an aggregation other than the sum.
 */
function randomLayeredGraph(random: Random, aggregations: readonly Aggregation[] = []): Graph {
  const below = (n: number) => Math.floor(random.uniform() * n);
  const builder = new GraphBuilder();
  const ids = Array.from({ length: 1 + below(6) }, (_, k) => builder.input(`input ${k}`));
  const withChance = <Value>(chance: number, value: () => Value) => (random.uniform() < chance ? value() : undefined);
  for (let n = 0; n < 6; n++) {
    const from = ids.filter(() => random.uniform() < 0.6);
    if (from.length === 0) from.push(ids[0]);
    const fixed: NonNullable<NodeOptions['fixed']> = {
      ...withChance(0.3, () => ({ b: below(3) - 1 })),
      ...withChance(0.3, () => ({ c: 1 + below(2) })),
      ...withChance(0.2, () => ({ w: 0.5 })),
    };
    const shared: NonNullable<NodeOptions['shared']> = {
      ...(fixed.b === undefined && withChance(0.3, () => ({ b: `b ${below(2)}` }))),
      ...(fixed.c === undefined && withChance(0.3, () => ({ c: `c ${below(2)}` }))),
      ...(fixed.w === undefined &&
        withChance(0.4, () => ({ w: Object.fromEntries(from.map((id, k) => [id, `w ${n % 2} ${k}`])) }))),
    };
    const aggregation = random.uniform() < 0.6 ? aggregations[below(aggregations.length)] : undefined;
    const options = {
      from,
      activation: random.uniform() < 0.5 ? relu : tanh,
      fixed,
      shared,
      ...(aggregation && { aggregation }),
    };
    for (let k = 0; k < 1 + below(8); k++) ids.push(builder.node(`node ${n} ${k}`, options));
  }
  builder.output(ids[ids.length - 1]);
  builder.output(ids[ids.length - 2]);
  return builder.build();
}

/** Compares every engine with the reference engine on five random graphs. */
function compare(samples: number, aggregations?: readonly Aggregation[]): void {
  for (let seed = firstSeed; seed < firstSeed + 5; seed++) {
    const random = new Random(seed);
    const graph = randomLayeredGraph(random, aggregations);
    for (const engine of engines) {
      expect(engine.supports(graph)).toEqual([]);
      const data = randomSamples(graph, random, samples);
      try {
        expectNearReference(engine, graph, { ...data, parameters: randomParameters(graph, random), loss: mse() });
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
  }
}

const sumOfSquares: Aggregation = {
  name: 'sumOfSquares',
  value: (z) => Array.from(z).reduce((sum, ze) => sum + ze * ze, 0),
  derivative: (z, _, dAdz) => {
    for (let e = 0; e < z.length; e++) dAdz[e] = 2 * z[e];
  },
};
const aggregations = [logSumExp, max, maxAbs, mean, median, min, product, sumOfSquares];

describe.each([1, 2, 7, 32])('batches of %i samples', (samples) => {
  test('wasm agrees with the reference engine on graphs with fixed and shared parameters', () => compare(samples));
  test.each(aggregations.map((aggregation) => [aggregation.name, aggregation] as const))(
    'wasm agrees with the reference engine on graphs with the aggregation %s',
    (_, aggregation) => compare(samples, [aggregation]),
  );
  test('wasm agrees with the reference engine on graphs with several aggregations', () =>
    compare(samples, aggregations));
});
