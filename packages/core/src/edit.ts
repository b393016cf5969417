/**
 * Edits the structure of a graph and keeps its trained parameters. The result is a new graph; the original does not
 * change.
 */
import { expectNodeOptions, GraphBuilder, type NodeOptions } from './builder.js';
import { edgeName, expectSource, type Source } from './delayed.js';
import { NnbpError } from './errors.js';
import { expectGraph, expectObject, mismatch } from './expect.js';
import type { Graph } from './graph.js';
import { Network, type NetworkOptions } from './network.js';
import { ParameterVector } from './parameters.js';

/** An edited graph, with the origin of each of its parameters. */
export interface EditedGraph {
  /** The new graph. */
  readonly graph: Graph;
  /** For each parameter of the new graph, its index in the old graph, or −1 if it is new. */
  readonly origin: Int32Array;
}

/** The changes that {@link GraphEditor.change} makes. */
export interface NodeChanges {
  /** The activation. Default: unchanged. */
  readonly activation?: NodeOptions['activation'];
  /** The aggregation; null for the sum. Default: unchanged. */
  readonly aggregation?: NodeOptions['aggregation'] | null;
}

/** A node that is being edited. */
interface Draft {
  readonly options: Omit<NodeOptions, 'from' | 'fixed' | 'shared'>;
  readonly fixed: { b?: number; c?: number; w: Map<string, number> };
  readonly shared: { b?: string; c?: string; w: Map<string, string> };
  readonly from: Source[];
  /**
   * The slots that the kept parameters have in the old graph; see `Graph`. Undefined if the node keeps no parameters.
   */
  readonly slots?: { readonly b?: number; readonly c?: number; readonly w: Map<string, number> };
}

const idOf = (source: Source) => (typeof source === 'string' ? source : source.id);

/**
 * Edits a graph. Created by {@link edit}. Only `build` validates the whole graph, so the graph may be invalid between
 * edits.
 */
export class GraphEditor {
  readonly #inputs: string[];
  readonly #nodes = new Map<string, Draft>();
  #outputs: string[];

  /** @internal */
  constructor(graph: Graph) {
    expectGraph(graph);
    this.#inputs = graph.ids.slice(0, graph.inputCount);
    this.#outputs = Array.from(graph.outputs, (i) => graph.ids[i]);
    const useCounts = countSlotUses(graph);
    for (let i = graph.inputCount; i < graph.nodeCount; i++)
      this.#nodes.set(graph.ids[i], draftOf(graph, i, useCounts));
  }

  /**
   * Adds an input after the existing ones.
   *
   * @throws NnbpError `DUPLICATE_ID`
   */
  input(id: string): this {
    this.#expectNew(id);
    this.#inputs.push(id);
    return this;
  }

  /**
   * Adds a node, with the options of `GraphBuilder.node`. Throws only the errors listed here; `build` throws all other
   * errors of `GraphBuilder.node`.
   *
   * @throws NnbpError `DUPLICATE_ID`, `WRONG_TYPE`, `OUT_OF_RANGE` (a delay), `NOT_FINITE` (the initial value)
   */
  node(id: string, node: NodeOptions): this {
    this.#expectNew(id);
    expectNodeOptions(`Node "${id}"`, node);
    const { from, fixed = {}, shared = {}, ...options } = node;
    const { w = {} } = fixed;
    const all = typeof w === 'number' ? Object.fromEntries(from.map((source) => [edgeName(source), w])) : w;
    this.#nodes.set(id, {
      options,
      from: [...from],
      fixed: { ...fixed, w: new Map(Object.entries(all)) },
      shared: { ...shared, w: new Map(Object.entries(shared.w ?? {})) },
    });
    return this;
  }

  /**
   * Removes a node or an input with all of its edges. If the node is an output, the graph loses that output.
   *
   * @throws NnbpError `UNKNOWN_ID`
   */
  remove(id: string): this {
    this.#expectKnown(id);
    const input = this.#inputs.indexOf(id);
    if (input >= 0) this.#inputs.splice(input, 1);
    this.#nodes.delete(id);
    this.#outputs = this.#outputs.filter((other) => other !== id);
    for (const draft of this.#nodes.values()) {
      for (const source of draft.from.filter((source) => idOf(source) === id)) removeEdge(draft, edgeName(source));
    }
    return this;
  }

  /**
   * Adds an edge to a node, after its other edges.
   *
   * @param source - The predecessor's id, or a delayed edge from it.
   * @throws NnbpError `UNKNOWN_ID`, `DUPLICATE_EDGE`, `WRONG_TYPE`, `OUT_OF_RANGE` (the delay), `NOT_FINITE` (the
   * initial value)
   */
  connect(source: Source, to: string): this {
    expectSource(`Node "${to}"`, source);
    this.#expectKnown(idOf(source));
    const draft = this.#draft(to);
    if (draft.from.some((other) => edgeName(other) === edgeName(source))) {
      throw new NnbpError('DUPLICATE_EDGE', `Node "${to}" already has the predecessor "${edgeName(source)}".`);
    }
    draft.from.push(source);
    return this;
  }

  /**
   * Removes an edge.
   *
   * @param from - The predecessor's id or, for an edge with a delay of 2 steps, `id@-2`.
   * @throws NnbpError `UNKNOWN_ID`
   */
  disconnect(from: string, to: string): this {
    const draft = this.#draft(to);
    this.#edge(draft, from, to);
    removeEdge(draft, from);
    return this;
  }

  /**
   * Inserts a new node into an edge: from → id → to. The edge out of the new node gets a new weight. The edge into
   * the new node takes over the weight of the split edge. A fixed weight stays fixed, a shared weight shared. If
   * `options` sets a fixed or shared weight for the edge into the new node, that weight is used instead.
   *
   * @param options - Options of the new node, without `from`: its only predecessor is the source of the split edge,
   * with the same delay.
   * @throws NnbpError `UNKNOWN_ID`, `DUPLICATE_ID`, `WRONG_TYPE`
   */
  split(from: string, to: string, id: string, options: Omit<NodeOptions, 'from'>): this {
    const draft = this.#draft(to);
    const source = this.#edge(draft, from, to);
    this.node(id, { ...options, from: [source] });
    const added = this.#nodes.get(id)!;
    if (!added.fixed.w.has(from) && !added.shared.w.has(from)) {
      const [w, name, slot] = [draft.fixed.w.get(from), draft.shared.w.get(from), draft.slots?.w.get(from)];
      if (w !== undefined) added.fixed.w.set(from, w);
      if (name !== undefined) added.shared.w.set(from, name);
      if (slot !== undefined) this.#nodes.set(id, { ...added, slots: { w: new Map([[from, slot]]) } });
    }
    removeEdge(draft, from);
    draft.from.push(id);
    return this;
  }

  /**
   * Changes how a node computes its value. `aggregation: null` sets the default, the sum.
   *
   * @throws NnbpError `UNKNOWN_ID`, `WRONG_TYPE`
   */
  change(id: string, changes: NodeChanges): this {
    const draft = this.#draft(id);
    expectObject(`Node "${id}"`, changes, 'an object with activation or aggregation', ['activation', 'aggregation']);
    const { activation = draft.options.activation, aggregation = draft.options.aggregation } = changes;
    const { aggregation: _, ...others } = draft.options;
    this.#nodes.set(id, {
      ...draft,
      options: { ...others, activation, ...(aggregation !== null && aggregation !== undefined && { aggregation }) },
    });
    return this;
  }

  /**
   * Adds a node or an input to the end of the list of outputs. If `isOutput` is false, removes it from the list.
   *
   * @throws NnbpError `UNKNOWN_ID`
   */
  output(id: string, isOutput = true): this {
    this.#expectKnown(id);
    this.#outputs = this.#outputs.filter((other) => other !== id);
    if (isOutput) this.#outputs.push(id);
    return this;
  }

  /**
   * Validates and builds the new graph.
   *
   * @throws NnbpError any error thrown by `GraphBuilder.node`, `output` and `build`
   */
  build(): EditedGraph {
    const builder = new GraphBuilder();
    for (const id of this.#inputs) builder.input(id);
    for (const [id, { options, from, fixed, shared }] of this.#nodes) {
      builder.node(id, {
        ...options,
        from,
        fixed: { ...fixed, w: Object.fromEntries(fixed.w) },
        shared: { ...shared, w: Object.fromEntries(shared.w) },
      });
    }
    builder.output(...this.#outputs);
    const graph = builder.build();
    return { graph, origin: this.#origin(graph) };
  }

  #origin(graph: Graph): Int32Array {
    const origin = new Int32Array(graph.parameterCount).fill(-1);
    const record = (index: number, old: number | undefined) => {
      // The index of a fixed parameter is −1. A typed array ignores writes to index −1.
      if (old !== undefined) origin[index] = old;
    };
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      const slots = this.#nodes.get(graph.ids[i])!.slots;
      record(graph.biasIndex(i), slots?.b);
      record(graph.scaleIndex(i), slots?.c);
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        record(graph.weightIndex(e, i), slots?.w.get(graph.edgeName(e)));
      }
    }
    return origin;
  }

  #draft(id: string): Draft {
    const draft = this.#nodes.get(id);
    if (draft === undefined) throw new NnbpError('UNKNOWN_ID', `Node "${id}" does not exist or is an input.`);
    return draft;
  }

  #edge(draft: Draft, from: string, to: string): Source {
    const source = draft.from.find((other) => edgeName(other) === from);
    if (source === undefined) throw new NnbpError('UNKNOWN_ID', `Node "${to}" has no edge from "${from}".`);
    return source;
  }

  #has(id: string): boolean {
    return this.#nodes.has(id) || this.#inputs.includes(id);
  }

  #expectNew(id: string): void {
    if (this.#has(id)) throw new NnbpError('DUPLICATE_ID', `A node with the id "${id}" already exists.`);
  }

  #expectKnown(id: string): void {
    if (!this.#has(id)) throw new NnbpError('UNKNOWN_ID', `The graph has no node "${id}".`);
  }
}

/**
 * Returns an editor for a graph, to add and remove nodes and edges, change activations and aggregations, and split
 * edges.
 *
 * @throws NnbpError `WRONG_TYPE`
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { edit, mlp } from '@nnbp/core';
 *
 * const { graph } = edit(mlp([2, 3, 1], { activation: tanh })).connect('input.0', 'output.0').build();
 * graph.edgeCount; // 10
 * ```
 */
export const edit = (graph: Graph): GraphEditor => new GraphEditor(graph);

/**
 * Creates a network from an edited graph, with the parameters of the original network. New parameters are
 * initialized as in a new network. The output transform is kept unless `options` sets one. The input scaler is kept if
 * the number of inputs is unchanged, and the output scaler if the number of outputs is unchanged.
 *
 * @param network - The network whose graph was edited.
 * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH` (the network has fewer parameters than the graph before the edit)
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { edit, keepParameters, mlp, Network } from '@nnbp/core';
 *
 * const network = new Network(mlp([2, 3, 1], { activation: tanh }), { seed: 1 });
 * const edited = edit(network.graph).connect('input.0', 'output.0').remove('layer1.2').build();
 * const after = keepParameters(network, edited);
 * after.getParameters('layer1.0').w['input.1'] === network.getParameters('layer1.0').w['input.1']; // true
 * ```
 */
export function keepParameters(network: Network, edited: EditedGraph, options: NetworkOptions = {}): Network {
  expectObject('edited', edited, 'the result of edit(graph).build()');
  if (!((network as Network | null)?.parameters instanceof ParameterVector)) {
    throw mismatch('WRONG_TYPE', 'network', 'a Network', network, typeof network);
  }
  const { graph, origin } = edited;
  expectGraph(graph);
  const { length } = network.parameters.vector;
  const missing = origin.find((old) => old >= length);
  if (missing !== undefined) {
    throw mismatch(
      'WRONG_LENGTH',
      'network',
      `the network whose graph was edited, with more than ${missing} parameters`,
      length,
    );
  }
  const result = new Network(graph, { outputTransform: network.outputTransform, ...options });
  origin.forEach((old, p) => {
    if (old >= 0) result.parameters.vector[p] = network.parameters.vector[old];
  });
  if (graph.inputCount === network.graph.inputCount) result.inputScaler = network.inputScaler;
  if (graph.outputs.length === network.graph.outputs.length) result.outputScaler = network.outputScaler;
  return result;
}

function countSlotUses(graph: Graph): Uint32Array {
  const useCounts = new Uint32Array(graph.parameterCount + graph.constants.length);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    useCounts[graph.biasSlot(i)]++;
    useCounts[graph.scaleSlot(i)]++;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) useCounts[graph.weightSlot(e, i)]++;
  }
  return useCounts;
}

function draftOf(graph: Graph, i: number, useCounts: Uint32Array): Draft {
  const fixed: Draft['fixed'] = { w: new Map() };
  const shared: Draft['shared'] = { w: new Map() };
  const readSlot = (slot: number, fix: (value: number) => void, share: (name: string) => void) => {
    if (slot >= graph.parameterCount) fix(graph.constants[slot - graph.parameterCount]);
    // The prefix \0 distinguishes this name from names that callers choose.
    else if (useCounts[slot] > 1) share(`\0${slot}`);
  };
  const [b, c] = [graph.biasSlot(i), graph.scaleSlot(i)];
  readSlot(
    b,
    (value) => (fixed.b = value),
    (name) => (shared.b = name),
  );
  readSlot(
    c,
    (value) => (fixed.c = value),
    (name) => (shared.c = name),
  );
  const from: Source[] = [];
  const w = new Map<string, number>();
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
    const [j, steps] = [graph.predecessors[e], graph.delay(e)];
    const source = steps === 0 ? graph.ids[j] : { id: graph.ids[j], steps, initial: graph.initialValues![j] };
    const name = edgeName(source);
    from.push(source);
    w.set(name, graph.weightSlot(e, i));
    readSlot(
      graph.weightSlot(e, i),
      (value) => fixed.w.set(name, value),
      (sharedName) => shared.w.set(name, sharedName),
    );
  }
  const aggregation = graph.aggregation(i);
  const init = graph.initializers.get(i);
  return {
    options: {
      activation: graph.activations[graph.activationOf[i]],
      ...(aggregation && { aggregation }),
      ...(init && { init }),
    },
    fixed,
    shared,
    from,
    slots: { b, c, w },
  };
}

function removeEdge({ from, fixed, shared, slots }: Draft, name: string): void {
  from.splice(
    from.findIndex((source) => edgeName(source) === name),
    1,
  );
  fixed.w.delete(name);
  shared.w.delete(name);
  slots?.w.delete(name);
}
