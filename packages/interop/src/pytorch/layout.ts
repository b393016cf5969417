/**
 * The tensors of a network as a PyTorch module, used by both export and import. A block of nodes has `weight`, `bias` and
 * `scale`, like PyTorch's own layers; shared parameters are stored once, in `shared`, and fixed ones are constants.
 */
import type { Graph } from '@nnbp/core';
import { type Block, blocks, sourceOf } from '@nnbp/formats/shared';

/** A tensor of the module: its name in the state, its shape, and for each entry the index of the parameter there. */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameters: readonly number[];
}

/** The b, c or w of a block: how many are its own, and where each stands among these, the shared ones and the fixed ones. */
export interface Numbers {
  readonly own: number;
  /** Undefined: all are its own, in their order. */
  readonly places: readonly number[] | undefined;
}

/** A block as the module has it. */
export interface ModuleBlock extends Block {
  /** A matrix of own weights; or a weight an edge, written into a matrix, summed edge by edge, or aggregated. */
  readonly kind: 'Dense' | 'Packed' | 'Sparse' | 'Aggregated';
  /** For each node, how many edges it has. */
  readonly fanIn: readonly number[];
  /** For each edge, node after node, the place of what it reads in `from`. */
  readonly columns: readonly number[];
  readonly weights: Numbers;
  readonly biases: Numbers;
  /** Undefined: every c is fixed at 1. */
  readonly scales: Numbers | undefined;
}

/** The module's blocks, each after all it needs, and all its parameters. */
export interface Layout {
  readonly blocks: readonly ModuleBlock[];
  readonly sharedCount: number;
  readonly seatings: readonly ParameterSlot[];
}

/** How a graph becomes a module. The same graph always has the same layout. */
export function layout(graph: Graph): Layout {
  const shared = sharedParameters(graph);
  const sharedPlace = new Map(shared.map((parameter, k) => [parameter, k]));
  const seatings: ParameterSlot[] = [];
  const seat = (name: string, parameters: readonly number[], shape: readonly number[] = [parameters.length]) => {
    if (parameters.length > 0) seatings.push({ name, shape, parameters });
  };
  const isOwn = (slot: number) => slot < graph.parameterCount && !sharedPlace.has(slot);
  const numbers = (slots: readonly number[]): Numbers => {
    const own = slots.filter(isOwn).length;
    if (own === slots.length) return { own, places: undefined };
    let next = 0;
    const places = slots.map((slot) => {
      if (isOwn(slot)) return next++;
      const constant = shared.length + slot - graph.parameterCount;
      return own + (sharedPlace.get(slot) ?? constant);
    });
    return { own, places };
  };
  seat('shared', shared);

  const moduleBlocks = blocks(graph).map((block, k): ModuleBlock => {
    const { nodes, from, form, aggregation } = block;
    const columnOf = new Map(from.map((j, column) => [j, column]));
    // The first of the largest edges is that of the graph's order.
    const edges = nodes.flatMap((i) => (aggregation === undefined ? sortedEdges(graph, i) : edgesOf(graph, i)));
    const slots = {
      weight: edges.map(({ slot }) => slot),
      bias: nodes.map((i) => graph.biasSlot(i)),
      scale: nodes.map((i) => graph.scaleSlot(i)),
    };
    const weights = numbers(slots.weight);
    const dense = form === 'dense' && weights.places === undefined && edges.length > 0;
    seat(`blocks.${k}.weight`, slots.weight.filter(isOwn), dense ? [nodes.length, from.length] : undefined);
    seat(`blocks.${k}.bias`, slots.bias.filter(isOwn));
    seat(`blocks.${k}.scale`, slots.scale.filter(isOwn));
    const unscaled = slots.scale.every((slot) => graph.constants[slot - graph.parameterCount] === 1);
    const summed = dense ? 'Dense' : form === 'sparse' || edges.length === 0 ? 'Sparse' : 'Packed';
    return {
      ...block,
      kind: aggregation === undefined ? summed : 'Aggregated',
      fanIn: nodes.map((i) => graph.edgeStart[i + 1] - graph.edgeStart[i]),
      columns: edges.map(({ source }) => columnOf.get(source)!),
      weights,
      biases: numbers(slots.bias),
      scales: unscaled ? undefined : numbers(slots.scale),
    };
  });
  return { blocks: moduleBlocks, sharedCount: shared.length, seatings };
}

/** The parameters that more than one edge or node has. */
function sharedParameters(graph: Graph): number[] {
  if (graph.sharedWeights === undefined) return [];
  const users = new Uint32Array(graph.parameterCount);
  const use = (slot: number) => {
    if (slot < graph.parameterCount) users[slot]++;
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    use(graph.biasSlot(i));
    use(graph.scaleSlot(i));
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) use(graph.weightSlot(e, i));
  }
  return [...users.keys()].filter((parameter) => users[parameter] > 1);
}

interface Edge {
  /** As `sourceOf` numbers it. */
  readonly source: number;
  readonly slot: number;
}

/** The edges into node i. */
const edgesOf = (graph: Graph, i: number): Edge[] =>
  Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => {
    const edge = graph.edgeStart[i] + k;
    return { source: sourceOf(graph, edge), slot: graph.weightSlot(edge, i) };
  });

/** The same by what they read, as a block lists it. */
const sortedEdges = (graph: Graph, i: number): Edge[] => edgesOf(graph, i).sort((a, b) => a.source - b.source);
