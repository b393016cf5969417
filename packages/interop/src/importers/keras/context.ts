/** The state that the readers of all layers share: weights, collected nodes and limits. */
import { NnbpError } from '@nnbp/core';
import type { JsonValue } from '@nnbp/formats/shared';
import type { Part } from '../assemble.js';
import type { Layer } from './topology.js';
import type { Applied, Nodes, Values } from './values.js';
import type { Weights } from './weights.js';

/** Maximum number of values in a model without weights. Each byte of the weights adds one to this limit. */
const maxValuesWithoutWeights = 2 ** 18;
/**
 * Maximum number of edges in pooling layers and in layers with shared weights. A model with few weights can have any
 * number of these edges.
 */
const maxEdges = 2 ** 22;

export class Context {
  readonly #nodes: Nodes[] = [];
  /** The nodes of recurrent and pooling layers. */
  readonly #others: Part[] = [];
  #valuesLeft: number;
  #edgesLeft = maxEdges;

  constructor(
    readonly weights: ReadonlyMap<string, Weights>,
    /** The version of Keras. */
    readonly version: string,
    /** For each layer, by name, the number of layers and outputs that read its values. */
    readonly uses: ReadonlyMap<string, number>,
    /** Whether the model reads sequences. If so, the first dimension of an input can be the number of steps. */
    readonly hasSteps: boolean,
    /** Names of the layers that a `TimeDistributed` reads. */
    readonly readByTimeDistributed: ReadonlySet<string>,
  ) {
    this.#valuesLeft = maxValuesWithoutWeights;
    for (const { values } of weights.values()) this.#valuesLeft += 4 * values.length;
  }

  parts(): Part[] {
    const nodes = this.#nodes.flatMap(({ ids, from, w, b, shared, scaledActivation: { activation, factor } }) =>
      ids.map((id, u) => ({
        id,
        from: from(u),
        activation,
        b: factor * b(u),
        w: factor === 1 ? w(u) : Array.from(w(u), (weight) => factor * weight),
        ...(shared && { shared: shared(u) }),
      })),
    );
    return [...nodes, ...this.#others];
  }

  /** Adds nodes whose parameters and activation the next layers can still change. */
  add(nodes: Nodes): Nodes {
    this.#nodes.push(nodes);
    return nodes;
  }

  /** Adds a node that later layers do not change. */
  addPart(part: Part): void {
    this.#others.push(part);
  }

  /**
   * Returns the values of a layer. If several layers or outputs read the values, the result has no `unfinished` nodes,
   * so that no later layer changes the nodes that compute the values.
   */
  finishIfShared({ name }: Layer, values: Values): Values {
    if ((this.uses.get(name) ?? 0) <= 1) return values;
    const { unfinished: _, ...finished } = values;
    return finished;
  }

  /** Returns the weight array `arrayName` of a layer. Throws `MALFORMED` unless the array exists and has this shape. */
  array({ name, inner, json }: Applied, arrayName: string, shape: readonly number[]): Float32Array {
    const found =
      this.weights.get(`${name}/${arrayName}`) ??
      (inner === undefined ? undefined : this.weights.get(`${inner}/${arrayName}`)) ??
      json.throwExpected(`weights with the name ${name}/${arrayName}`);
    if (found.shape.length !== shape.length || found.shape.some((size, k) => size !== shape[k])) {
      json.throwExpected(`${arrayName} of shape [${shape.join(', ')}], not [${found.shape.join(', ')}]`);
    }
    return found.values;
  }

  /** Returns ids for `count` new nodes of a layer. Throws `TOO_LARGE` if the model has too many values. */
  ids(json: JsonValue, name: string, count: number): string[] {
    this.takeValues(json, count);
    return Array.from({ length: count }, (_, k) => `${name}.${k}`);
  }

  /**
   * Counts edges of a pooling layer or of a layer with shared weights. Must be called before the edges are created.
   * Throws `TOO_LARGE` if the model has too many such edges.
   */
  spendEdges(json: JsonValue, count: number): void {
    this.#edgesLeft -= count;
    if (!(this.#edgesLeft >= 0)) {
      throw new NnbpError(
        'TOO_LARGE',
        `${json.path}: expected at most ${maxEdges} edges in pooling and in layers with shared weights.`,
      );
    }
  }

  /** Counts values. Must be called before the values are created. Throws `TOO_LARGE` if the model has too many values. */
  takeValues(json: JsonValue, count: number): void {
    this.#valuesLeft -= count;
    if (this.#valuesLeft < 0) {
      throw new NnbpError(
        'TOO_LARGE',
        `${json.path}: the layers up to this one need far more values than the file has weights. Check their shapes.`,
      );
    }
  }
}
