/**
 * Computes the parameters of an exported ONNX model. The c of a node is multiplied into the weights of the edges from
 * this node, or into the node's own b and w if its activation is linear. If an activation multiplies h by a factor,
 * such as the frequency of `sine`, the factor is multiplied into b and w.
 */
import { type Graph, mismatch, type Network, NnbpError } from '@nnbp/core';
import { sourceOf } from '@nnbp/formats/shared';
import { type Written, writtenActivation } from './activations.js';
import type { Operations } from './operations.js';

/** Computes the parameters of nodes and edges, and writes them as constants. */
export class FoldedParameters {
  /** Parameters and constants, by slot. */
  readonly slots: Float64Array;
  /** How each activation of the graph is written. */
  readonly written: readonly Written[];
  readonly #graph: Graph;
  readonly #operations: Operations;

  /** @throws NnbpError `UNSUPPORTED` (a custom activation) */
  constructor({ graph, parameters }: Network, operations: Operations) {
    this.#graph = graph;
    this.#operations = operations;
    this.slots = graph.slots(parameters.vector);
    this.written = graph.activations.map((activation, k) => {
      const found = writtenActivation(activation);
      if (found !== undefined) return found;
      const first = Array.from(graph.activationOf).findIndex((own, i) => i >= graph.inputCount && own === k);
      throw new NnbpError(
        'UNSUPPORTED',
        `Node "${graph.ids[first]}": the activation "${activation.name}" is custom, so ONNX has no ` +
          'operation for it. Use a built-in activation.',
      );
    });
  }

  /**
   * The factor by which h of node i is multiplied. If the node has no aggregation, h is a weighted sum, and the factor
   * is multiplied into b and w.
   */
  factorOfH(i: number): number {
    const activation = this.#graph.activationOf[i];
    const { inner, linear } = this.written[activation];
    const { options } = this.#graph.activations[activation].builtin!;
    return (inner?.(options) ?? 1) * (linear === true ? this.#scale(i) : 1);
  }

  /** The factor that converts node i's value in the ONNX model to x: 1 if the value includes c, otherwise c. */
  factorOfX(i: number): number {
    if (i < this.#graph.inputCount || i >= this.#graph.nodeCount) return 1;
    return this.written[this.#graph.activationOf[i]].linear === true ? 1 : this.#scale(i);
  }

  #scale(i: number): number {
    return this.slots[this.#graph.scaleSlot(i)];
  }

  /** The weight of an edge into node i, multiplied by the factors of h and of the predecessor's x. */
  weight(edge: number, i: number): number {
    const w = this.slots[this.#graph.weightSlot(edge, i)];
    return this.factorOfH(i) * w * this.factorOfX(sourceOf(this.#graph, edge));
  }

  /** Writes the biases of nodes, multiplied by the factor of h. */
  biases(nodes: readonly number[]): string {
    return this.constant(
      'b',
      nodes,
      nodes.map((i) => this.factorOfH(i) * this.slots[this.#graph.biasSlot(i)]),
    );
  }

  /** Writes parameters of nodes as a constant tensor. `what` names them in errors. */
  constant(what: string, nodes: readonly number[], values: ArrayLike<number>, dims?: readonly number[]): string {
    const more = nodes.length === 1 ? '' : ` and ${nodes.length - 1} more`;
    return this.numbers(`${what} of node "${this.#graph.ids[nodes[0]]}"${more}`, values, dims);
  }

  /**
   * Writes a constant tensor. Default of `dims`: one axis.
   *
   * @throws NnbpError `NOT_FINITE` (a number is out of the range of float32)
   */
  numbers(label: string, values: ArrayLike<number>, dims?: readonly number[]): string {
    for (let k = 0; k < values.length; k++) {
      if (!Number.isFinite(Math.fround(values[k]))) {
        throw mismatch('NOT_FINITE', label, 'a number in the range of float32', values[k]);
      }
    }
    return this.#operations.numbers(values, dims);
  }
}
