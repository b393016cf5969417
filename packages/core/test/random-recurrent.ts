/** Random graphs with delayed edges. */
import { sigmoid, tanh } from '@nnbp/activations';
import { type Aggregation, delayed, type Graph, GraphBuilder, type Random, type Source } from '@nnbp/core';

/** The product, with a derivative that is also correct for zeros. */
export const product: Aggregation = {
  name: 'product',
  value: (z) => Array.from(z).reduce((a, ze) => a * ze, 1),
  derivative: (z, _, dAdz) => {
    for (let e = 0; e < z.length; e++) dAdz[e] = Array.from(z).reduce((a, ze, k) => (k === e ? a : a * ze), 1);
  },
};

/**
 * Creates a graph with delays of up to 3 steps, product aggregations, fixed and shared parameters, and one or two
 * outputs.
 */
export function randomRecurrentGraph(random: Random): Graph {
  const below = (n: number) => Math.floor(random.uniform() * n);
  const chance = (p: number) => random.uniform() < p;
  const builder = new GraphBuilder();
  const inputs = 1 + below(3);
  const count = inputs + 1 + below(8);
  const ids = Array.from({ length: count }, (_, k) => `n${k}`);
  ids.slice(0, inputs).forEach((id) => builder.input(id));
  for (let k = inputs; k < count; k++) {
    const from = new Map<string, Source>();
    for (let n = 1 + below(4); n > 0; n--) {
      const steps = below(4);
      const id = ids[steps === 0 ? below(k) : below(count)];
      from.set(`${id} ${steps}`, steps === 0 ? id : delayed(id, steps, { initial: Number(id.slice(1)) / 8 }));
    }
    const sources = [...from.values()];
    const nameOf = (source: Source) => (typeof source === 'string' ? source : `${source.id}@-${source.steps}`);
    const randomNames = (p: number) => sources.map(nameOf).filter(() => chance(p));
    const fixed = randomNames(0.2);
    builder.node(ids[k], {
      from: sources,
      activation: chance(0.7) ? tanh : sigmoid,
      ...(chance(0.3) && { aggregation: product }),
      fixed: {
        ...(chance(0.2) && { b: random.uniform() }),
        ...(chance(0.2) && { c: 0.5 + below(2) / 2 }),
        w: Object.fromEntries(fixed.map((name) => [name, random.uniform()])),
      },
      shared: {
        w: Object.fromEntries(
          randomNames(0.3)
            .filter((name) => !fixed.includes(name))
            .map((name) => [name, `w${below(3)}`]),
        ),
      },
    });
  }
  builder.output(ids[count - 1]);
  if (count - inputs > 2 && chance(0.5)) builder.output(ids[inputs + 1]);
  return builder.build();
}
