/**
 * The network's shape: think of two printed tables, one of each node's predecessors and one of its successors, in an
 * order in which every node comes after all it depends on. Typed arrays (compressed sparse rows), no object per edge,
 * nothing changes once it is built. It holds no parameters; it says where in the parameter vector they are.
 */
import type { Activation } from './contract.js';
import { NnbpError } from './errors.js';

/**
 * The arrays a builder hands over; see the fields of `Graph`.
 *
 * @internal
 */
export interface GraphArrays {
  readonly ids: readonly string[];
  readonly inputCount: number;
  readonly outputs: ArrayLike<number>;
  readonly activations: readonly Activation[];
  readonly activationOf: ArrayLike<number>;
  readonly scaleTrainable: ArrayLike<number>;
  readonly edgeStart: ArrayLike<number>;
  readonly predecessors: ArrayLike<number>;
  readonly parameterStart: ArrayLike<number>;
  readonly sharedWeights: ArrayLike<number> | undefined;
}

/** A validated directed acyclic graph. Made by `GraphBuilder.build()`. */
export class Graph {
  /** The author's id of each node. Nodes are numbered in topological order: the inputs first, in their own order. */
  declare readonly ids: readonly string[];
  /** Inputs included. */
  readonly nodeCount: number;
  /** Nodes 0 to inputCount − 1 are the inputs. */
  declare readonly inputCount: number;
  /** All of them, shared weights or not. */
  readonly edgeCount: number;
  /** The length of the parameter vector. */
  readonly parameterCount: number;
  /** The output nodes, in the author's order. */
  declare readonly outputs: ArrayLike<number>;
  /** Where a node stands in `outputs`, or −1. */
  readonly outputPosition: ArrayLike<number>;
  /** The distinct activations in use. */
  declare readonly activations: readonly Activation[];
  /** For each node, the index of its activation in `activations`. */
  declare readonly activationOf: ArrayLike<number>;
  /** For each node, 1 if its c is a parameter, 0 if it is fixed at 1. */
  declare readonly scaleTrainable: ArrayLike<number>;
  /** The edges into node i are edgeStart[i] to edgeStart[i + 1] − 1. */
  declare readonly edgeStart: ArrayLike<number>;
  /** For each edge, the node it comes from. */
  declare readonly predecessors: ArrayLike<number>;
  /** Node i's own parameters (b, then c if trainable, then its weights) begin at parameterStart[i]. */
  declare readonly parameterStart: ArrayLike<number>;
  /** For each edge, the parameter index of its weight, if any two edges share one; else undefined. */
  declare readonly sharedWeights: ArrayLike<number> | undefined;
  /** The edges out of node i are listed at successorStart[i] to successorStart[i + 1] − 1. */
  readonly successorStart: ArrayLike<number>;
  #transposed: { readonly successors: Uint32Array; readonly edges: Uint32Array } | undefined;
  readonly #index: ReadonlyMap<string, number>;

  /** @internal */
  constructor(arrays: GraphArrays) {
    // Each array becomes the field of its name.
    Object.assign(this, arrays);
    this.nodeCount = arrays.ids.length;
    this.edgeCount = arrays.predecessors.length;
    this.parameterCount = arrays.parameterStart[this.nodeCount];
    this.#index = new Map(arrays.ids.map((id, i) => [id, i]));

    const outputPosition = new Int32Array(this.nodeCount).fill(-1);
    for (let k = 0; k < arrays.outputs.length; k++) outputPosition[arrays.outputs[k]] = k;
    this.outputPosition = outputPosition;

    this.successorStart = fanOuts(this.nodeCount, this.predecessors);
    Object.freeze(this);
  }

  /** For each entry of the list of edges by where they come from, the node the edge goes to… */
  get successors(): ArrayLike<number> {
    return this.#bySource().successors;
  }

  /** …and the edge. */
  get successorEdges(): ArrayLike<number> {
    return this.#bySource().edges;
  }

  /**
   * The number of the node with this id, its place in topological order.
   *
   * @throws NnbpError `UNKNOWN_ID`
   */
  indexOf(id: string): number {
    const i = this.#index.get(id);
    if (i === undefined) throw new NnbpError('UNKNOWN_ID', `The graph has no node "${id}".`);
    return i;
  }

  /** The parameter index of b of node i (not an input). */
  biasIndex(i: number): number {
    return this.parameterStart[i];
  }

  /** The parameter index of c of node i, or −1 if it is fixed at 1. */
  scaleIndex(i: number): number {
    return this.scaleTrainable[i] === 1 ? this.parameterStart[i] + 1 : -1;
  }

  /** Made when first asked for: not every engine needs it, and it is most of what a graph holds. */
  #bySource() {
    if (this.#transposed !== undefined) return this.#transposed;
    const { nodeCount, edgeStart, predecessors } = this;
    const successors = new Uint32Array(this.edgeCount);
    const edges = new Uint32Array(this.edgeCount);
    const next = Uint32Array.from(this.successorStart);
    // Successors of one node in topological order.
    for (let i = 0; i < nodeCount; i++) {
      for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
        const at = next[predecessors[e]]++;
        successors[at] = i;
        edges[at] = e;
      }
    }
    this.#transposed = { successors, edges };
    return this.#transposed;
  }

  /** The parameter index of the weight of `edge`, an edge into node i. */
  weightIndex(edge: number, i: number): number {
    return this.sharedWeights === undefined
      ? this.parameterStart[i] + 1 + this.scaleTrainable[i] + edge - this.edgeStart[i]
      : this.sharedWeights[edge];
  }
}

/** For each node, where its outgoing edges begin in a list of all edges by the node they come from. */
function fanOuts(nodeCount: number, predecessors: ArrayLike<number>): Uint32Array {
  const start = new Uint32Array(nodeCount + 1);
  for (let e = 0; e < predecessors.length; e++) start[predecessors[e] + 1]++;
  for (let i = 0; i < nodeCount; i++) start[i + 1] += start[i];
  return start;
}
