/** Between a network and its document: think of a score, and of the music made from it again, note for note. */
import { type Activation, type Graph, GraphBuilder, Network, NnbpError, Standardization } from '@nnbp/core';
import { format, type NetworkDocument, type NodesDocument, version } from './document.js';
import { activationsNamed, type FunctionName, nameOf } from './plugins.js';

/**
 * The network without its parameters.
 *
 * @throws NnbpError `UNSUPPORTED` (two activations of the user's own have one name)
 */
export function describe({ graph, inputScaler, outputScaler, outputTransform }: Network): NetworkDocument {
  expectNamesApart(graph);
  const names = graph.activations.map(nameOf);
  return {
    format,
    version,
    inputs: graph.ids.slice(0, graph.inputCount),
    nodes: groups(graph, names),
    outputs: Array.from(graph.outputs, (i) => graph.ids[i]),
    ...(inputScaler && { inputUnits: { mean: inputScaler.mean, deviation: inputScaler.deviation } }),
    ...(outputScaler && { outputUnits: { mean: outputScaler.mean, deviation: outputScaler.deviation } }),
    ...(outputTransform !== 'none' && { outputTransform }),
  };
}

/**
 * The graph that is described, and its units; parameters are 0.
 *
 * @param supplied - The user's own activations, all that the document names.
 * @throws NnbpError `MISSING_PLUGIN` (an activation that is not shipped), `UNSUPPORTED`, `MALFORMED` (no graph: a cycle, an id twice, an edge from nowhere; the order is not topological)
 */
export function rebuild(document: NetworkDocument, supplied: readonly Activation[]): Network {
  const { inputs, nodes, outputs, inputUnits, outputUnits, outputTransform = 'none' } = document;
  const activationOf = activationsNamed(supplied);
  return asMalformed(() => {
    const builder = new GraphBuilder();
    for (const id of inputs) builder.input(id);
    for (const { ids, from, activation, fixed, shared = [] } of nodes) {
      const options = {
        from,
        activation: activationOf(typeof activation === 'string' ? { name: activation } : activation),
        fixed: fixed ? { c: 1 } : {},
        shared: { w: Object.fromEntries(shared) },
      };
      const layer = from.length > 0 && shared.length === 0 ? layerName(ids) : undefined;
      if (layer !== undefined) builder.layer(ids.length, { ...options, name: layer });
      else for (const id of ids) builder.node(id, options);
    }
    builder.output(...outputs);
    const graph = builder.build();
    const declared = [...inputs, ...nodes.flatMap(({ ids }) => ids)];
    if (graph.ids.some((id, i) => id !== declared[i])) {
      throw new NnbpError('MALFORMED', 'nodes: expected every node after its predecessors.');
    }
    const network = new Network(graph, { initializer: () => 0, outputTransform });
    if (inputUnits) network.inputScaler = new Standardization(inputUnits.mean, inputUnits.deviation);
    if (outputUnits) network.outputScaler = new Standardization(outputUnits.mean, outputUnits.deviation);
    return network;
  });
}

/** If these are the ids that the builder gives to a layer, its name: a layer takes much less memory than its nodes. */
function layerName(ids: readonly string[]): string | undefined {
  const name = ids[0].slice(0, -2);
  return ids.length > 1 && ids.every((id, k) => id === `${name}.${k}`) ? name : undefined;
}

/** What the builder says of a bad graph, as something that is wrong with the file. */
function asMalformed<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof NnbpError) || error.code === 'MISSING_PLUGIN' || error.code === 'UNSUPPORTED') throw error;
    throw new NnbpError('MALFORMED', `The model describes no network: ${error.message}`, { cause: error });
  }
}

/** Nodes in a row that differ by their id alone, together: a dense layer is one entry. */
function groups(graph: Graph, names: readonly FunctionName[]): NodesDocument[] {
  const { edgeStart, predecessors, ids } = graph;
  const shared = sharedNames(graph);
  const sameAs = (i: number, j: number) => {
    const count = edgeStart[i + 1] - edgeStart[i];
    if (count !== edgeStart[j + 1] - edgeStart[j]) return false;
    if (graph.activationOf[i] !== graph.activationOf[j] || graph.scaleTrainable[i] !== graph.scaleTrainable[j])
      return false;
    for (let k = 0; k < count; k++) if (predecessors[edgeStart[i] + k] !== predecessors[edgeStart[j] + k]) return false;
    return shared(i).length === 0 && shared(j).length === 0;
  };
  const found: (Omit<NodesDocument, 'ids'> & { readonly ids: string[] })[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    if (i > graph.inputCount && sameAs(i, i - 1)) {
      found[found.length - 1].ids.push(ids[i]);
      continue;
    }
    const from = Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => ids[predecessors[edgeStart[i] + k]]);
    const own = shared(i);
    found.push({
      ids: [ids[i]],
      from,
      activation: names[graph.activationOf[i]],
      ...(graph.scaleTrainable[i] === 0 && { fixed: true }),
      ...(own.length > 0 && { shared: own }),
    });
  }
  return found;
}

/** For each node its predecessors whose weights are shared, each with a name that all edges of that weight have. */
export function sharedNames(graph: Graph): (i: number) => [from: string, name: string][] {
  const { edgeStart, predecessors, sharedWeights, ids } = graph;
  if (sharedWeights === undefined) return () => [];
  const uses = new Uint32Array(graph.parameterCount);
  for (let e = 0; e < graph.edgeCount; e++) uses[sharedWeights[e]]++;
  return (i) => {
    const pairs: [string, string][] = [];
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
      if (uses[sharedWeights[e]] > 1) pairs.push([ids[predecessors[e]], `w${sharedWeights[e]}`]);
    }
    return pairs;
  };
}

function expectNamesApart({ activations }: Graph): void {
  const own = new Map<string, Activation>();
  for (const activation of activations) {
    if (activation.builtin !== undefined) continue;
    if (own.has(activation.name)) {
      throw new NnbpError(
        'UNSUPPORTED',
        `Two activations are called "${activation.name}": a file knows them by their names, so give one of them another.`,
      );
    }
    own.set(activation.name, activation);
  }
}
