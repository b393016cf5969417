/**
 * Declares the nodes of a graph in any order; `build` validates them and sorts them topologically. A layer is stored as
 * one entry, so that a dense network of two million edges takes only a few entries.
 */
import type { Activation, Aggregation } from './contract.js';
import { edgeName, expectSource, type Source } from './delayed.js';
import { NnbpError } from './errors.js';
import {
  expectFiniteNumber,
  expectForParameters,
  expectInteger,
  expectList,
  expectObject,
  mismatch,
  shownType,
} from './expect.js';
import type { ForParameters } from './for-parameters.js';
import { Graph } from './graph.js';
import type { Initializer } from './initializers.js';
import { Layout } from './layout.js';
import { topologicalOrder } from './order.js';

/** The maximum number of nodes: the ids are stored in a JavaScript Map, which cannot have more entries. */
export const maxNodes = 2 ** 24;
/** The maximum number of edges, so that every edge and parameter index is below 2³². */
export const maxEdges = 2 ** 31;

/** Options of a node, or of each node of a layer. */
export interface NodeOptions {
  /**
   * The predecessors: node ids or delayed edges. They can be declared after this node; `build` resolves the ids. If the
   * list is empty, the node's value is c · g(b).
   */
  readonly from: readonly Source[];
  /** The activation g. */
  readonly activation: Activation;
  /**
   * The aggregation, which combines w · x of the incoming edges. Default: the sum. Requires at least one predecessor.
   */
  readonly aggregation?: Aggregation;
  /**
   * Parameters to replace with constants, which no optimizer changes: `{ c: 1 }` for a node whose value is g(h),
   * `{ w: 1 }` for all of its incoming edges, `{ w: { x: 1 } }` for the edge from x.
   */
  readonly fixed?: ForParameters<number, number | Readonly<Record<string, number>>>;
  /**
   * Names of shared parameters. If several b (or c, or w) in the graph have the same name, they are one parameter, and
   * its gradient is the sum over all of its uses.
   */
  readonly shared?: ForParameters<string>;
  /**
   * Initial values of the parameters. Default: b is 0, c is 1, and weights are drawn by the network's initializer. A
   * shared parameter takes its value from the first node, in topological order, that uses it.
   */
  readonly init?: ForParameters<number, Initializer>;
}

/** Options of a layer; see {@link NodeOptions}. */
export interface LayerOptions extends NodeOptions {
  /** Prefix of the ids: `name.0`, `name.1`, …. Default: `layer1`, `layer2`, … in the order of declaration. */
  readonly name?: string;
}

/** `count` consecutively declared nodes, starting at index `first`, that differ only in their ids. */
interface Group {
  readonly first: number;
  readonly count: number;
  readonly from: readonly string[];
  /** The delay of each edge; undefined if none is delayed. */
  readonly delays: readonly number[] | undefined;
  /** The explicit initial values of delayed edges, with the ids of their sources. */
  readonly initials: readonly (readonly [id: string, value: number])[];
  /** The name of each edge; the same as `from` if none is delayed. */
  readonly edges: readonly string[];
  readonly activation: Activation;
  readonly aggregation: Aggregation | undefined;
  readonly fixed: ForParameters<number, ReadonlyMap<string, number>>;
  readonly shared: ForParameters<string, ReadonlyMap<string, string>>;
  readonly init: NodeOptions['init'];
}

/**
 * Collects nodes and builds a {@link Graph} from them.
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
  /** The index of each id in the order of declaration. */
  readonly #declared = new Map<string, number>();
  readonly #inputs: number[] = [];
  readonly #outputs = new Set<string>();
  readonly #groups: Group[] = [];
  #layers = 0;
  #edges = 0;

  /**
   * Declares an input node. Rows of inputs have one number per input node, in the order of declaration.
   *
   * @returns The id.
   * @throws NnbpError `DUPLICATE_ID`, `WRONG_TYPE`, `OUT_OF_RANGE` (more than 2²⁴ nodes)
   */
  input(id: string): string {
    this.#inputs.push(this.#declare([id]));
    return id;
  }

  /**
   * Declares `count` inputs at once.
   *
   * @param name - Prefix of the ids: `name.0`, `name.1`, …
   * @returns The ids.
   * @throws NnbpError `DUPLICATE_ID`, `EMPTY_LAYER`, `OUT_OF_RANGE`
   */
  inputs(count: number, name = 'input'): string[] {
    const ids = this.#numberedIds(name, count);
    const first = this.#declare(ids);
    for (let k = 0; k < count; k++) this.#inputs.push(first + k);
    return ids;
  }

  /**
   * Declares a node.
   *
   * @returns The id.
   * @throws NnbpError `DUPLICATE_ID`, `DUPLICATE_EDGE`, `SELF_EDGE`, `UNKNOWN_ID` (a shared or fixed weight for an edge
   * that does not exist), `WRONG_TYPE`, `NOT_FINITE` (a fixed or initial number), `CONFLICT` (a parameter both fixed
   * and shared), `EMPTY_LAYER` (an aggregation without predecessors), `OUT_OF_RANGE` (a delay that is not an integer ≥
   * 1, more than 2²⁴ nodes or 2³¹ edges)
   */
  node(id: string, options: NodeOptions): string {
    this.#add([id], options);
    return id;
  }

  /**
   * Declares `units` nodes with the same predecessors and activation.
   *
   * @returns The ids, for the next layer's `from`.
   * @throws NnbpError `EMPTY_LAYER` (no units or no predecessors), and the errors thrown by `node`
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
    const ids = this.#numberedIds(name, units);
    expectList(`from of layer "${name}"`, options.from);
    if (options.from.length === 0) throw new NnbpError('EMPTY_LAYER', `Layer "${name}" has no predecessors.`);
    this.#add(ids, options);
    this.#layers++;
    return ids;
  }

  /**
   * Declares nodes as outputs. The loss receives their values in this order. An output can also feed other nodes.
   *
   * @throws NnbpError `DUPLICATE_OUTPUT`, `WRONG_TYPE`
   */
  output(...ids: readonly string[]): void {
    const seen = new Set<string>();
    for (const id of ids) {
      expectId(id);
      if (this.#outputs.has(id) || seen.has(id)) {
        throw new NnbpError('DUPLICATE_OUTPUT', `Output "${id}" is declared twice.`);
      }
      seen.add(id);
    }
    for (const id of ids) this.#outputs.add(id);
  }

  /**
   * Validates the graph and sorts its nodes topologically.
   *
   * @throws NnbpError `NO_INPUTS`, `NO_OUTPUTS`, `UNKNOWN_ID`, `CYCLE` (the message names the nodes), `CONFLICT`
   * (delayed edges from the same node have different initial values)
   */
  build(): Graph {
    if (this.#inputs.length === 0)
      throw new NnbpError('NO_INPUTS', 'The graph has no input. Declare one with input().');
    if (this.#outputs.size === 0)
      throw new NnbpError('NO_OUTPUTS', 'The graph has no output. Declare one with output().');
    const declaredIds = [...this.#declared.keys()];
    const groups = this.#groups.map((group) => {
      const predecessors = Uint32Array.from(group.from, (id) =>
        this.#indexOf(id, `a predecessor of "${declaredIds[group.first]}"`),
      );
      const { delays } = group;
      const sameStep = delays === undefined ? predecessors : predecessors.filter((_, k) => delays[k] === 0);
      return { ...group, predecessors, sameStep };
    });
    const outputs = Array.from(this.#outputs, (id) => this.#indexOf(id, 'an output'));

    const groupOf = new Array<(typeof groups)[number] | undefined>(declaredIds.length);
    for (const group of groups) groupOf.fill(group, group.first, group.first + group.count);

    const order = topologicalOrder(declaredIds, this.#inputs, (i) => groupOf[i]!.sameStep);
    const nodeCount = order.length;
    const indexOf = new Uint32Array(nodeCount);
    for (let i = 0; i < nodeCount; i++) indexOf[order[i]] = i;

    const activations: Activation[] = [];
    const activationIndex = activationIndices(groups, activations);
    const activationOf = new Uint32Array(nodeCount);
    const aggregations = [...new Set([undefined, ...groups.map((group) => group.aggregation)])];
    const aggregationIndex = new Map(aggregations.map((aggregation, k) => [aggregation, k]));
    const aggregationOf = aggregations.length > 1 ? new Uint32Array(nodeCount) : undefined;
    const edgeDelay = groups.some(({ delays }) => delays) ? new Uint32Array(this.#edges) : undefined;
    const scaleTrainable = new Uint8Array(nodeCount);
    const edgeStart = new Uint32Array(nodeCount + 1);
    const parameterStart = new Uint32Array(nodeCount + 1);
    const predecessors = new Uint32Array(this.#edges);
    const initializers = new Map<number, NonNullable<NodeOptions['init']>>();

    // The slots of b, c and w, which `Layout` assigns: indices in a vector of all parameters and constants. They are
    // stored only if they cannot be computed from `parameterStart`.
    const hasConstants = groups.some(({ fixed }) => hasConstant(fixed));
    const hasSlots = hasConstants || groups.some(({ shared }) => shared.b !== undefined || shared.c !== undefined);
    const biasSlots = hasSlots ? new Uint32Array(nodeCount) : undefined;
    const scaleSlots = hasSlots ? new Uint32Array(nodeCount) : undefined;
    const hasWeightSlots = hasSlots || groups.some(({ shared }) => shared.w!.size > 0);
    const weightSlots = hasWeightSlots ? new Uint32Array(predecessors.length) : undefined;
    const layout = new Layout();

    for (let i = 0, edge = 0; i < nodeCount; i++) {
      const group = groupOf[order[i]];
      if (group !== undefined) {
        const { fixed, shared } = group;
        activationOf[i] = activationIndex.get(group.activation)!;
        if (aggregationOf !== undefined) aggregationOf[i] = aggregationIndex.get(group.aggregation)!;
        if (group.init !== undefined) initializers.set(i, group.init);
        scaleTrainable[i] = Number(fixed.c === undefined);
        if (biasSlots !== undefined) biasSlots[i] = layout.slot('b', fixed.b, shared.b);
        else layout.parameterCount++;
        if (scaleSlots !== undefined) scaleSlots[i] = layout.slot('c', fixed.c, shared.c);
        else layout.parameterCount += scaleTrainable[i];
        for (let k = 0; k < group.predecessors.length; k++, edge++) {
          predecessors[edge] = indexOf[group.predecessors[k]];
          if (group.delays !== undefined) edgeDelay![edge] = group.delays[k];
          const name = group.edges[k];
          if (weightSlots === undefined) layout.parameterCount++;
          else weightSlots[edge] = layout.slot('w', fixed.w!.get(name), shared.w!.get(name));
        }
      }
      edgeStart[i + 1] = edge;
      parameterStart[i + 1] = layout.parameterCount;
    }
    for (const slots of hasSlots ? [biasSlots!, scaleSlots!, weightSlots!] : []) layout.complete(slots);
    // If every shared name is used only once, the slots can be computed from `parameterStart`.
    const { repeated } = layout;
    const keepsAll = hasConstants || repeated.b || repeated.c;

    return new Graph({
      ids: Array.from(order, (i) => declaredIds[i]),
      inputCount: this.#inputs.length,
      outputs: Uint32Array.from(outputs, (i) => indexOf[i]),
      activations,
      activationOf,
      aggregations,
      aggregationOf,
      scaleTrainable,
      edgeStart,
      predecessors,
      edgeDelay,
      initialValues: edgeDelay && this.#initials(nodeCount, (id) => indexOf[this.#declared.get(id)!]),
      parameterStart,
      biasSlots: keepsAll ? biasSlots : undefined,
      scaleSlots: keepsAll ? scaleSlots : undefined,
      weightSlots: keepsAll || repeated.w ? weightSlots : undefined,
      constants: layout.constants(),
      initializers,
    });
  }

  /** The initial value of each node: the value read by delayed edges for the steps before the first. */
  #initials(nodeCount: number, indexOf: (id: string) => number): Float64Array {
    const initialOf = new Map<string, number>();
    for (const [id, value] of this.#groups.flatMap(({ initials }) => initials)) {
      const earlier = initialOf.get(id) ?? value;
      if (earlier !== value) {
        throw new NnbpError(
          'CONFLICT',
          `Delayed edges from "${id}" have different initial values, ${earlier} and ${value}. Give all of them the same initial value.`,
        );
      }
      initialOf.set(id, value);
    }
    const initials = new Float64Array(nodeCount);
    for (const [id, value] of initialOf) initials[indexOf(id)] = value;
    return initials;
  }

  #add(ids: readonly string[], options: NodeOptions): void {
    const label = `Node "${ids[0]}"`;
    expectNodeOptions(label, options);
    const { activation, aggregation, init } = options;
    const sources = sourcesOf(options.from);
    const { from, edges, delays } = sources;
    const names = new Set(edges);
    if (names.size < edges.length) {
      const duplicate = edges.find((name) => !names.delete(name));
      throw new NnbpError('DUPLICATE_EDGE', `${label} has the predecessor "${duplicate}" twice.`);
    }
    const selfConnected = ids.find((id) => names.has(id) && from.some((other, k) => other === id && !delays?.[k]));
    if (selfConnected !== undefined) {
      throw new NnbpError(
        'SELF_EDGE',
        `Node "${selfConnected}" is its own predecessor. To read its value at the previous step, use from: [delayed("${selfConnected}")].`,
      );
    }
    expectFunctions(label, activation, 'an activation with value(h) and derivative(h, g)');
    if (aggregation !== undefined) {
      expectFunctions(label, aggregation, 'an aggregation with value(z) and derivative(z, a, dAdz)');
      if (from.length === 0) {
        throw new NnbpError('EMPTY_LAYER', `${label} has an aggregation, but no predecessors.`);
      }
    }
    const fixed = fixedOf(label, options.fixed, edges);
    const shared = { ...options.shared, w: new Map(Object.entries(options.shared?.w ?? {})) };
    for (const [verb, weights] of [
      ['fixes', fixed.w],
      ['shares', shared.w],
    ] as const) {
      for (const name of weights.keys()) {
        if (!names.has(name)) {
          throw new NnbpError('UNKNOWN_ID', `${label} ${verb} the weight of "${name}", which is not its predecessor.`);
        }
      }
    }
    const conflicts = [
      ...(['b', 'c'] as const).filter((letter) => fixed[letter] !== undefined && shared[letter] !== undefined),
      ...[...fixed.w.keys()].filter((name) => shared.w.has(name)).map((name) => `w from "${name}"`),
    ];
    if (conflicts.length > 0) throw new NnbpError('CONFLICT', `${label}: ${conflicts[0]} is both fixed and shared.`);
    for (const letter of ['b', 'c'] as const) {
      if (init?.[letter] !== undefined) expectFiniteNumber(`${label}, initial ${letter}`, init[letter]);
    }
    const edgeCount = this.#edges + ids.length * from.length;
    expectInteger('The number of edges', edgeCount, 0, maxEdges);
    const first = this.#declare(ids);
    this.#edges = edgeCount;
    this.#groups.push({
      ...sources,
      first,
      count: ids.length,
      activation,
      aggregation: aggregation?.isSum === true ? undefined : aggregation,
      fixed,
      shared,
      init,
    });
  }

  #numberedIds(name: string, count: number): string[] {
    if (count === 0) throw new NnbpError('EMPTY_LAYER', `Layer "${name}" has no nodes.`);
    expectInteger(`The number of nodes of "${name}"`, count, 1, maxNodes);
    this.#expectRoomFor(count);
    return Array.from({ length: count }, (_, k) => `${name}.${k}`);
  }

  #expectRoomFor(count: number): void {
    expectInteger('The number of nodes', this.#declared.size + count, 1, maxNodes);
  }

  /** Records new ids and returns the index of the first. If one of them is rejected, none is recorded. */
  #declare(ids: readonly string[]): number {
    this.#expectRoomFor(ids.length);
    for (const id of ids) {
      expectId(id);
      if (this.#declared.has(id)) throw new NnbpError('DUPLICATE_ID', `A node with the id "${id}" already exists.`);
    }
    const first = this.#declared.size;
    for (const id of ids) this.#declared.set(id, this.#declared.size);
    return first;
  }

  #indexOf(id: string, role: string): number {
    const index = this.#declared.get(id);
    if (index === undefined) throw new NnbpError('UNKNOWN_ID', `Node "${id}", used as ${role}, is not declared.`);
    return index;
  }
}

/** For each option, the types of b and c, of w, and of each value of w if w is an object. */
const parameterTypes = {
  fixed: { bc: 'number', w: ['number', 'object'], eachWeight: 'number' },
  shared: { bc: 'string', w: ['object'], eachWeight: 'string' },
  init: { bc: 'number', w: ['function'], eachWeight: '' },
};

function expectId(id: unknown): void {
  if (typeof id !== 'string') throw mismatch('WRONG_TYPE', "A node's id", 'a string', id);
}

/**
 * Throws unless predecessors and parameters have the types of {@link NodeOptions}.
 *
 * @throws NnbpError `WRONG_TYPE`, `OUT_OF_RANGE` (a delay), `NOT_FINITE` (an initial value)
 */
export function expectNodeOptions(label: string, options: Omit<NodeOptions, 'activation'>): void {
  expectObject(label, options, 'an object with from and activation');
  expectList(`${label}, from`, options.from);
  for (const source of options.from) expectSource(label, source);
  for (const [option, { bc, w, eachWeight }] of Object.entries(parameterTypes)) {
    const parameters = options[option as keyof typeof parameterTypes];
    if (parameters === undefined) continue;
    expectForParameters(`${label}, ${option}`, parameters);
    const expectType = (name: string, value: unknown, types: readonly string[]) => {
      if (value === undefined || (value !== null && types.includes(typeof value))) return;
      const expected = types.map((type) => (type === 'object' ? 'an object' : `a ${type}`)).join(' or ');
      throw mismatch('WRONG_TYPE', `${label}, ${option}.${name}`, expected, value, shownType(value));
    };
    expectType('b', parameters.b, [bc]);
    expectType('c', parameters.c, [bc]);
    expectType('w', parameters.w, w);
    if (typeof parameters.w !== 'object') continue;
    for (const [name, value] of Object.entries(parameters.w)) expectType(`w.${name}`, value, [eachWeight]);
  }
}

function expectFunctions(label: string, plugin: Activation | Aggregation, expected: string): void {
  if (typeof plugin?.value !== 'function' || typeof plugin.derivative !== 'function') {
    throw new NnbpError('WRONG_TYPE', `${label}: expected ${expected}.`);
  }
}

/**
 * Adds each distinct activation to `distinct`, and returns the index of every activation in `distinct`. Two activations
 * with the same `name` and `builtin` are the same function, even if they are different objects, such as two results of
 * `elu.alpha(2)`. A modified copy, such as `{ ...tanh, value }`, contains the `builtin` object of the original, and is kept
 * apart.
 */
function activationIndices(groups: readonly Group[], distinct: Activation[]): ReadonlyMap<unknown, number> {
  const indices = new Map<unknown, number>();
  const owners = new Map<unknown, Activation>();
  for (const { activation } of groups) {
    if (indices.has(activation)) continue;
    const { name, builtin } = activation;
    const isCopy = owners.has(builtin);
    if (!isCopy) owners.set(builtin, activation);
    const key = builtin && !isCopy ? JSON.stringify([name, builtin]) : activation;
    const index = indices.get(key) ?? distinct.push(activation) - 1;
    indices.set(key, index).set(activation, index);
  }
  return indices;
}

/** Whether any parameter is fixed. A c that is fixed at 1 does not count. */
const hasConstant = (fixed: Group['fixed']): boolean =>
  fixed.b !== undefined || (fixed.c ?? 1) !== 1 || fixed.w!.size > 0;

function sourcesOf(sources: readonly Source[]): Pick<Group, 'from' | 'edges' | 'delays' | 'initials'> {
  if (sources.every((source) => typeof source === 'string')) {
    const from = [...sources];
    return { from, edges: from, delays: undefined, initials: [] };
  }
  const initials: [string, number][] = [];
  const delays = sources.map((source) => {
    if (typeof source === 'string') return 0;
    if (source.initial !== undefined) initials.push([source.id, source.initial]);
    return source.steps;
  });
  const from = sources.map((source) => (typeof source === 'string' ? source : source.id));
  return { from, edges: sources.map(edgeName), delays, initials };
}

/** Validates the fixed parameters and expands `w` to one number per fixed weight. */
function fixedOf(label: string, { b, c, w }: NonNullable<NodeOptions['fixed']> = {}, edges: readonly string[]) {
  const weights = new Map(typeof w === 'number' ? edges.map((name) => [name, w]) : Object.entries(w ?? {}));
  for (const [name, value] of [
    ['b', b],
    ['c', c],
    ...[...weights].map(([id, value]) => [`w from "${id}"`, value]),
  ] as const) {
    if (value !== undefined) expectFiniteNumber(`${label}, fixed ${name}`, value as number);
  }
  return { ...(b !== undefined && { b }), ...(c !== undefined && { c }), w: weights };
}
