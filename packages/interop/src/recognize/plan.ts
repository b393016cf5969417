/** A graph as standard layers where its nodes are exactly those, and blocks of nodes for the rest. */
import { type Graph, levels } from '@nnbp/core';
import { type Block, blocks } from '@nnbp/formats/shared';
import { type Known, Nodes } from './nodes.js';
import { type RecurrentLayer, recurrentLayers } from './recurrent.js';
import { type WindowLayer, windowLayers } from './windows.js';

/** A part of a graph that is computed at once. */
export type Step =
  | { readonly block: Block }
  | { readonly recurrent: RecurrentLayer }
  | { readonly windows: WindowLayer };

/** Which layers to look for, and when one is accepted. Default: all of them. */
export interface PlanOptions {
  readonly recurrent?: (layer: RecurrentLayer) => boolean;
  readonly windows?: (layer: WindowLayer) => boolean;
}

/**
 * The steps that compute a graph, each after all that it reads of this step.
 *
 * @param known - The value of a slot, or undefined where it may change: a layer that holds only for the values of some
 * parameters is found if these are known.
 * @param wanted - Nodes to compute, including everything they depend on.
 */
export function planSteps(
  graph: Graph,
  known: Known,
  wanted: (i: number) => boolean,
  { recurrent = () => true, windows = () => true }: PlanOptions = {},
): Step[] {
  const nodes = new Nodes(graph, known);
  const level = levels(graph);
  const taken = new Set<number>();
  const take = (layer: RecurrentLayer | WindowLayer) => {
    if (layer.nodes.some((i) => taken.has(i))) return false;
    for (const i of layer.nodes) taken.add(i);
    return true;
  };
  const layers = [
    ...recurrentLayers(nodes)
      .filter((layer) => recurrent(layer) && take(layer))
      .map((layer) => ({ recurrent: layer, level: level[layer.units[0]], nodes: layer.nodes })),
    ...windowLayers(nodes)
      .filter((layer) => windows(layer) && take(layer))
      .map((layer) => ({ windows: layer, level: level[layer.nodes[0]], nodes: layer.nodes })),
  ].sort((a, b) => a.level - b.level);
  const needed = Uint8Array.from(graph.ids, (_, i) => (wanted(i) ? 1 : 0));
  // A layer of which one node is needed computes all of them, and needs what they read.
  const used = layers
    .toReversed()
    .filter((layer) => layer.nodes.some((i) => needed[i] === 1) && need(graph, layer.nodes, needed))
    .reverse();
  const rest = blocks(graph, (i) => needed[i] === 1 && !taken.has(i)).map((block) => ({
    block,
    level: level[block.nodes[0]],
  }));
  // A layer's units are on its last level, so that what it reads is on lower ones, and what reads it on higher ones.
  return [...used, ...rest].sort((a, b) => a.level - b.level);
}

/** Marks these nodes, and all that they depend on. */
function need(graph: Graph, nodes: readonly number[], needed: Uint8Array): true {
  const left = nodes.filter((i) => needed[i] === 0);
  for (const i of left) needed[i] = 1;
  for (let i = left.pop(); i !== undefined; i = left.pop()) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const j = graph.predecessors[e];
      if (needed[j] === 1) continue;
      needed[j] = 1;
      left.push(j);
    }
  }
  return true;
}
