/**
 * Symbolic evaluation of an ONNX model for one sample. Every entry of a tensor is a weighted sum of nodes; a function applied
 * to such a sum adds a node to the tape.
 */
import { type Activation, type Aggregation, NnbpError } from '@nnbp/core';
import { identity } from '@nnbp/activations';

/** bias + Σ weights · nodes. */
export interface Entry {
  /** Numbers of nodes on the tape; entries of one matrix product share one list. */
  readonly from: readonly number[];
  /** One a node. */
  readonly weights: ArrayLike<number>;
  readonly bias: number;
  /** Entries with one key have the same bias, and the same weight for the same place: those of a filter. */
  readonly share?: { readonly key: string; readonly places: readonly number[] };
}

/** Which of a node's parameters are constants: b, and the weights of the edges from this one on. */
export interface Fixed {
  readonly b: boolean;
  readonly from: number;
}

/** A function that is no activation of ours, but with what follows may become one. */
export interface Unfinished {
  readonly unfinished: 'erf' | 'square' | 'abs';
  /** The operation it comes from, for messages. */
  readonly label: string;
}

/** g of a sum, or of b and an aggregation of the weighted nodes. */
export interface TapeNode {
  readonly g: Activation | Unfinished;
  readonly h: Entry;
  /** Undefined: the sum. */
  readonly aggregation?: Aggregation;
  /** Undefined: none. */
  readonly fixed?: Fixed | undefined;
}

/** A number that a step reads and the step before has computed. */
export interface Place {
  /** Before the first step. */
  readonly initial: number;
  /** What the next step reads. */
  next: Entry | undefined;
}

/**
 * A tensor whose first axis is the batch: the entries of one sample, the last axis running fastest. Of sequences, the first
 * two axes are the batch and the steps, and the entries are those of one step.
 */
export interface Rows {
  /** Without the batch and the steps. */
  readonly shape: readonly number[];
  readonly entries: readonly Entry[];
  /** Of sequences, which of the input's first two axes are now the first ones. Undefined, or one: only the batch. */
  readonly lead?: readonly number[];
  /** The operation that this is of, if nothing may follow any more, or only what `part` is a part of. */
  readonly ended?: string;
  /** What that softmax makes of the entries. */
  readonly transform?: 'softmax' | 'logSoftmax';
  /**
   * Which part of an aggregation it is, if ONNX writes that as several operations: the entries are all it aggregates. Or a
   * recurrent layer's result with an axis of directions.
   */
  readonly part?: 'sorted' | 'middle' | 'argMaxAbs' | 'allSteps' | 'lastStep';
}

/** All nodes of a model, inputs first. */
export class Tape {
  /** Undefined: an input, or a place. */
  readonly nodes: (TapeNode | undefined)[] = [];
  /** Numbers of the step before, by their number on the tape. */
  readonly places = new Map<number, Place>();
  /** Which of the first two axes of sequences is that of the steps, once a recurrent layer has read one. */
  stepAxis: number | undefined;
  readonly #identities = new Map<Entry, Entry>();
  readonly #activations = new Map<(option: number) => Activation, Map<number, Activation>>();
  #left: number;

  /** @param most - How many entries and terms may be made, so that a small file cannot ask for much memory. */
  constructor(readonly most: number) {
    this.#left = most;
  }

  /** Counts entries or terms before they are made. */
  spend(count: number, what: string): void {
    this.#left -= count;
    if (this.#left < 0) {
      throw new NnbpError(
        'TOO_LARGE',
        `${what}: the model's tensors have more entries than a model of this many bytes can need (${this.most}).`,
      );
    }
  }

  /** An input node. */
  input(): Entry {
    this.nodes.push(undefined);
    return this.#entryOf(this.nodes.length - 1);
  }

  /** A number of the step before; what it is follows at the model's end. */
  place(initial: number): Entry {
    this.places.set(this.nodes.length, { initial, next: undefined });
    return this.input();
  }

  /** A node that aggregates entries, each of which becomes an edge. */
  aggregate(aggregation: Aggregation, entries: readonly Entry[]): Entry {
    const from: number[] = [];
    const weights: number[] = [];
    const read = new Set<number>();
    for (const entry of entries) {
      const plain = entry.from.length === 1 && entry.bias === 0 ? entry : this.node(entry);
      // A node has one edge from another.
      const edge = read.has(plain.from[0]) ? this.apply(identity, entry) : plain;
      read.add(edge.from[0]);
      from.push(edge.from[0]);
      weights.push(edge.weights[0]);
    }
    this.nodes.push({ g: identity, h: { from, weights, bias: 0 }, aggregation });
    return this.#entryOf(this.nodes.length - 1);
  }

  /** A node g(h). */
  apply(g: Activation | Unfinished, h: Entry, fixed?: Fixed): Entry {
    this.nodes.push({ g, h, fixed });
    return this.#entryOf(this.nodes.length - 1);
  }

  /** A node without parameters. */
  fixed(h: Entry, g: Activation = identity): Entry {
    return this.apply(g, h, { b: true, from: 0 });
  }

  /** An activation with an option; nodes with the same one have the same object. */
  activation(make: (option: number) => Activation, option: number): Activation {
    let made = this.#activations.get(make);
    if (made === undefined) this.#activations.set(make, (made = new Map<number, Activation>()));
    let g = made.get(option);
    if (g === undefined) made.set(option, (g = make(option)));
    return g;
  }

  /** The node an entry is w · node + bias of, or undefined for an input or a sum of several. */
  nodeOf({ from }: Entry): TapeNode | undefined {
    return from.length === 1 ? this.nodes[from[0]] : undefined;
  }

  /** The same number, as an entry of at most one node: a sum of several becomes a node with identity. */
  single(entry: Entry): Entry {
    return entry.from.length < 2 ? entry : this.node(entry);
  }

  /** The same number, as the value of a node. */
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

/** scale · entry + shift */
export function affine({ from, weights, bias, share }: Entry, scale: number, shift: number): Entry {
  const entry = { from, weights: scale === 1 ? weights : scaled(weights, scale), bias: bias * scale + shift };
  if (share === undefined) return entry;
  // What is done alike to all entries of a filter leaves them alike.
  const key = scale === 1 && shift === 0 ? share.key : `${share.key} * ${scale} + ${shift}`;
  return { ...entry, share: { key, places: share.places } };
}

/** Short lists are many, and plain ones are made ten times as fast. */
function scaled(weights: ArrayLike<number>, scale: number): ArrayLike<number> {
  const result = weights.length < 8 ? new Array<number>(weights.length) : new Float64Array(weights.length);
  for (let k = 0; k < weights.length; k++) result[k] = weights[k] * scale;
  return result;
}

/** The sum of entries; a node that several have occurs once, and not at all where its weights cancel. */
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

/** What number `other` is of `entry`, within float32 rounding, or undefined if it is no multiple of it. */
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
