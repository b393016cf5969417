/**
 * Evaluates an ONNX model symbolically for one sample. Each entry of a tensor is a weighted sum of nodes. A function
 * that is applied to such a sum adds a node to the tape.
 */
import { type Activation, type Aggregation, NnbpError } from '@nnbp/core';
import { identity } from '@nnbp/activations';

/** An entry of a tensor: bias + Σ weights · nodes. */
export interface Entry {
  /** Indices of the nodes on the tape. All entries of a matrix product share one list. */
  readonly from: readonly number[];
  readonly weights: ArrayLike<number>;
  readonly bias: number;
  /**
   * Entries with the same key, such as those of one convolution filter, share their bias and weights. `indices[k]` is
   * the index of the shared weight of edge k.
   */
  readonly share?: { readonly key: string; readonly indices: readonly number[] };
}

/** The parameters of a node that are constants. */
export interface Fixed {
  /** Whether b is a constant. */
  readonly b: boolean;
  /** The weights of the edges from this index on are constants. */
  readonly firstEdge: number;
}

/** An operation that is not an activation, but can be part of one: the operations after it complete the activation. */
export interface ActivationPart {
  readonly part: 'erf' | 'square' | 'abs';
  readonly label: string;
}

/** A node: g(b + A(z)), where A is the sum or another aggregation, and z are the weighted nodes. */
export interface TapeNode {
  readonly g: Activation | ActivationPart;
  readonly h: Entry;
  /** Aggregation of the weighted nodes. Default: the sum. */
  readonly aggregation?: Aggregation;
  /** Parameters that are constants. Default: none. */
  readonly fixed?: Fixed | undefined;
}

/** A state: a value that a step reads from the previous step. */
export interface StateValue {
  /** The value before the first step. */
  readonly initial: number;
  /** The value that the next step reads. Undefined until it is set. */
  next: Entry | undefined;
}

/**
 * A tensor with an axis for the batch: the entries of one sample, in row-major order. For sequences, the first two axes
 * are batch and steps, and the entries are those of one step.
 */
export interface Rows {
  /** The shape without batch and steps. */
  readonly shape: readonly number[];
  readonly entries: readonly Entry[];
  /**
   * For sequences, the axes of the model's input that have become the first two axes of this tensor: [0, 1], or [1, 0]
   * if a Transpose has swapped them. If the tensor is not a sequence, `lead` has at most one entry.
   */
  readonly lead?: readonly number[];
  /**
   * If set, later operations cannot read the tensor, and this is the label of the operation that returned it, for error
   * messages. If `part` is set too, operations that expect this `part` can read the tensor.
   */
  readonly endedBy?: string;
  /** The final softmax that is applied to the entries. */
  readonly transform?: 'softmax' | 'logSoftmax';
  /**
   * `directed`: the tensor is the result of a recurrent layer and has an axis for its directions. Other values: the
   * model computes an aggregation by several operations, and this tensor is an intermediate result. Its entries are then
   * the operands of the aggregation.
   */
  readonly part?: 'sorted' | 'middle' | 'argMaxAbs' | 'directed';
  /** The batch axis among all axes. Default: the first. */
  readonly batchAxis?: number;
  /** For the result of a recurrent layer, the index of the axis for its directions. */
  readonly directionsAxis?: number;
}

/** The nodes of a model, in the order in which they are created. */
export class Tape {
  /** The nodes. Undefined for an input or a state. */
  readonly nodes: (TapeNode | undefined)[] = [];
  /** States, by their index on the tape. */
  readonly states = new Map<number, StateValue>();
  /** The time axis (0 or 1). Undefined until a recurrent layer has read a sequence. */
  stepAxis: number | undefined;
  /** The number of samples, if the model sets it. */
  batchSize: number | undefined;
  readonly #identities = new Map<Entry, Entry>();
  readonly #activations = new Map<(option: number) => Activation, Map<number, Activation>>();
  #left: number;

  /** @param max - Maximum number of entries and terms, so that a small file cannot request a lot of memory. */
  constructor(readonly max: number) {
    this.#left = max;
  }

  /** Counts entries or terms before they are allocated. Throws `TOO_LARGE` above the maximum. */
  spend(count: number, what: string): void {
    this.#left -= count;
    if (this.#left < 0) {
      throw new NnbpError(
        'TOO_LARGE',
        `${what}: the tensors of the model have more than ${this.max} entries, the maximum for a model of this size in bytes.`,
      );
    }
  }

  input(): Entry {
    this.nodes.push(undefined);
    return this.#entryOf(this.nodes.length - 1);
  }

  /** Adds a state. Its next value is set later. */
  state(initial: number): Entry {
    this.states.set(this.nodes.length, { initial, next: undefined });
    return this.input();
  }

  /** Adds a node that aggregates entries. Each entry becomes an edge. */
  aggregate(aggregation: Aggregation, entries: readonly Entry[]): Entry {
    const from: number[] = [];
    const weights: number[] = [];
    const read = new Set<number>();
    for (const entry of entries) {
      const plain = entry.from.length === 1 && entry.bias === 0 ? entry : this.node(entry);
      // There is at most one edge between two nodes.
      const edge = read.has(plain.from[0]) ? this.apply(identity, entry) : plain;
      read.add(edge.from[0]);
      from.push(edge.from[0]);
      weights.push(edge.weights[0]);
    }
    this.nodes.push({ g: identity, h: { from, weights, bias: 0 }, aggregation });
    return this.#entryOf(this.nodes.length - 1);
  }

  /** Adds a node g(h). */
  apply(g: Activation | ActivationPart, h: Entry, fixed?: Fixed): Entry {
    this.nodes.push({ g, h, fixed });
    return this.#entryOf(this.nodes.length - 1);
  }

  /** Adds a node whose b and weights are constants. */
  fixed(h: Entry, g: Activation = identity): Entry {
    return this.apply(g, h, { b: true, firstEdge: 0 });
  }

  /** Returns `make(option)`. Nodes with the same option share one object. */
  activation(make: (option: number) => Activation, option: number): Activation {
    let activationsByOption = this.#activations.get(make);
    if (activationsByOption === undefined)
      this.#activations.set(make, (activationsByOption = new Map<number, Activation>()));
    let g = activationsByOption.get(option);
    if (g === undefined) activationsByOption.set(option, (g = make(option)));
    return g;
  }

  /** The node of an entry w · node + bias; undefined for an input or a sum of several nodes. */
  nodeOf({ from }: Entry): TapeNode | undefined {
    return from.length === 1 ? this.nodes[from[0]] : undefined;
  }

  /** Converts an entry to an entry with at most one node: a sum of several nodes becomes an identity node. */
  single(entry: Entry): Entry {
    return entry.from.length < 2 ? entry : this.node(entry);
  }

  /** Converts an entry to the value of a single node, with a new identity node if necessary. */
  node(entry: Entry): Entry {
    if (entry.from.length === 1 && entry.weights[0] === 1 && entry.bias === 0) return entry;
    let known = this.#identities.get(entry);
    if (known === undefined) this.#identities.set(entry, (known = this.apply(identity, entry)));
    return known;
  }

  #entryOf(node: number): Entry {
    return { from: [node], weights: [1], bias: 0 };
  }
}

/** Returns scale · entry + shift. */
export function affine({ from, weights, bias, share }: Entry, scale: number, shift: number): Entry {
  const entry = { from, weights: scale === 1 ? weights : scaled(weights, scale), bias: bias * scale + shift };
  if (share === undefined) return entry;
  // If the same operation is applied to all entries that a filter computes, their weights stay shared.
  const key = scale === 1 && shift === 0 ? share.key : `${share.key} * ${scale} + ${shift}`;
  return { ...entry, share: { key, indices: share.indices } };
}

/** Multiplies the weights. Uses plain arrays for short lists: creating them is 10× faster, and most lists are short. */
function scaled(weights: ArrayLike<number>, scale: number): ArrayLike<number> {
  const result = weights.length < 8 ? new Array<number>(weights.length) : new Float64Array(weights.length);
  for (let k = 0; k < weights.length; k++) result[k] = weights[k] * scale;
  return result;
}

/**
 * The sum of entries. The weights of a node that occurs in several entries are added. A node is omitted if its
 * weights cancel.
 */
export function sum(entries: readonly Entry[]): Entry {
  const terms = new Map<number, number>();
  let bias = 0;
  for (const entry of entries) {
    bias += entry.bias;
    entry.from.forEach((node, k) => {
      const before = terms.get(node);
      const weight = (before ?? 0) + entry.weights[k];
      if (before !== undefined && weight === 0) terms.delete(node);
      else terms.set(node, weight);
    });
  }
  return { from: [...terms.keys()], weights: [...terms.values()], bias };
}

/** The factor for which `other` = factor · `entry`, up to float32 rounding; undefined if there is none. */
export function ratio(entry: Entry, other: Entry): number | undefined {
  if (entry === other) return 1;
  if (entry.from.length === 0 || entry.from.length !== other.from.length) return undefined;
  if (entry.from !== other.from && entry.from.some((node, k) => node !== other.from[k])) return undefined;
  let largest = 0;
  for (let k = 1; k < entry.from.length; k++) {
    if (Math.abs(entry.weights[k]) > Math.abs(entry.weights[largest])) largest = k;
  }
  const factor = other.weights[largest] / entry.weights[largest];
  const near = (a: number, b: number) => Math.abs(a * factor - b) <= 1e-6 * Math.abs(b) + 1e-12;
  const same = entry.from.every((_, k) => near(entry.weights[k], other.weights[k])) && near(entry.bias, other.bias);
  return same && Number.isFinite(factor) && factor !== 0 ? factor : undefined;
}
