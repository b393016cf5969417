/**
 * Computes predictions in float64. Reads the parameters of the network without copying them, and adds numbers in the
 * same order as the reference engine. Allocates only the result.
 */
import type { Activation, Aggregation } from './contract.js';
import { expectArray, expectFinite, expectLength } from './expect.js';
import type { Graph } from './graph.js';
import type { Network } from './network.js';
import { applyOutputTransform } from './output-transform.js';
import { overflow } from './overflow.js';
import type { Row } from './rows.js';

/** Consecutive nodes, `first` to `end` − 1, that one loop computes. */
interface Group {
  readonly activation: Activation;
  readonly first: number;
  end: number;
  /**
   * If the nodes form a layer, the index of their first predecessor in x, the table of values; otherwise −1. Nodes
   * form a layer if they have the same predecessors, which are consecutive in x, if the weights of each node are
   * consecutive, and if no node has an aggregation.
   */
  readonly source: number;
  readonly fanIn: number;
  /** The slot of the first node's first weight. */
  readonly weight: number;
  /** For a layer: the distance between the first weights of two consecutive nodes. */
  stride: number;
  /** False if every c is fixed at 1. */
  readonly scaled: boolean;
  readonly aggregation: Aggregation | undefined;
  /** Scratch memory for z, the weighted values of a node's edges; empty without an aggregation. */
  readonly z: Float64Array;
}

/** Computes the values of all nodes from those of the inputs. */
export interface ForwardPass {
  /** The values, one number per node. The first numbers are the inputs, in order. */
  readonly x: Float64Array;
  /** For each output, its index in x. */
  readonly outputRows: ArrayLike<number>;
  /** For each node, its index in x. If undefined, node i has index i. */
  readonly rowOf: Uint32Array | undefined;
  /**
   * Computes x of all nodes other than inputs.
   *
   * @param slots - The parameters followed by the graph's constants.
   * @returns 0, or NaN if a weighted value z, a pre-activation or a parameter is not finite.
   */
  run(slots: Float64Array): number;
}

/** Predicts in the units of the data, and checks inputs and results. */
export class Prediction {
  readonly #graph: Graph;
  readonly #pass: ForwardPass;

  constructor(graph: Graph, pass: ForwardPass = new TopologicalPass(graph)) {
    this.#graph = graph;
    this.#pass = pass;
  }

  /**
   * @param sample - The index of the sample or step, for messages.
   * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`, `OVERFLOW`
   */
  predict(network: Network, input: Row, sample: number, kind: 'Sample' | 'Step' = 'Sample'): number[] {
    const { inputCount } = this.#graph;
    const { x, outputRows } = this.#pass;
    const { slots, inputScaler, outputScaler, outputTransform } = network;
    if (typeof input !== 'object' || input === null) this.#expectInput(input, sample, kind);
    let zeroIfFinite = 0;
    for (let k = 0; k < inputCount; k++) {
      const value = input[k];
      // 0 * null is 0, so null would pass the check.
      if (typeof value !== 'number') this.#expectInput(input, sample, kind);
      zeroIfFinite += 0 * value;
      x[k] = inputScaler === undefined ? value : inputScaler.apply(value, k);
    }
    if (zeroIfFinite !== 0 || input.length !== inputCount) this.#expectInput(input, sample, kind);
    zeroIfFinite += this.#pass.run(slots);
    if (zeroIfFinite !== 0) this.#expectNoOverflow(slots, sample, kind);
    const result = new Array<number>(outputRows.length);
    for (let k = 0; k < result.length; k++) {
      const value = x[outputRows[k]];
      result[k] = outputScaler === undefined ? value : outputScaler.undo(value, k);
      zeroIfFinite += 0 * result[k];
    }
    if (zeroIfFinite !== 0) {
      this.#expectNoOverflow(slots, sample, kind);
      expectFinite(`The outputs of ${kind.toLowerCase()} ${sample}, in the units of the data`, result);
    }
    if (outputTransform !== 'none') applyOutputTransform(outputTransform, result, 0, result.length);
    return result;
  }

  #expectInput(input: Row, sample: number, kind: string): void {
    const label = `input of ${kind.toLowerCase()} ${sample}`;
    expectArray(label, input);
    expectLength(label, input.length, this.#graph.inputCount);
    expectFinite(label, input);
  }

  /**
   * Throws if a parameter or an output is not finite. An infinite pre-activation is allowed, since the node may be
   * saturated.
   */
  #expectNoOverflow(slots: Float64Array, sample: number, kind: string): void {
    const { ids, parameterCount } = this.#graph;
    const { x, outputRows, rowOf } = this.#pass;
    expectFinite('parameters', slots.subarray(0, parameterCount));
    if (Array.from(outputRows).every((row) => Number.isFinite(x[row]))) return;
    ids.forEach((id, i) => {
      const value = x[rowOf?.[i] ?? i];
      if (!Number.isFinite(value)) throw overflow(`${kind} ${sample}: x of node "${id}" is ${value}`);
    });
  }
}

/** Computes all nodes in topological order. Delayed edges read their initial values. */
class TopologicalPass implements ForwardPass {
  /** The value of each node, followed by the initial values read by delayed edges. */
  readonly x: Float64Array;
  readonly outputRows: ArrayLike<number>;
  readonly rowOf = undefined;
  readonly #graph: Graph;
  readonly #groups: readonly Group[];
  /** For each edge, the index of its source in x. */
  readonly #sources: ArrayLike<number>;
  readonly #biases: Uint32Array;
  readonly #scales: Uint32Array;

  constructor(graph: Graph) {
    const { nodeCount, predecessors, edgeDelay, stateStart } = graph;
    this.#graph = graph;
    this.outputRows = graph.outputs;
    this.#sources = edgeDelay
      ? Uint32Array.from(predecessors, (j, e) => (edgeDelay[e] > 0 ? nodeCount + stateStart![j] + edgeDelay[e] - 1 : j))
      : predecessors;
    this.x = new Float64Array(nodeCount + graph.stateSize);
    this.x.set(graph.initialState(), nodeCount);
    this.#biases = Uint32Array.from(graph.ids, (_, i) => graph.biasSlot(i));
    this.#scales = Uint32Array.from(graph.ids, (_, i) => graph.scaleSlot(i));
    this.#groups = groupsOf(graph, this.#sources);
  }

  run(slots: Float64Array): number {
    const groups = this.#groups;
    let zeroIfFinite = 0;
    for (let k = 0; k < groups.length; k++) {
      const group = groups[k];
      zeroIfFinite += group.source < 0 ? this.#computeNodes(group, slots) : this.#computeLayer(group, slots);
    }
    return zeroIfFinite;
  }

  /** Computes the nodes of a layer, four at a time. Returns 0, or NaN if a pre-activation is not finite. */
  #computeLayer({ activation, first, end, source, fanIn, weight, stride, scaled }: Group, slots: Float64Array): number {
    const x = this.x;
    const biases = this.#biases;
    const scales = this.#scales;
    const sourceEnd = source + fanIn;
    const stride2 = 2 * stride;
    const stride3 = 3 * stride;
    let zeroIfFinite = 0;
    let i = first;
    let w = weight;
    for (; i + 3 < end; i += 4, w += 4 * stride) {
      let h0 = slots[biases[i]];
      let h1 = slots[biases[i + 1]];
      let h2 = slots[biases[i + 2]];
      let h3 = slots[biases[i + 3]];
      // One index for four weights is a third faster than four indices. `| 0` keeps the indices within 32 bits, so V8
      // does not check for overflow.
      for (let j = source, at = w; j < sourceEnd; j = (j + 1) | 0, at = (at + 1) | 0) {
        const value = x[j];
        h0 += slots[at] * value;
        h1 += slots[(at + stride) | 0] * value;
        h2 += slots[(at + stride2) | 0] * value;
        h3 += slots[(at + stride3) | 0] * value;
      }
      if (scaled) {
        x[i] = slots[scales[i]] * activation.value(h0);
        x[i + 1] = slots[scales[i + 1]] * activation.value(h1);
        x[i + 2] = slots[scales[i + 2]] * activation.value(h2);
        x[i + 3] = slots[scales[i + 3]] * activation.value(h3);
      } else {
        x[i] = activation.value(h0);
        x[i + 1] = activation.value(h1);
        x[i + 2] = activation.value(h2);
        x[i + 3] = activation.value(h3);
      }
      zeroIfFinite += 0 * (h0 + h1 + h2 + h3);
    }
    for (; i < end; i++, w += stride) {
      let h = slots[biases[i]];
      for (let j = source, at = w; j < sourceEnd; j++) h += slots[at++] * x[j];
      x[i] = slots[scales[i]] * activation.value(h);
      zeroIfFinite += 0 * h;
    }
    return zeroIfFinite;
  }

  /**
   * Computes nodes that do not form a layer, edge by edge. Returns 0, or NaN if a weighted value z or a pre-activation
   * is not finite.
   */
  #computeNodes({ activation, first, end, aggregation, z }: Group, slots: Float64Array): number {
    const graph = this.#graph;
    const x = this.x;
    const sources = this.#sources;
    const { edgeStart } = graph;
    let zeroIfFinite = 0;
    for (let i = first; i < end; i++) {
      let h = slots[this.#biases[i]];
      const start = edgeStart[i];
      for (let e = start; e < edgeStart[i + 1]; e++) {
        const product = slots[graph.weightSlot(e, i)] * x[sources[e]];
        if (aggregation === undefined) h += product;
        else {
          z[e - start] = product;
          zeroIfFinite += 0 * product;
        }
      }
      if (aggregation !== undefined) h += aggregation.value(z);
      x[i] = slots[this.#scales[i]] * activation.value(h);
      zeroIfFinite += 0 * h;
    }
    return zeroIfFinite;
  }
}

function groupsOf(graph: Graph, sources: ArrayLike<number>): Group[] {
  const groups: Group[] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const start = graph.edgeStart[i];
    const fanIn = graph.edgeStart[i + 1] - start;
    const aggregation = graph.aggregation(i);
    const weight = graph.weightSlot(start, i);
    let source = aggregation === undefined ? (fanIn > 0 ? sources[start] : 0) : -1;
    for (let k = 1; k < fanIn && source >= 0; k++) {
      if (sources[start + k] !== source + k || graph.weightSlot(start + k, i) !== weight + k) source = -1;
    }
    const activation = graph.activations[graph.activationOf[i]];
    // The slot after the parameters holds the first constant, which is 1.
    const scaled = graph.scaleSlot(i) !== graph.parameterCount;
    const previous = groups[groups.length - 1] as Group | undefined;
    if (
      previous?.activation === activation &&
      previous.scaled === scaled &&
      !aggregation &&
      previous.source === source
    ) {
      const size = previous.end - previous.first;
      if (source < 0 && previous.aggregation === undefined) {
        previous.end++;
        continue;
      }
      if (
        source >= 0 &&
        previous.fanIn === fanIn &&
        (size === 1 || weight === previous.weight + size * previous.stride)
      ) {
        if (size === 1) previous.stride = weight - previous.weight;
        previous.end++;
        continue;
      }
    }
    groups.push({
      activation,
      first: i,
      end: i + 1,
      source,
      fanIn,
      weight,
      stride: 0,
      scaled,
      aggregation,
      z: new Float64Array(aggregation ? fanIn : 0),
    });
  }
  return groups;
}
