/** Creates layered graphs as starting points for editing, and parses layer sizes that the user types. */
import { GraphBuilder, Network } from '@nnbp/core';
import { builtinActivations } from '../functions.js';
import { describe } from '../network.js';
import type { NetworkDescription } from '../state.js';
import { max } from './edits.js';
import { EditError } from './edit-error.js';

interface Layers {
  /** Nodes per layer, from the inputs to the outputs. */
  readonly sizes: readonly number[];
  /** The name of the activation that all nodes use. */
  readonly activation: string;
  /** Whether each layer is connected to all earlier layers. */
  readonly skips: boolean;
}

/** Creates a layered graph with nodes 1, 2, … and random weights, rounded to three decimals. The seed is always 1. */
export function layeredNetwork({ sizes, activation, skips }: Layers): NetworkDescription {
  const builder = new GraphBuilder();
  let count = 0;
  let before: string[] = [];
  for (const [k, size] of sizes.entries()) {
    const ids = Array.from({ length: size }, () => String(++count));
    for (const id of ids) {
      if (k === 0) builder.input(id);
      else builder.node(id, { from: before, activation: builtinActivations[activation] });
    }
    if (k === sizes.length - 1) builder.output(...ids);
    before = skips ? [...before, ...ids] : ids;
  }
  const network = describe(new Network(builder.build(), { seed: 1 }));
  return {
    ...network,
    nodes: network.nodes.map((node) => ({ ...node, w: node.w.map((w) => Math.round(w * 1000) / 1000) })),
  };
}

/**
 * Parses layer sizes, such as "2, 4, 2, 1" or "2-4-2-1".
 *
 * @param skips - Whether each layer will be connected to all earlier layers.
 * @throws EditError if the sizes are invalid or too large
 */
export function parseSizes(text: string, skips: boolean): number[] {
  const parts = text.split(/[^\d.]+/).filter((part) => part !== '');
  const sizes = parts.map(Number);
  if (sizes.length < 2 || sizes.length > 12 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new EditError({ reason: 'badSizes' });
  }
  // Check the size before the graph is built. The limits on predecessors and outputs are checked by `edit`.
  const nodes = sizes.slice(1).reduce((sum, size) => sum + size, 0);
  if (sizes[0] > max.inputs) throw new EditError({ reason: 'tooMany', what: 'inputs', count: sizes[0] });
  if (nodes > max.nodes) throw new EditError({ reason: 'tooMany', what: 'nodes', count: nodes });
  let [edges, before] = [0, sizes[0]];
  for (const size of sizes.slice(1)) {
    edges += before * size;
    before = skips ? before + size : size;
  }
  if (edges > max.edges) throw new EditError({ reason: 'tooMany', what: 'edges', count: edges });
  return sizes;
}
