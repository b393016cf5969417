/**
 * Reads and sets b, c and the weights of a node in a flat vector. Parameters and gradients have the same layout, so the
 * same class serves both.
 */
import type { FloatArray } from './contract.js';
import { NnbpError } from './errors.js';
import { expectFiniteNumber, expectForParameters, expectLength } from './expect.js';
import type { Graph } from './graph.js';

/** The parameters of one node, or their gradients. */
export interface NodeParameters {
  /** The bias. Undefined if it is fixed. */
  b?: number;
  /** The scale. Undefined if it is fixed. */
  c?: number;
  /**
   * The weight of each incoming edge, unless the weight is fixed. The key is the predecessor's id; for an edge with a
   * delay of 2 steps, the key is `id@-2`.
   */
  w: Record<string, number>;
}

/**
 * A vector in the graph's layout: the nodes in topological order, each with its b, c and weights. A shared parameter is
 * stored with the first node that uses it.
 */
export class ParameterVector<Vector extends FloatArray = Float64Array> {
  /** @throws NnbpError `WRONG_LENGTH` */
  constructor(
    /** The graph that determines the layout. */
    readonly graph: Graph,
    /** The flat vector. */
    readonly vector: Vector,
  ) {
    expectLength('vector', vector.length, graph.parameterCount);
  }

  /**
   * Returns the parameters of the node with this id.
   *
   * @throws NnbpError `UNKNOWN_ID` (also thrown for the id of an input, which has no parameters)
   */
  of(id: string): NodeParameters {
    const { graph, vector } = this;
    const i = computedNode(graph, id);
    const [b, c] = [graph.biasIndex(i), graph.scaleIndex(i)];
    const weights: [name: string, value: number][] = [];
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const index = graph.weightIndex(e, i);
      if (index >= 0) weights.push([graph.edgeName(e), vector[index]]);
    }
    // `Object.fromEntries` is also correct for a node with the id "__proto__".
    const w = Object.fromEntries(weights);
    return { ...(b >= 0 && { b: vector[b] }), ...(c >= 0 && { c: vector[c] }), w };
  }

  /**
   * Sets some parameters of a node and leaves the others unchanged. A shared parameter changes for all nodes or edges
   * that share it.
   *
   * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`, `NOT_FINITE`, `WRONG_TYPE`; the parameters are then unchanged
   */
  set(
    id: string,
    values: { readonly b?: number; readonly c?: number; readonly w?: Readonly<Record<string, number>> },
  ): void {
    const { graph, vector } = this;
    const i = computedNode(graph, id);
    expectForParameters(`Node "${id}"`, values);
    const changes: [index: number, value: number][] = [];
    const change = (name: string, index: number, value: number) => {
      if (index < 0) {
        throw new NnbpError(
          'FIXED_PARAMETER',
          `${name} of node "${id}" is fixed. To set it, build the graph without fixing it.`,
        );
      }
      expectFiniteNumber(`${name} of node "${id}"`, value);
      changes.push([index, value]);
    };
    if (values.b !== undefined) change('b', graph.biasIndex(i), values.b);
    if (values.c !== undefined) change('c', graph.scaleIndex(i), values.c);
    const weights = new Map(Object.entries(values.w ?? {}));
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const edgeName = graph.edgeName(e);
      if (!weights.has(edgeName)) continue;
      change(`w from "${edgeName}"`, graph.weightIndex(e, i), weights.get(edgeName)!);
      weights.delete(edgeName);
    }
    for (const edgeName of weights.keys()) {
      throw new NnbpError('UNKNOWN_ID', `Node "${id}" has no edge from "${edgeName}".`);
    }
    for (const [index, value] of changes) vector[index] = value;
  }
}

function computedNode(graph: Graph, id: string): number {
  const i = graph.indexOf(id);
  if (i < graph.inputCount) throw new NnbpError('UNKNOWN_ID', `Node "${id}" is an input and has no parameters.`);
  return i;
}
