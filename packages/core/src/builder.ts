/**
 * Where a network's shape is written down, in any order; `build` checks it all and puts the nodes in topological
 * order. A whole layer is one entry here, so a dense network of two million edges costs three.
 */
import type { Activation } from './contract.js';
import { expectInteger, NnbpError } from './errors.js';
import { Graph } from './graph.js';
import { topologicalOrder } from './order.js';

/** What the largest JavaScript map holds, for one layer. */
const maxNodes = 2 ** 24;
/** So that the index of every edge and parameter is below 2³². */
const maxEdges = 2 ** 31;

/** How a node, or each node of a layer, computes its value. */
export interface NodeOptions {
  /** The predecessors' ids. They may be declared later; `build` looks them up. Empty: the node's value is c · g(b). */
  readonly from: readonly string[];
  /** The node's own g. */
  readonly activation: Activation;
  /** Whether c is learnt (`"trainable"`, the default, with 1 to start from) or is 1 and no parameter (`"fixed"`). */
  readonly scale?: 'trainable' | 'fixed';
  /**
   * Names for the weights of some edges, by predecessor. Edges anywhere in the graph whose weights have the same name
   * share one weight, and its gradient is the sum of theirs.
   */
  readonly shared?: Readonly<Record<string, string>>;
}

/** How a layer is made; see {@link NodeOptions}. */
export interface LayerOptions extends NodeOptions {
  /** The ids are `name.0`, `name.1`, …; by default `layer1`, `layer2`, … in the order they were added. */
  readonly name?: string;
}

/** Nodes that have everything but their id in common: `count` of them, declared one after another from `first` on. */
interface Group {
  readonly first: number;
  readonly count: number;
  readonly from: readonly string[];
  readonly activation: Activation;
  readonly scaleTrainable: boolean;
  /** Names of shared weights, by predecessor. */
  readonly shared: ReadonlyMap<string, string>;
}

/**
 * Collects nodes and builds a {@link Graph} of them.
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { GraphBuilder } from '@nnbp/core';
 *
 * const builder = new GraphBuilder();
 * builder.input('1');
 * builder.node('2', { from: ['1'], activation: sigmoid });
 * builder.node('3', { from: ['1', '2'], activation: sigmoid });
 * builder.output('3');
 * builder.build().edgeCount; // 3
 * ```
 */
export class GraphBuilder {
  /** Each declared node's id, in the order of declaration, and its place there. */
  readonly #declared = new Map<string, number>();
  readonly #inputs: number[] = [];
  readonly #outputs = new Set<string>();
  readonly #groups: Group[] = [];
  #layers = 0;
  #edges = 0;

  /**
   * Declares an input node. Inputs take a sample's numbers in the order of their declaration.
   *
   * @returns The id.
   * @throws NnbpError `DUPLICATE_ID`, `WRONG_TYPE`
   */
  input(id: string): string {
    this.#inputs.push(this.#declare([id]));
    return id;
  }

  /**
   * Declares `count` inputs at once.
   *
   * @param name - The ids are `name.0`, `name.1`, …
   * @returns The ids.
   * @throws NnbpError `DUPLICATE_ID`, `EMPTY_LAYER`, `OUT_OF_RANGE`
   */
  inputs(count: number, name = 'input'): string[] {
    const ids = numbered(name, count);
    const first = this.#declare(ids);
    for (let k = 0; k < count; k++) this.#inputs.push(first + k);
    return ids;
  }

  /**
   * Declares a node.
   *
   * @returns The id.
   * @throws NnbpError `DUPLICATE_ID`, `DUPLICATE_EDGE`, `SELF_EDGE`, `UNKNOWN_ID` (a shared weight for a node that is no
   * predecessor), `WRONG_TYPE`, `OUT_OF_RANGE` (more than 2³¹ edges)
   */
  node(id: string, options: NodeOptions): string {
    this.#add([id], options);
    return id;
  }

  /**
   * Declares `units` nodes with the same predecessors and activation.
   *
   * @returns The ids, for the next layer's `from`.
   * @throws NnbpError `EMPTY_LAYER` (no units or no predecessors), and what `node` throws
   *
   * @example
   * ```ts
   * import { identity, tanh } from '@nnbp/activations';
   * import { GraphBuilder } from '@nnbp/core';
   *
   * const builder = new GraphBuilder();
   * const hidden = builder.layer(8, { from: builder.inputs(2), activation: tanh });
   * builder.output(...builder.layer(1, { from: hidden, activation: identity }));
   * ```
   */
  layer(units: number, options: LayerOptions): string[] {
    const name = options.name ?? `layer${this.#layers + 1}`;
    const ids = numbered(name, units);
    if (options.from.length === 0) throw new NnbpError('EMPTY_LAYER', `Layer "${name}" has no predecessors.`);
    this.#add(ids, options);
    this.#layers++;
    return ids;
  }

  /**
   * Declares nodes as outputs: the loss sees their values in this order. An output may feed other nodes too.
   *
   * @throws NnbpError `DUPLICATE_OUTPUT`
   */
  output(...ids: readonly string[]): void {
    const named = new Set<string>();
    for (const id of ids) {
      if (this.#outputs.has(id) || named.has(id)) {
        throw new NnbpError('DUPLICATE_OUTPUT', `"${id}" is named as output twice.`);
      }
      named.add(id);
    }
    for (const id of ids) this.#outputs.add(id);
  }

  /**
   * Validates the whole and orders it.
   *
   * @throws NnbpError `NO_INPUTS`, `NO_OUTPUTS`, `UNKNOWN_ID`, `CYCLE` (naming its nodes)
   */
  build(): Graph {
    if (this.#inputs.length === 0)
      throw new NnbpError('NO_INPUTS', 'The graph has no input: declare one with input().');
    if (this.#outputs.size === 0) throw new NnbpError('NO_OUTPUTS', 'The graph has no output: name one with output().');
    const declaredIds = [...this.#declared.keys()];
    const groups = this.#groups.map((group) => ({
      ...group,
      predecessors: Uint32Array.from(group.from, (id) =>
        this.#placeOf(id, `a predecessor of "${declaredIds[group.first]}"`),
      ),
    }));
    const outputs = Array.from(this.#outputs, (id) => this.#placeOf(id, 'an output'));

    const groupOf = new Array<(typeof groups)[number] | undefined>(declaredIds.length);
    for (const group of groups) groupOf.fill(group, group.first, group.first + group.count);

    const order = topologicalOrder(declaredIds, this.#inputs, (place) => groupOf[place]!.predecessors);
    const nodeCount = order.length;
    const indexOf = new Uint32Array(nodeCount);
    for (let i = 0; i < nodeCount; i++) indexOf[order[i]] = i;

    const activations = [...new Set(groups.map((group) => group.activation))];
    const activationIndex = new Map(activations.map((activation, k) => [activation, k]));
    const activationOf = new Uint32Array(nodeCount);
    const scaleTrainable = new Uint8Array(nodeCount);
    const edgeStart = new Uint32Array(nodeCount + 1);
    const parameterStart = new Uint32Array(nodeCount + 1);
    const predecessors = new Uint32Array(this.#edges);
    const sharing = groups.some((group) => group.shared.size > 0);
    const sharedWeights = sharing ? new Uint32Array(predecessors.length) : undefined;
    const weightNamed = new Map<string, number>();

    for (let i = 0, edge = 0, parameter = 0; i < nodeCount; i++) {
      const group = groupOf[order[i]];
      if (group !== undefined) {
        activationOf[i] = activationIndex.get(group.activation)!;
        scaleTrainable[i] = Number(group.scaleTrainable);
        parameter += 1 + scaleTrainable[i];
        for (let k = 0; k < group.predecessors.length; k++, edge++) {
          predecessors[edge] = indexOf[group.predecessors[k]];
          const name = group.shared.get(group.from[k]);
          const known = name === undefined ? undefined : weightNamed.get(name);
          if (name !== undefined && known === undefined) weightNamed.set(name, parameter);
          if (sharedWeights !== undefined) sharedWeights[edge] = known ?? parameter;
          if (known === undefined) parameter++;
        }
      }
      edgeStart[i + 1] = edge;
      parameterStart[i + 1] = parameter;
    }

    return new Graph({
      ids: Array.from(order, (place) => declaredIds[place]),
      inputCount: this.#inputs.length,
      outputs: Uint32Array.from(outputs, (place) => indexOf[place]),
      activations,
      activationOf,
      scaleTrainable,
      edgeStart,
      predecessors,
      parameterStart,
      sharedWeights,
    });
  }

  #add(ids: readonly string[], options: NodeOptions): void {
    const { from, activation, scale, shared = {} } = options;
    const label = `"${ids[0]}"`;
    const predecessors = new Set(from);
    if (predecessors.size < from.length) {
      const doubled = from.find((id) => !predecessors.delete(id));
      throw new NnbpError('DUPLICATE_EDGE', `Node ${label} names its predecessor "${doubled}" twice.`);
    }
    const own = ids.find((id) => predecessors.has(id));
    if (own !== undefined) throw new NnbpError('SELF_EDGE', `Node "${own}" is its own predecessor.`);
    if (typeof activation?.value !== 'function' || typeof activation.derivative !== 'function') {
      throw new NnbpError('WRONG_TYPE', `Node ${label}: expected an activation with value(h) and derivative(h, g).`);
    }
    for (const id of Object.keys(shared)) {
      if (!predecessors.has(id)) {
        throw new NnbpError('UNKNOWN_ID', `Node ${label} shares the weight of "${id}", which is not its predecessor.`);
      }
    }
    const edges = this.#edges + ids.length * from.length;
    expectInteger('The number of edges', edges, 0, maxEdges);
    const first = this.#declare(ids);
    this.#edges = edges;
    this.#groups.push({
      first,
      count: ids.length,
      from: [...from],
      activation,
      scaleTrainable: scale !== 'fixed',
      shared: new Map(Object.entries(shared)),
    });
  }

  /** Records new ids and returns the place of the first; either all are recorded or none is. */
  #declare(ids: readonly string[]): number {
    for (const id of ids) {
      if (typeof id !== 'string')
        throw new NnbpError('WRONG_TYPE', `A node's id: expected a string, found ${String(id)}.`);
      if (this.#declared.has(id)) throw new NnbpError('DUPLICATE_ID', `There is a node "${id}" already.`);
    }
    const first = this.#declared.size;
    for (const id of ids) this.#declared.set(id, this.#declared.size);
    return first;
  }

  #placeOf(id: string, role: string): number {
    const place = this.#declared.get(id);
    if (place === undefined) throw new NnbpError('UNKNOWN_ID', `"${id}", named as ${role}, was never declared.`);
    return place;
  }
}

function numbered(name: string, count: number): string[] {
  if (count === 0) throw new NnbpError('EMPTY_LAYER', `Layer "${name}" has no nodes.`);
  expectInteger(`The number of nodes of "${name}"`, count, 1, maxNodes);
  return Array.from({ length: count }, (_, k) => `${name}.${k}`);
}
