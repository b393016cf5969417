/** Divides a graph into the standard layers that its nodes match exactly, and blocks of the remaining nodes. */
import { type Graph, levels } from '@nnbp/core';
import { type Block, blocks } from '@nnbp/formats/shared';
import { type Known, Nodes } from './nodes.js';
import { type RecurrentLayer, recurrentLayers } from './recurrent.js';
import { constantsOf, directionsOf, type UnrolledLayer, unrolledLayers } from './unrolled.js';
import { type WindowLayer, windowLayers } from './windows.js';

/** A part of a graph that is computed in one step. */
export type Step =
  | { readonly block: Block }
  | { readonly recurrent: RecurrentLayer }
  | { readonly windows: WindowLayer };

/** A recurrent layer over all time steps of a sample, or two that read the time steps in opposite directions. */
export interface UnrolledStep {
  readonly unrolled: readonly UnrolledLayer[];
}

/** Filters for the layers of a plan. Default: all layers are accepted. */
export interface PlanOptions {
  readonly recurrent?: (layer: RecurrentLayer) => boolean;
  readonly windows?: (layer: WindowLayer) => boolean;
}

/** Options for export formats that also support layers over all time steps of a sample. */
export interface UnrolledPlanOptions extends PlanOptions {
  readonly unrolled: boolean;
}

/**
 * Plans the steps that compute a graph, each after everything it reads without a delay.
 *
 * @param known - Returns the value of a slot (see `Graph`), or undefined if the value may change. A layer that requires
 * certain parameter values is found only if these values are known.
 * @param requested - Whether a node has to be computed. Nodes on which it depends are computed too.
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
  const reserve = (layer: { readonly nodes: readonly number[] }) => {
    if (layer.nodes.some((i) => taken.has(i))) return false;
    for (const i of layer.nodes) taken.add(i);
    return true;
  };
  const acceptedUnrolled = unrolled ? unrolledLayers(nodes).filter(reserve) : [];
  const level = levelsWith(graph, acceptedUnrolled);
  const layers = [
    ...directionsOf(acceptedUnrolled).map((directions) => ({
      unrolled: directions,
      level: level[directions[0].nodes[0]],
      nodes: directions.flatMap((layer) => layer.nodes),
    })),
    ...recurrentLayers(nodes)
      .filter((layer) => recurrent(layer) && reserve(layer))
      .map((layer) => ({ recurrent: layer, level: level[layer.units[0]], nodes: layer.nodes })),
    ...windowLayers(nodes)
      .filter((layer) => windows(layer) && reserve(layer))
      .map((layer) => ({ windows: layer, level: level[layer.nodes[0]], nodes: layer.nodes })),
  ].sort((a, b) => a.level - b.level);
  const needed = Uint8Array.from(graph.ids, (_, i) => (requested(i) ? 1 : 0));
  // If one node of a layer is needed, the layer computes all its nodes and needs everything they read.
  const used = layers
    .toReversed()
    .filter((layer) => layer.nodes.some((i) => needed[i] === 1) && markNeeded(graph, layer.nodes, needed))
    .reverse();
  for (const i of constantsOf(nodes, acceptedUnrolled)) needed[i] = 0;
  const rest = blocks(graph, (i) => needed[i] === 1 && !taken.has(i), level).map((block) => ({
    block,
    level: level[block.nodes[0]],
  }));
  // The level of a layer is the highest level of its nodes (in a recurrent layer, the level of its units). The nodes
  // that the layer reads without a delay have lower levels, and the nodes that read the layer have higher levels.
  return [...used, ...rest].sort((a, b) => a.level - b.level);
}

/**
 * The level of each node. All nodes of an unrolled layer have the same level, because the layer computes all time steps
 * at once.
 */
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
      const maxInputLevel = directions.reduce(
        (max, { inputs }) => inputs.flat().reduce((highest, i) => Math.max(highest, level[i]), max),
        0,
      );
      for (const { nodes } of directions) for (const i of nodes) raise(i, maxInputLevel + 1);
    }
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      if (layerOf.has(i)) continue;
      let maxInputLevel = 0;
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        if (graph.delay(e) === 0) maxInputLevel = Math.max(maxInputLevel, level[graph.predecessors[e]]);
      }
      raise(i, maxInputLevel + 1);
    }
  }
  return level;
}

/** Marks these nodes and all nodes on which they depend. Returns true, for use in a condition. */
function markNeeded(graph: Graph, nodes: readonly number[], needed: Uint8Array): true {
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
