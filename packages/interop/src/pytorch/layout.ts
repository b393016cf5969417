/**
 * Where each parameter is when the network is a PyTorch module: think of the seating plan on which the way out and the
 * way back agree. A block of nodes has `weight`, `bias` and `scale`, as PyTorch's own layers have; weights that several
 * edges share stand once, in `shared`.
 */
import type { Graph } from '@nnbp/core';
import { type Block, blocks } from '@nnbp/formats/shared';

/** A tensor of the module: its name in the state, its shape, and for each entry the index of the parameter there. */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameters: readonly number[];
}

/** A block as the module has it. */
export interface ModuleBlock extends Block {
  /** A matrix of own weights; or a weight an edge, written into a matrix; or a weight an edge, summed edge by edge. */
  readonly kind: 'Dense' | 'Packed' | 'Sparse';
  /** For each node, how many edges it has. */
  readonly fanIn: readonly number[];
  /** For each edge, node after node, the place of its predecessor in `from`… */
  readonly columns: readonly number[];
  /** …and of its weight in the block's own weights followed by the shared ones. */
  readonly places: readonly number[];
  /** How many weights are the block's own. */
  readonly ownWeights: number;
  /** The places of nodes whose c is a parameter. */
  readonly scaled: readonly number[];
}

/** The module's blocks, each after all it needs, and all its parameters. */
export interface Layout {
  readonly blocks: readonly ModuleBlock[];
  readonly sharedWeights: number;
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
  seat('shared', shared);

  const moduleBlocks = blocks(graph).map((block, k): ModuleBlock => {
    const { nodes, from, form } = block;
    const columnOf = new Map(from.map((j, column) => [j, column]));
    const edges = nodes.flatMap((i) => sortedEdges(graph, i));
    const parameters = edges.map(({ parameter }) => parameter);
    const own = parameters.filter((parameter) => !sharedPlace.has(parameter));
    const dense = form === 'dense' && own.length === edges.length && own.length > 0;
    const scaled = nodes.flatMap((i, place) => (graph.scaleTrainable[i] === 1 ? [place] : []));
    let next = 0;
    const places = parameters.map((parameter) => {
      const place = sharedPlace.get(parameter);
      return place === undefined ? next++ : own.length + place;
    });
    seat(`blocks.${k}.weight`, own, dense ? [nodes.length, from.length] : [own.length]);
    seat(
      `blocks.${k}.bias`,
      nodes.map((i) => graph.biasIndex(i)),
    );
    seat(
      `blocks.${k}.scale`,
      scaled.map((place) => graph.scaleIndex(nodes[place])),
    );
    return {
      ...block,
      kind: dense ? 'Dense' : form === 'sparse' || edges.length === 0 ? 'Sparse' : 'Packed',
      fanIn: nodes.map((i) => graph.edgeStart[i + 1] - graph.edgeStart[i]),
      columns: edges.map(({ predecessor }) => columnOf.get(predecessor)!),
      places,
      ownWeights: own.length,
      scaled,
    };
  });
  return { blocks: moduleBlocks, sharedWeights: shared.length, seatings };
}

/** The parameters that are the weight of more than one edge. */
function sharedParameters({ sharedWeights, edgeCount }: Graph): number[] {
  const seen = new Set<number>();
  const shared = new Set<number>();
  for (let e = 0; e < edgeCount && sharedWeights !== undefined; e++) {
    if (seen.has(sharedWeights[e])) shared.add(sharedWeights[e]);
    seen.add(sharedWeights[e]);
  }
  return [...shared].sort((a, b) => a - b);
}

/** The edges into node i by predecessor, as a block lists those it reads. */
function sortedEdges(graph: Graph, i: number): { readonly predecessor: number; readonly parameter: number }[] {
  const first = graph.edgeStart[i];
  return Array.from({ length: graph.edgeStart[i + 1] - first }, (_, k) => ({
    predecessor: graph.predecessors[first + k],
    parameter: graph.weightIndex(first + k, i),
  })).sort((a, b) => a.predecessor - b.predecessor);
}
