/** Queries for finding standard layers: what a node computes, and which of its parameters are constant. */
import type { Graph } from '@nnbp/core';
import { sourceOf } from '@nnbp/formats/shared';

/** Returns the value of a slot (see `Graph`); undefined if the value may change. */
export type Known = (slot: number) => number | undefined;

/** An edge into a node. */
export interface Edge {
  /** The source node. */
  readonly node: number;
  readonly delay: number;
  /** Slot of the weight. */
  readonly slot: number;
  /** A number that identifies the source node together with the delay; see `sourceOf`. */
  readonly source: number;
}

export class Nodes {
  #constants: Float64Array | undefined;

  constructor(
    readonly graph: Graph,
    readonly known: Known,
  ) {}

  get hasDelays(): boolean {
    return this.graph.edgeDelay !== undefined;
  }

  /** All edges into node i, in the order of the graph. */
  edges(i: number): Edge[] {
    const { graph } = this;
    return Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => {
      const edge = graph.edgeStart[i] + k;
      return {
        node: graph.predecessors[edge],
        delay: graph.delay(edge),
        slot: graph.weightSlot(edge, i),
        source: sourceOf(graph, edge),
      };
    });
  }

  /**
   * The name of the activation of a node. Undefined for an input, a custom activation and an activation with options.
   */
  activation(i: number): string | undefined {
    if (i < this.graph.inputCount) return undefined;
    const { builtin } = this.graph.activations[this.graph.activationOf[i]];
    return builtin !== undefined && Object.keys(builtin.options).length === 0 ? builtin.name : undefined;
  }

  /** Whether the node is g(b + Σ w · x) with this activation g, and c is known to be 1. */
  isSum(i: number, activation: string): boolean {
    return (
      this.activation(i) === activation &&
      this.graph.aggregation(i) === undefined &&
      this.known(this.graph.scaleSlot(i)) === 1
    );
  }

  /** The edges of a node that is g(b + w Σ x) with the given constants b and w; undefined for other nodes. */
  plain(i: number, activation = 'identity', { b = 0, w = 1 } = {}): Edge[] | undefined {
    if (!this.isSum(i, activation) || this.known(this.graph.biasSlot(i)) !== b) return undefined;
    return this.#allWith(i, w);
  }

  /** The edges of a node that only aggregates its predecessors, without parameters; undefined for other nodes. */
  aggregated(i: number, name: string): Edge[] | undefined {
    const { graph } = this;
    const isPlain =
      i >= graph.inputCount &&
      graph.aggregation(i)?.builtin?.name === name &&
      this.activation(i) === 'identity' &&
      this.known(graph.biasSlot(i)) === 0 &&
      this.known(graph.scaleSlot(i)) === 1;
    return isPlain ? this.#allWith(i, 1) : undefined;
  }

  /**
   * The value of an identity node whose parameters and predecessors are constant; undefined for other nodes. A node
   * that reads a value with a delay is not constant, since it reads an initial value first.
   */
  constant(i: number): number | undefined {
    const value = (this.#constants ??= this.#computeConstants())[i];
    return Number.isNaN(value) ? undefined : value;
  }

  /** The two factors of a product without parameters; undefined for other nodes. */
  factors(i: number): readonly [Edge, Edge] | undefined {
    const edges = this.aggregated(i, 'product');
    return edges?.length === 2 ? [edges[0], edges[1]] : undefined;
  }

  /** Computes the value of each constant node from the values of its predecessors. Other nodes get NaN. */
  #computeConstants(): Float64Array {
    const { graph, known } = this;
    const values = new Float64Array(graph.nodeCount).fill(NaN);
    for (let i = graph.inputCount; i < graph.nodeCount; i++) {
      let value = this.isSum(i, 'identity') ? (known(graph.biasSlot(i)) ?? NaN) : NaN;
      for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1] && !Number.isNaN(value); edge++) {
        const isDelayed = graph.delay(edge) > 0;
        value += isDelayed ? NaN : (known(graph.weightSlot(edge, i)) ?? NaN) * values[graph.predecessors[edge]];
      }
      values[i] = value;
    }
    return values;
  }

  #allWith(i: number, w: number): Edge[] | undefined {
    const edges = this.edges(i);
    return edges.every(({ slot }) => this.known(slot) === w) ? edges : undefined;
  }
}
