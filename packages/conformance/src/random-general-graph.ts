/** Random graphs with delayed edges, every aggregation, and fixed and shared parameters. */
import * as aggregations from '@nnbp/aggregations';
import {
  type Activation,
  type Aggregation,
  delayed,
  type Graph,
  GraphBuilder,
  type Random,
  type Source,
  edgeName,
} from '@nnbp/core';
import { everyActivation } from './every-plugin.js';

const everyAggregation = Object.values<Aggregation>(aggregations).filter(({ builtin }) => builtin !== undefined);

/** Options of {@link randomGeneralGraph}. */
export interface RandomGeneralGraphOptions {
  /** The maximum number of nodes that are not inputs. Default: 10. */
  readonly nodes?: number;
  /** The activations to choose from. Default: all of `@nnbp/activations`. */
  readonly activations?: readonly Activation[];
  /** The aggregations to choose from, in addition to the sum. Default: all of `@nnbp/aggregations`. */
  readonly aggregations?: readonly Aggregation[];
  /** Whether edges may be delayed. Default: true. */
  readonly delays?: boolean;
}

/**
 * Creates a random graph with delays of 1 to 3 steps (including delayed inputs, outputs and self-connections), initial
 * values, aggregations, fixed and shared b, c and w, and one to three outputs. The same seed gives the same graph.
 *
 * @example
 * ```ts
 * import { randomGeneralGraph } from '@nnbp/conformance';
 * import { Random } from '@nnbp/core';
 *
 * randomGeneralGraph(new Random(1)).stateSize === randomGeneralGraph(new Random(1)).stateSize; // true
 * ```
 */
export function randomGeneralGraph(random: Random, options: RandomGeneralGraphOptions = {}): Graph {
  const { nodes = 10, activations = everyActivation, aggregations = everyAggregation, delays = true } = options;
  const below = (n: number) => Math.floor(random.uniform() * n);
  const chance = (p: number) => random.uniform() < p;
  const pick = <T>(list: readonly T[]) => list[below(list.length)];
  const builder = new GraphBuilder();
  const inputCount = 1 + below(3);
  const count = inputCount + 1 + below(nodes);
  const ids = Array.from({ length: count }, (_, k) => (k < inputCount ? `input ${k}` : `node ${k}`));
  for (const id of ids.slice(0, inputCount)) builder.input(id);
  const initials = ids.map(() => (chance(0.5) ? 0 : random.uniform() - 0.5));
  const randomSubset = <T>(names: readonly string[], value: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.filter(() => chance(0.2)).map((name) => [name, value(name)]));
  for (let k = inputCount; k < count; k++) {
    const edges = new Map<string, Source>();
    for (let n = chance(0.05) ? 0 : 1 + below(4); n > 0; n--) {
      const steps = delays && chance(0.5) ? 1 + below(3) : 0;
      const j = steps === 0 ? below(k) : below(count);
      const source = steps === 0 ? ids[j] : delayed(ids[j], steps, { initial: initials[j] });
      edges.set(edgeName(source), source);
    }
    const names = [...edges.keys()];
    const number = () => pick([0, 1, -0.5, random.uniform()]);
    const fixed = { ...randomSubset(['b', 'c'], number), w: randomSubset(names, number) };
    const free = (list: readonly string[], taken: object) => list.filter((name) => !Object.hasOwn(taken, name));
    const shared = {
      ...randomSubset(free(['b', 'c'], fixed), (letter) => `${letter} ${below(3)}`),
      w: randomSubset(free(names, fixed.w), () => `w ${below(3)}`),
    };
    builder.node(ids[k], {
      from: [...edges.values()],
      activation: pick(activations),
      ...(edges.size > 0 && aggregations.length > 0 && chance(0.4) && { aggregation: pick(aggregations) }),
      fixed,
      shared,
    });
  }
  builder.output(ids[count - 1]);
  if (count - inputCount > 2 && chance(0.5)) builder.output(ids[inputCount + 1]);
  if (chance(0.1)) builder.output(ids[0]);
  return builder.build();
}
