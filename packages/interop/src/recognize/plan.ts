/** A graph as standard layers where its nodes are exactly those, and blocks of nodes for the rest. */
import { type Graph, levels } from '@nnbp/core';
import { type Block, blocks } from '@nnbp/formats/shared';
import { type Known, Nodes } from './nodes.js';
import { type RecurrentLayer, recurrentLayers } from './recurrent.js';
import { constantsOf, directionsOf, type UnrolledLayer, unrolledLayers } from './unrolled.js';
import { type WindowLayer, windowLayers } from './windows.js';

/** A part of a graph that is computed at once. */
export type Step =
  | { readonly block: Block }
  | { readonly recurrent: RecurrentLayer }
  | { readonly windows: WindowLayer };

/** A recurrent layer over all steps of a sample, or two that read them in opposite directions. */
export interface UnrolledStep {
  readonly unrolled: readonly UnrolledLayer[];
}

/** Which layers to look for, and when one is accepted. Default: all of them. */
export interface PlanOptions {
  readonly recurrent?: (layer: RecurrentLayer) => boolean;
  readonly windows?: (layer: WindowLayer) => boolean;
}

/** Options for programs that also support layers over all steps of a sample. */
export interface UnrolledPlanOptions extends PlanOptions {
  /** Whether to look for recurrent layers that are unrolled over their steps. */
  readonly unrolled: boolean;
}

/**
 * The steps that compute a graph, each after all that it reads of this step.
 *
 * @param known - The value of a slot, or undefined where it may change: a layer that holds only for the values of some
 * parameters is found if these are known.
 * @param requested - Nodes to compute, including everything they depend on.
 */
export function planSteps(
  graph: Graph,
  known: Known,
  requested: (i: number) => boolean,
  options: UnrolledPlanOptions,
): (Step | UnrolledStep)[];
export function planSteps(graph: Graph, known: Known, requested: (i: number) => boolean, options?: PlanOptions): Step[];
export function planSteps(
  graph: Graph,
  known: Known,
  requested: (i: number) => boolean,
  { recurrent = () => true, windows = () => true, unrolled = false }: Partial<UnrolledPlanOptions> = {},
): (Step | UnrolledStep)[] {
  const nodes = new Nodes(graph, known);
  const taken = new Set<number>();
  const take = (layer: { readonly nodes: readonly number[] }) => {
    if (layer.nodes.some((i) => taken.has(i))) return false;
    for (const i of layer.nodes) taken.add(i);
    return true;
  };
  const overSteps = unrolled ? unrolledLayers(nodes).filter(take) : [];
  const level = levelsWith(graph, overSteps);
  const layers = [
    ...directionsOf(overSteps).map((directions) => ({
      unrolled: directions,
      level: level[directions[0].nodes[0]],
      nodes: directions.flatMap((layer) => layer.nodes),
    })),
    ...recurrentLayers(nodes)
      .filter((layer) => recurrent(layer) && take(layer))
      .map((layer) => ({ recurrent: layer, level: level[layer.units[0]], nodes: layer.nodes })),
    ...windowLayers(nodes)
      .filter((layer) => windows(layer) && take(layer))
      .map((layer) => ({ windows: layer, level: level[layer.nodes[0]], nodes: layer.nodes })),
  ].sort((a, b) => a.level - b.level);
  const needed = Uint8Array.from(graph.ids, (_, i) => (requested(i) ? 1 : 0));
  // A layer of which one node is needed computes all of them, and needs what they read.
  const used = layers
    .toReversed()
    .filter((layer) => layer.nodes.some((i) => needed[i] === 1) && need(graph, layer.nodes, needed))
    .reverse();
  for (const i of constantsOf(nodes, overSteps)) needed[i] = 0;
  const rest = blocks(graph, (i) => needed[i] === 1 && !taken.has(i), level).map((block) => ({
    block,
    level: level[block.nodes[0]],
  }));
  // A layer's units are on its last level, so that what it reads is on lower ones, and what reads it on higher ones.
  return [...used, ...rest].sort((a, b) => a.level - b.level);
}

/** The level of each node, where all nodes of an unrolled layer have the same one: it computes all its steps at once. */
function levelsWith(graph: Graph, layers: readonly UnrolledLayer[]): Uint32Array {
  const level = levels(graph);
  if (layers.length === 0) return level;
  const layerOf = new Map(layers.flatMap((layer) => layer.nodes.map((i) => [i, layer] as const)));
  const groups = directionsOf(layers);
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    const raise = (i: number, to: number) => {
      if (level[i] === to) return;
      level[i] = to;
      isSettled = false;
    };
    for (const directions of groups) {
      const above = directions.reduce(
        (max, { inputs }) => inputs.flat().reduce((most, i) => Math.max(most, level[i]), max),
        0,
      );
      for (const { nodes } of directions) for (const i of nodes) raise(i, above + 1);
    }
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      if (layerOf.has(i)) continue;
      let above = 0;
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        if (graph.delay(e) === 0) above = Math.max(above, level[graph.predecessors[e]]);
      }
      raise(i, above + 1);
    }
  }
  return level;
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
