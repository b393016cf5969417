/**
 * The structure of a network: its nodes in topological order, and their edges. A graph is immutable and consists of
 * typed arrays (compressed sparse rows), without an object per edge. It does not hold parameters, only their indices in
 * the parameter vector.
 */
import type { ForParameters } from './for-parameters.js';
import type { Initializer } from './initializers.js';
import type { Activation, Aggregation } from './contract.js';
import { edgeName } from './delayed.js';
import { NnbpError } from './errors.js';

/**
 * The arrays that a builder passes to the constructor; see the fields of `Graph`.
 *
 * @internal
 */
export interface GraphArrays {
  readonly ids: readonly string[];
  readonly inputCount: number;
  readonly outputs: ArrayLike<number>;
  readonly activations: readonly Activation[];
  readonly activationOf: ArrayLike<number>;
  readonly aggregations: readonly (Aggregation | undefined)[];
  readonly aggregationOf: ArrayLike<number> | undefined;
  readonly scaleTrainable: ArrayLike<number>;
  readonly edgeStart: ArrayLike<number>;
  readonly predecessors: ArrayLike<number>;
  readonly edgeDelay: ArrayLike<number> | undefined;
  readonly initialValues: ArrayLike<number> | undefined;
  readonly parameterStart: ArrayLike<number>;
  readonly biasSlots: ArrayLike<number> | undefined;
  readonly scaleSlots: ArrayLike<number> | undefined;
  readonly weightSlots: ArrayLike<number> | undefined;
  readonly constants: Float64Array;
  readonly initializers: ReadonlyMap<number, ForParameters<number, Initializer>>;
}

/**
 * A validated directed graph, acyclic apart from its delayed edges. Built by `GraphBuilder.build()`.
 *
 * Every b, c and w has a *slot*: its index in a vector of all parameters followed by the graph's `constants` (the
 * values of fixed b, c and w). A slot below `parameterCount` is a parameter.
 */
export class Graph {
  /** The id of each node. Nodes are numbered in topological order: the inputs first, in the order of declaration. */
  declare readonly ids: readonly string[];
  /** The number of nodes, including inputs. */
  readonly nodeCount: number;
  /** The number of inputs: nodes 0 to inputCount − 1. */
  declare readonly inputCount: number;
  /** The number of edges, whether or not they share weights. */
  readonly edgeCount: number;
  /** The length of the parameter vector. */
  readonly parameterCount: number;
  /** The indices of the output nodes, in the order of declaration. */
  declare readonly outputs: ArrayLike<number>;
  /** For each node, its index in `outputs`, or −1 if it is not an output. */
  readonly outputPosition: ArrayLike<number>;
  /** The distinct activations in use. */
  declare readonly activations: readonly Activation[];
  /** For each node, the index of its activation in `activations`. */
  declare readonly activationOf: ArrayLike<number>;
  /** The distinct aggregations in use. The first is undefined and stands for the sum. */
  declare readonly aggregations: readonly (Aggregation | undefined)[];
  /** For each node, the index of its aggregation in `aggregations`; undefined if every node uses the sum. */
  declare readonly aggregationOf: ArrayLike<number> | undefined;
  /** For each node, 1 if its c is a parameter, 0 if it is fixed. */
  declare readonly scaleTrainable: ArrayLike<number>;
  /** The edges into node i are edgeStart[i] to edgeStart[i + 1] − 1. */
  declare readonly edgeStart: ArrayLike<number>;
  /** For each edge, the node it comes from. */
  declare readonly predecessors: ArrayLike<number>;
  /** For each edge, its delay in steps; undefined if no edge is delayed. */
  declare readonly edgeDelay: ArrayLike<number> | undefined;
  /** The largest delay; 0 if no edge is delayed. */
  readonly maxDelay: number;
  /**
   * The length of a state, which holds, for each node, as many previous values as the largest delay among its outgoing
   * edges.
   */
  readonly stateSize: number;
  /**
   * Entries stateStart[i] to stateStart[i + 1] − 1 of a state are the previous values of node i, latest first.
   * Undefined if no edge is delayed.
   */
  readonly stateStart: ArrayLike<number> | undefined;
  /** For each node, the value that its delayed edges read before the first step; undefined if no edge is delayed. */
  declare readonly initialValues: ArrayLike<number> | undefined;
  /**
   * The parameters of node i (b, c and weights, unless fixed or shared with an earlier node) begin at
   * parameterStart[i].
   */
  declare readonly parameterStart: ArrayLike<number>;
  /**
   * For each node, the slot of b. Defined only if a node fixes b, fixes a weight, fixes c at a number other than 1, or
   * shares its b or c with other nodes.
   */
  declare readonly biasSlots: ArrayLike<number> | undefined;
  /** For each node, the slot of c; undefined if `biasSlots` is undefined. */
  declare readonly scaleSlots: ArrayLike<number> | undefined;
  /** For each edge, the slot of its weight. Undefined if `biasSlots` is undefined and no edges share a weight. */
  declare readonly weightSlots: ArrayLike<number> | undefined;
  /** The distinct values of fixed parameters; the first is 1. */
  declare readonly constants: Float64Array;
  /** The `init` option of each node that has one, by the index of the node. */
  declare readonly initializers: ReadonlyMap<number, ForParameters<number, Initializer>>;
  /**
   * The edges out of node i are entries successorStart[i] to successorStart[i + 1] − 1 of the lists that `successorsOf`
   * returns.
   */
  readonly successorStart: ArrayLike<number>;
  /** The slots of b and c of each node, in arrays so that they can be read without a branch. */
  readonly #biases: ArrayLike<number>;
  readonly #scales: ArrayLike<number>;
  /**
   * For each node, the difference between the slot of a weight and the index of its edge. Used if `weightSlots` is
   * undefined.
   */
  readonly #weightOffsets: Int32Array;
  readonly #index: ReadonlyMap<string, number>;

  /** @internal */
  constructor(arrays: GraphArrays) {
    Object.assign(this, arrays);
    this.nodeCount = arrays.ids.length;
    this.edgeCount = arrays.predecessors.length;
    this.parameterCount = arrays.parameterStart[this.nodeCount];
    this.#index = new Map(arrays.ids.map((id, i) => [id, i]));

    const outputPosition = new Int32Array(this.nodeCount).fill(-1);
    for (let k = 0; k < arrays.outputs.length; k++) outputPosition[arrays.outputs[k]] = k;
    this.outputPosition = outputPosition;

    const fanOut = new Uint32Array(this.nodeCount);
    const longest = new Uint32Array(this.nodeCount);
    this.maxDelay = 0;
    for (let e = 0; e < this.edgeCount; e++) {
      const j = arrays.predecessors[e];
      const delay = this.delay(e);
      fanOut[j]++;
      if (delay > longest[j]) longest[j] = delay;
      if (delay > this.maxDelay) this.maxDelay = delay;
    }
    this.successorStart = startsOf(fanOut);
    this.stateStart = arrays.edgeDelay && startsOf(longest);
    this.stateSize = this.stateStart?.[this.nodeCount] ?? 0;
    const { scaleTrainable, parameterStart, edgeStart } = arrays;
    this.#biases = arrays.biasSlots ?? parameterStart;
    this.#scales =
      arrays.scaleSlots ??
      Uint32Array.from(arrays.ids, (_, i) => (scaleTrainable[i] === 1 ? parameterStart[i] + 1 : this.parameterCount));
    this.#weightOffsets = Int32Array.from(
      arrays.ids,
      (_, i) => parameterStart[i] + 1 + scaleTrainable[i] - edgeStart[i],
    );
    Object.freeze(this);
  }

  /**
   * Returns the index of a node in topological order.
   *
   * @throws NnbpError `UNKNOWN_ID`
   */
  indexOf(id: string): number {
    const i = this.#index.get(id);
    if (i === undefined) throw new NnbpError('UNKNOWN_ID', `The graph has no node "${id}".`);
    return i;
  }

  /** The aggregation of node i; undefined for the default, the sum. */
  aggregation(i: number): Aggregation | undefined {
    return this.aggregations[this.aggregationOf?.[i] ?? 0];
  }

  /** The delay of an edge in steps; 0 if it is not delayed. */
  delay(edge: number): number {
    return this.edgeDelay?.[edge] ?? 0;
  }

  /**
   * The name of an edge, unique among the edges into one node: the predecessor's id or, with a delay of 2 steps,
   * `id@-2`.
   */
  edgeName(edge: number): string {
    const [id, steps] = [this.ids[this.predecessors[edge]], this.delay(edge)];
    return edgeName(steps === 0 ? id : { id, steps });
  }

  /** The state before the first step of a sequence: `stateSize` numbers. */
  initialState(): Float64Array {
    const state = new Float64Array(this.stateSize);
    for (let j = 0; j < this.nodeCount && this.stateStart !== undefined; j++) {
      state.fill(this.initialValues![j], this.stateStart[j], this.stateStart[j + 1]);
    }
    return state;
  }

  /** The slot of b of node i (not an input). */
  biasSlot(i: number): number {
    return this.#biases[i];
  }

  /** The slot of c of node i. */
  scaleSlot(i: number): number {
    return this.#scales[i];
  }

  /** The slot of the weight of `edge`, an edge into node i. */
  weightSlot(edge: number, i: number): number {
    return this.weightSlots === undefined ? this.#weightOffsets[i] + edge : this.weightSlots[edge];
  }

  /** The parameter index of b of node i (not an input), or −1 if it is fixed. */
  biasIndex(i: number): number {
    return this.#parameterAt(this.biasSlot(i));
  }

  /** The parameter index of c of node i, or −1 if it is fixed. */
  scaleIndex(i: number): number {
    return this.#parameterAt(this.scaleSlot(i));
  }

  /** The parameter index of the weight of `edge`, an edge into node i, or −1 if it is fixed. */
  weightIndex(edge: number, i: number): number {
    return this.#parameterAt(this.weightSlot(edge, i));
  }

  /** Returns the value of each slot, in one vector: the parameters, followed by the constants. */
  slots(parameters: ArrayLike<number>): Float64Array {
    const values = new Float64Array(this.parameterCount + this.constants.length);
    values.set(parameters);
    values.set(this.constants, this.parameterCount);
    return values;
  }

  #parameterAt(slot: number): number {
    return slot < this.parameterCount ? slot : -1;
  }
}

/** Returns the offset of each node's entries in a concatenated list, followed by the length of that list. */
function startsOf(counts: Uint32Array): Uint32Array {
  const start = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) start[i + 1] = start[i] + counts[i];
  return start;
}
