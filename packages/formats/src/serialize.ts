/** Converts a network to a document and back. */
import {
  type Activation,
  type Aggregation,
  delayed,
  edgeName,
  type Graph,
  GraphBuilder,
  mismatch,
  Network,
  NnbpError,
  type Source,
  Standardization,
} from '@nnbp/core';
import {
  format,
  maxState,
  type NetworkDocument,
  type NodesDocument,
  type ParameterDocument,
  type SourceDocument,
  version,
} from './document.js';
import { asMalformed } from './as-malformed.js';
import { functionsNamed, nameOf, type Plugins } from './plugins.js';

/**
 * Returns the document of a network, without the values of its parameters.
 *
 * @throws NnbpError `UNSUPPORTED` (two custom activations or aggregations with the same name), `TOO_LARGE` (nodes whose
 * longest delays add up to more than 2²⁴)
 */
export function describe({ graph, inputScaler, outputScaler, outputTransform }: Network): NetworkDocument {
  expectDistinctNames('activations', graph.activations);
  expectDistinctNames('aggregations', graph.aggregations);
  expectBoundedState(graph);
  const initial = initialValuesOf(graph);
  return {
    format,
    version,
    inputs: graph.ids.slice(0, graph.inputCount),
    nodes: groups(graph),
    outputs: Array.from(graph.outputs, (i) => graph.ids[i]),
    ...(initial.length > 0 && { initial }),
    ...(inputScaler && { inputScaler: { mean: inputScaler.mean, deviation: inputScaler.deviation } }),
    ...(outputScaler && { outputScaler: { mean: outputScaler.mean, deviation: outputScaler.deviation } }),
    ...(outputTransform !== 'none' && { outputTransform }),
  };
}

/**
 * Builds the network of a document, including scalers. All parameters are 0.
 *
 * @param supplied - All custom functions that the document names.
 * @throws NnbpError `MISSING_PLUGIN` (the document names a built-in function that does not exist), `UNSUPPORTED`,
 * `MALFORMED` (not a valid graph, or not in topological order)
 */
export function rebuild(document: NetworkDocument, supplied: Plugins): Network {
  const { inputs, nodes, outputs, initial = [], inputScaler, outputScaler, outputTransform = 'none' } = document;
  const { activationOf, aggregationOf } = functionsNamed(supplied);
  const named = <T>(value: NodesDocument['activation'], resolve: (name: { name: string }) => T) =>
    resolve(typeof value === 'string' ? { name: value } : value);
  const unread = new Map(initial);
  if (unread.size < initial.length) throw new NnbpError('MALFORMED', 'initial: expected each id once.');
  const sourceOf = (source: SourceDocument): Source => {
    if (typeof source === 'string') return source;
    const value = unread.get(source.id);
    unread.delete(source.id);
    return delayed(source.id, source.delay, value === undefined ? {} : { initial: value });
  };
  return asMalformed('The model', () => {
    const builder = new GraphBuilder();
    for (const id of inputs) builder.input(id);
    for (const { ids, from, activation, aggregation, ...parameters } of nodes) {
      const sources = from.map(sourceOf);
      const options = {
        from: sources,
        activation: named(activation, activationOf),
        ...(aggregation !== undefined && { aggregation: named(aggregation, aggregationOf) }),
        ...placements(sources, parameters),
      };
      const layer = from.length > 0 && parameters.w === undefined ? layerName(ids) : undefined;
      if (layer !== undefined) builder.layer(ids.length, { ...options, name: layer });
      else for (const id of ids) builder.node(id, options);
    }
    builder.output(...outputs);
    const graph = builder.build();
    const declared = [...inputs, ...nodes.flatMap(({ ids }) => ids)];
    if (graph.ids.some((id, i) => id !== declared[i])) {
      throw new NnbpError('MALFORMED', 'nodes: expected every node after its predecessors.');
    }
    const [stray] = unread.keys();
    if (stray !== undefined) {
      throw mismatch('MALFORMED', 'initial', 'ids of nodes read by delayed edges', stray);
    }
    expectBoundedState(graph);
    const network = new Network(graph, { initializer: () => 0, outputTransform });
    network.parameters.vector.fill(0);
    if (inputScaler) network.inputScaler = new Standardization(inputScaler.mean, inputScaler.deviation);
    if (outputScaler) network.outputScaler = new Standardization(outputScaler.mean, outputScaler.deviation);
    return network;
  });
}

/** Converts fixed and shared parameters to the options of `GraphBuilder`. */
function placements(from: readonly Source[], { b, c, w }: Pick<NodesDocument, 'b' | 'c' | 'w'>) {
  if (w !== undefined && w.length !== from.length) {
    throw mismatch('MALFORMED', 'w', `one entry per edge (${from.length})`, w.length);
  }
  const ofType = <T>(type: 'number' | 'string') => {
    const hasType = (value: ParameterDocument | null | undefined) => typeof value === type;
    return {
      ...(hasType(b) && { b: b as T }),
      ...(hasType(c) && { c: c as T }),
      ...(w && {
        w: Object.fromEntries(
          from.map((source, k) => [edgeName(source), w[k] as T]).filter(([, v]) => hasType(v as ParameterDocument)),
        ) as Record<string, T>,
      }),
    };
  };
  return { fixed: ofType<number>('number'), shared: ofType<string>('string') };
}

/** The name of the layer, if the ids are those of a layer. A layer takes much less memory than separate nodes. */
function layerName(ids: readonly string[]): string | undefined {
  const name = ids[0].slice(0, -2);
  return ids.length > 1 && ids.every((id, k) => id === `${name}.${k}`) ? name : undefined;
}

/** Groups consecutive nodes that differ only in their ids: a dense layer is one entry. */
function groups(graph: Graph): NodesDocument[] {
  const { edgeStart, predecessors, ids, activationOf } = graph;
  const activations = graph.activations.map(nameOf);
  const aggregations = graph.aggregations.map((aggregation) => aggregation && nameOf(aggregation));
  const placementOf = parameterPlacements(graph);
  const sameAs = (i: number, j: number) => {
    const count = edgeStart[i + 1] - edgeStart[i];
    if (count !== edgeStart[j + 1] - edgeStart[j]) return false;
    if (activationOf[i] !== activationOf[j] || graph.aggregation(i) !== graph.aggregation(j)) return false;
    for (let k = 0; k < count; k++) {
      const [e, f] = [edgeStart[i] + k, edgeStart[j] + k];
      if (predecessors[e] !== predecessors[f] || graph.delay(e) !== graph.delay(f)) return false;
    }
    return true;
  };
  const groups: (Omit<NodesDocument, 'ids'> & { readonly ids: string[] })[] = [];
  let last: ReturnType<typeof placementOf> = {};
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const placement = placementOf(i);
    const { b, c, w } = placement;
    if (i > graph.inputCount && !w && !last.w && b === last.b && c === last.c && sameAs(i, i - 1)) {
      groups[groups.length - 1].ids.push(ids[i]);
      continue;
    }
    last = placement;
    const aggregation = aggregations[graph.aggregationOf?.[i] ?? 0];
    groups.push({
      ids: [ids[i]],
      from: Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => sourceAt(graph, edgeStart[i] + k)),
      activation: activations[activationOf[i]],
      ...(aggregation && { aggregation }),
      ...placement,
    });
  }
  return groups;
}

export function sourceAt(graph: Graph, edge: number): SourceDocument {
  const id = graph.ids[graph.predecessors[edge]];
  const delay = graph.delay(edge);
  return delay === 0 ? id : { id, delay };
}

/**
 * Returns a function that lists the fixed and the shared parameters of node i. The name of a shared parameter is its
 * letter (b, c or w) and its index, such as `w7`.
 */
export function parameterPlacements(graph: Graph): (i: number) => Pick<NodesDocument, 'b' | 'c' | 'w'> {
  const { edgeStart, parameterCount, constants, weightSlots } = graph;
  const uses = new Uint32Array(weightSlots === undefined ? 0 : parameterCount);
  if (weightSlots !== undefined) {
    const count = (index: number) => {
      if (index >= 0) uses[index]++;
    };
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      count(graph.biasIndex(i));
      count(graph.scaleIndex(i));
      for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) count(graph.weightIndex(e, i));
    }
  }
  const placement = (letter: string, slot: number): ParameterDocument | null => {
    if (slot >= parameterCount) return constants[slot - parameterCount];
    return uses[slot] > 1 ? `${letter}${slot}` : null;
  };
  return (i) => {
    const b = placement('b', graph.biasSlot(i));
    const c = placement('c', graph.scaleSlot(i));
    const w: (ParameterDocument | null)[] = [];
    if (weightSlots !== undefined) {
      for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) w.push(placement('w', weightSlots[e]));
    }
    return {
      ...(b !== null && { b }),
      ...(c !== null && { c }),
      ...(w.some((entry) => entry !== null) && { w }),
    };
  };
}

/** The initial values (before the first step) of nodes read by delayed edges, except zeros. */
function initialValuesOf({ ids, initialValues, stateStart, nodeCount }: Graph): [id: string, value: number][] {
  const entries: [string, number][] = [];
  for (let i = 0; initialValues !== undefined && i < nodeCount; i++) {
    if (stateStart![i + 1] > stateStart![i] && !Object.is(initialValues[i], 0))
      entries.push([ids[i], initialValues[i]]);
  }
  return entries;
}

function expectBoundedState({ stateSize }: Graph): void {
  if (stateSize > maxState) {
    throw new NnbpError(
      'TOO_LARGE',
      `The longest delays of the nodes add up to ${stateSize}: expected at most ${maxState} in a file.`,
    );
  }
}

function expectDistinctNames(kind: string, functions: readonly (Activation | Aggregation | undefined)[]): void {
  const names = new Set<string>();
  for (const plugin of functions) {
    if (plugin === undefined || plugin.builtin !== undefined) continue;
    if (names.has(plugin.name)) {
      throw new NnbpError(
        'UNSUPPORTED',
        `Two custom ${kind} have the name "${plugin.name}". Files refer to custom ${kind} by name: rename one of the two.`,
      );
    }
    names.add(plugin.name);
  }
}
