/**
 * Determines the tensors of a network that is exported as a PyTorch module. Used by both export and import. A standard
 * layer has the tensors of the corresponding `torch.nn` layer. Any other block of nodes has `weight`, `bias` and
 * `scale`. Shared parameters are stored once, in `shared`; fixed parameters are constants.
 */
import type { Graph } from '@nnbp/core';
import { type Block, sourceOf } from '@nnbp/formats/shared';
import {
  layerPlan,
  type ModuleLayer,
  type ParameterTensor,
  recurrentModule,
  useCountsOf,
  windowModule,
} from './standard-layers.js';

/** The b, c or w of a block. */
export interface BlockParameters {
  /** The number of parameters that only this block uses. */
  readonly own: number;
  /**
   * The index of each parameter in the list of own, then shared, then fixed parameters. Undefined if all are own
   * parameters, in order.
   */
  readonly indices: readonly number[] | undefined;
}

export interface ModuleBlock extends Block {
  /**
   * `Dense` has a matrix of weights, which only this block uses. The other kinds have a list of weights, one per edge:
   * `Packed` writes the list into a matrix, `Sparse` sums edge by edge, and `Aggregated` applies an aggregation.
   */
  readonly kind: 'Dense' | 'Packed' | 'Sparse' | 'Aggregated';
  /** The number of incoming edges of each node. */
  readonly fanIn: readonly number[];
  /** For each edge, node by node, the index of its source in `from`. */
  readonly columns: readonly number[];
  readonly weights: BlockParameters;
  readonly biases: BlockParameters;
  /** The scales c. Undefined if every c is fixed at 1. */
  readonly scales: BlockParameters | undefined;
}

/** The blocks and layers of the module, each after those it reads, and the tensors of the module's parameters. */
export interface Layout {
  readonly blocks: readonly (ModuleBlock | ModuleLayer)[];
  /** Whether the graph has delays, all of them in recurrent layers. A sequence is then computed layer by layer. */
  readonly isLayered: boolean;
  readonly sharedCount: number;
  readonly tensors: readonly ParameterTensor[];
}

/** Plans the module for a graph. The same graph always has the same layout. */
export function layout(graph: Graph): Layout {
  const useCounts = useCountsOf(graph, graph.ids.keys());
  const { steps, isLayered } = layerPlan(graph, useCounts);
  const parts = steps.map((step) => {
    if ('recurrent' in step) return recurrentModule(graph, step.recurrent);
    return 'windows' in step ? windowModule(graph, step.windows) : step.block;
  });
  const inLayers = new Set(
    parts.flatMap((part) => ('tensors' in part ? part.tensors : [])).flatMap(({ parameters }) => parameters),
  );
  const shared = [...useCounts.keys()].filter((parameter) => useCounts[parameter] > 1 && !inLayers.has(parameter));
  const sharedIndex = new Map(shared.map((parameter, k) => [parameter, k]));
  const tensors: ParameterTensor[] = [];
  const addTensor = (name: string, parameters: readonly number[], shape: readonly number[] = [parameters.length]) => {
    if (parameters.length > 0) tensors.push({ name, shape, parameters });
  };
  const isOwn = (slot: number) => slot < graph.parameterCount && !sharedIndex.has(slot);
  const parametersOf = (slots: readonly number[]): BlockParameters => {
    const own = slots.filter(isOwn).length;
    if (own === slots.length) return { own, indices: undefined };
    let next = 0;
    const indices = slots.map((slot) => {
      if (isOwn(slot)) return next++;
      const constantIndex = shared.length + slot - graph.parameterCount;
      return own + (sharedIndex.get(slot) ?? constantIndex);
    });
    return { own, indices };
  };
  addTensor('shared', shared);

  const moduleBlocks = parts.map((block, k): ModuleBlock | ModuleLayer => {
    if ('tensors' in block) {
      for (const { name, shape, parameters } of block.tensors)
        addTensor(`blocks.${k}.layer.${name}`, parameters, shape);
      return block;
    }
    const { nodes, from, form, aggregation } = block;
    const columnOf = new Map(from.map((j, column) => [j, column]));
    // The edges of a node with an aggregation stay in the order of the graph, because `max` passes the gradient to the
    // first edge that has the largest value.
    const edges = nodes.flatMap((i) => (aggregation === undefined ? sortedEdges(graph, i) : edgesOf(graph, i)));
    const slots = {
      weight: edges.map(({ slot }) => slot),
      bias: nodes.map((i) => graph.biasSlot(i)),
      scale: nodes.map((i) => graph.scaleSlot(i)),
    };
    const weights = parametersOf(slots.weight);
    const dense = form === 'dense' && weights.indices === undefined && edges.length > 0;
    addTensor(`blocks.${k}.weight`, slots.weight.filter(isOwn), dense ? [nodes.length, from.length] : undefined);
    addTensor(`blocks.${k}.bias`, slots.bias.filter(isOwn));
    addTensor(`blocks.${k}.scale`, slots.scale.filter(isOwn));
    const unscaled = slots.scale.every((slot) => graph.constants[slot - graph.parameterCount] === 1);
    const summed = dense ? 'Dense' : form === 'sparse' || edges.length === 0 ? 'Sparse' : 'Packed';
    return {
      ...block,
      kind: aggregation === undefined ? summed : 'Aggregated',
      fanIn: nodes.map((i) => graph.edgeStart[i + 1] - graph.edgeStart[i]),
      columns: edges.map(({ source }) => columnOf.get(source)!),
      weights,
      biases: parametersOf(slots.bias),
      scales: unscaled ? undefined : parametersOf(slots.scale),
    };
  });
  return { blocks: moduleBlocks, isLayered, sharedCount: shared.length, tensors };
}

interface Edge {
  /** The source, as returned by `sourceOf`. */
  readonly source: number;
  readonly slot: number;
}

const edgesOf = (graph: Graph, i: number): Edge[] =>
  Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => {
    const edge = graph.edgeStart[i] + k;
    return { source: sourceOf(graph, edge), slot: graph.weightSlot(edge, i) };
  });

/** The edges into node i, sorted by source like the sources of a block. */
const sortedEdges = (graph: Graph, i: number): Edge[] => edgesOf(graph, i).sort((a, b) => a.source - b.source);
