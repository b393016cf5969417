/**
 * Random acyclic graphs with skip edges, shared weights, several outputs and more. The same seed gives the same graph.
 */
import { type Activation, type Graph, GraphBuilder, type NodeOptions, type Random } from '@nnbp/core';
import { everyActivation } from './every-plugin.js';

/** Options of {@link randomGraph}. */
export interface RandomGraphOptions {
  /** The maximum number of nodes, including inputs: ≥ 1, or ≥ 2 if `output` is set. Default: 200. */
  readonly nodes?: number;
  /** The activations to choose from. Default: all of `@nnbp/activations`. */
  readonly activations?: readonly Activation[];
  /**
   * Options of all output nodes. For example, if a loss requires outputs between 0 and 1, set an activation with such
   * values. Default: as for other nodes.
   */
  readonly output?: Pick<NodeOptions, 'activation' | 'fixed'>;
}

/**
 * Creates a random directed acyclic graph of at most `nodes` nodes with skip edges, shared weights, several outputs,
 * outputs with successors, unused inputs, nodes without predecessors, and mixed activations. The scale c is fixed at 1
 * in some nodes and trainable in the others. Unless `output` is set, an input can also be an output.
 *
 * @example
 * ```ts
 * import { randomGraph } from '@nnbp/conformance';
 * import { Random } from '@nnbp/core';
 *
 * randomGraph(new Random(1)).nodeCount === randomGraph(new Random(1)).nodeCount; // true
 * ```
 */
export function randomGraph(random: Random, options: RandomGraphOptions = {}): Graph {
  const { nodes = 200, activations = everyActivation, output } = options;
  const below = (n: number) => Math.floor(random.uniform() * n);
  const chance = (p: number) => random.uniform() < p;

  const total = output === undefined ? 1 + below(nodes) : 2 + below(Math.max(nodes - 1, 1));
  const inputCount = 1 + below(Math.min(5, output === undefined ? total : total - 1));
  const outputs = new Set([total - 1]);
  for (let k = below(4); k > 0; k--) {
    const computed = total - inputCount;
    if (output === undefined && (computed === 0 || chance(0.1))) outputs.add(below(inputCount));
    else outputs.add(inputCount + below(computed));
  }

  const builder = new GraphBuilder();
  const ids: string[] = [];
  for (let i = 0; i < total; i++) {
    if (i < inputCount) {
      ids.push(builder.input(`input ${i}`));
      continue;
    }
    const from = chance(0.05) ? [] : randomPredecessors(random, ids);
    const shared: [string, string][] = from.filter(() => chance(0.15)).map((id) => [id, `shared ${below(4)}`]);
    const nodeOptions: Pick<NodeOptions, 'activation' | 'fixed'> = {
      activation: activations[below(activations.length)],
      fixed: chance(0.25) ? { c: 1 } : {},
    };
    ids.push(
      builder.node(`node ${i}`, {
        ...nodeOptions,
        ...(outputs.has(i) && output),
        from,
        shared: { w: Object.fromEntries<string>(shared) },
      }),
    );
  }
  for (const i of outputs) builder.output(ids[i]);
  return builder.build();
}

/**
 * Draws one to eight of the earlier ids (fewer are more likely), half of them from the last ten, so that the graph is
 * deep and has skip edges.
 */
function randomPredecessors(random: Random, ids: readonly string[]): string[] {
  const picked = new Set<string>();
  const tries = 1 + Math.floor(8 * random.uniform() ** 2);
  for (let k = 0; k < tries; k++) {
    const back = random.uniform() < 0.5 ? Math.min(10, ids.length) : ids.length;
    picked.add(ids[ids.length - 1 - Math.floor(random.uniform() * back)]);
  }
  return [...picked];
}
