import { relu, tanh } from '@nnbp/activations';
import { expectConformance, randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Graph, GraphBuilder, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { wasm } from '@nnbp/wasm';
import { expect, test } from 'vitest';

/** The duration in seconds; `FUZZ_SECONDS=600 npx vitest run --project wasm fuzz` runs longer. */
const seconds = Number(process.env.FUZZ_SECONDS ?? 5);
/** If set, only the case with this seed runs. */
const fixedSeed = process.env.FUZZ_SEED;

test(
  'random graphs agree with the reference engine',
  async () => {
    const engines = [await wasm(), await wasm({ threads: 2, minThreadedWork: 0 })];
    const end = performance.now() + 1000 * seconds;
    let seed = fixedSeed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(fixedSeed);
    console.log(`first seed ${seed}`);
    let runs = 0;
    do {
      const random = new Random(seed);
      const below = (n: number) => Math.floor(random.uniform() * n);
      const graph = random.uniform() < 0.5 ? blocks(random) : randomGraph(random, { nodes: 120 });
      const max = [1, 1, 20, 20, 150][below(5)];
      const data = randomSamples(graph, random, 1 + below(max));
      try {
        for (const engine of engines) expectConformance(engine, graph, randomParameters(graph, random), data, mse());
      } catch (error) {
        throw new Error(`Repeat with FUZZ_SEED=${seed}: ${String(error)}`, { cause: error });
      }
      runs++;
      seed++;
    } while (fixedSeed === undefined && performance.now() < end);
    engines[1].dispose();
    expect(runs).toBeGreaterThan(0);
    console.log(`${runs} graphs`);
  },
  1000 * seconds + 30_000,
);

/**
 * Creates random layers, each of which reads some of the previous layers. For these graphs, the engine uses dense
 * blocks of all widths and, for one sample, unrolled code.
 */
function blocks(random: Random): Graph {
  const below = (n: number) => Math.floor(random.uniform() * n);
  const builder = new GraphBuilder();
  const groups = [Array.from({ length: 1 + below(40) }, (_, k) => builder.input(`input ${k}`))];
  for (let n = 1 + below(6); n > 0; n--) {
    const from = groups.filter(() => random.uniform() < 0.5).flat();
    // Sometimes leave out some of these nodes, so that the predecessors of a layer are not consecutive.
    if (random.uniform() < 0.3) from.splice(0, from.length, ...from.filter(() => random.uniform() < 0.7));
    if (from.length === 0) from.push(...groups[groups.length - 1]);
    const options = { from, activation: random.uniform() < 0.5 ? relu : tanh };
    const fixed = random.uniform() < 0.5 ? { c: 1 } : {};
    groups.push(builder.layer(1 + below(30), { ...options, fixed, name: `layer ${n}` }));
  }
  const outputs = new Set([groups[groups.length - 1][0], ...groups.flat().filter(() => random.uniform() < 0.05)]);
  for (const id of outputs) builder.output(id);
  return builder.build();
}
