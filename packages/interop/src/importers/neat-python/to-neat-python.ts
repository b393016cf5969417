/**
 * Exports a network as a neat-python genome. Each value is represented as a weighted sum of nodes that neat-python
 * supports. The coefficients of the sum are multiplied into the weights of the outgoing edges.
 */
import { expectFinite, type Graph, type Network, NnbpError } from '@nnbp/core';
import { type AsNeat, toNeat } from './functions.js';
import type { NeatConnection, NeatGenome, NeatNode } from './genome.js';

/** A value as a sum: constant + Σ coefficient · value of the node with this key. */
interface Value {
  readonly terms: readonly (readonly [key: number, coefficient: number])[];
  readonly constant: number;
}

/**
 * Exports a network as a neat-python genome. Every connection is enabled. `response` is 1 for every node whose
 * aggregation is the sum. Keys are −1, −2, … for inputs and 0, 1, … for outputs. A hidden node whose id is a valid key
 * keeps the id as its key. neat-python lacks c, scalers, leaky ReLUs of arbitrary slope, elu with arbitrary α and the
 * hard sigmoid, so values that need them are written as weighted sums of neat-python nodes. If an output is such a sum,
 * an identity node is added for the sum. Shared weights become separate weights. The outputs are equal up to rounding
 * unless h of a `sine` or `softplus` is outside [−60, 60], where neat-python clamps it.
 *
 * A network with delays becomes a genome for neat-python's `RecurrentNetwork`. In each step, a node of such a network
 * reads the current values of inputs, but the values that other nodes had one step earlier. Therefore each edge from an
 * input needs a delay of 0, and every other edge a delay of 1 and an initial value of 0. Each output and each node that
 * is read with a delay has to be a single neat-python node.
 *
 * @throws NnbpError `UNSUPPORTED` (functions that neat-python lacks: bentIdentity, gelu, hardSwish, mish, silu,
 * softsign, logSumExp and custom functions; delays that its recurrent networks do not support), `NOT_FINITE`
 *
 * @example
 * ```ts
 * import { fromNeatPython, toNeatPython } from '@nnbp/interop';
 *
 * const genome = {
 *   input_keys: [-1],
 *   output_keys: [0],
 *   nodes: [{ key: 0, bias: 0.5, response: 2, activation: 'tanh', aggregation: 'sum' }],
 *   connections: [{ key: [-1, 0], weight: 3, enabled: true }],
 * };
 * toNeatPython(fromNeatPython(genome)).connections[0].weight; // 6
 * ```
 */
export function toNeatPython(network: Network): NeatGenome {
  expectFinite('parameters', network.parameters.vector);
  if (network.outputTransform !== 'none') {
    throw new NnbpError(
      'UNSUPPORTED',
      `neat-python has no ${network.outputTransform} over the outputs. Set network.outputTransform to "none" to export the output values.`,
    );
  }
  const { graph } = network;
  const genome = new GenomeWriter(network);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) genome.addNode(i);
  for (let k = 0; k < graph.outputs.length; k++) genome.addOutput(k);
  const { nodes, connections } = genome;
  expectFinite('The genome', [
    ...nodes.flatMap(({ bias, response }) => [bias, response]),
    ...connections.map(({ weight }) => weight),
  ]);
  return {
    input_keys: Array.from({ length: graph.inputCount }, (_, k) => -1 - k),
    output_keys: Array.from(graph.outputs, (_, k) => k),
    nodes,
    connections,
  };
}

class GenomeWriter {
  readonly nodes: NeatNode[] = [];
  readonly connections: NeatConnection[] = [];
  readonly #network: Network;
  readonly #graph: Graph;
  readonly #slots: ArrayLike<number>;
  readonly #keys: Keys;
  /** See {@link clampsOf}. The hard tanh nodes are not exported, since neat-python clamps h itself. */
  readonly #clamps: ReadonlyMap<number, number>;
  /** The hard tanh nodes in `#clamps`. */
  readonly #clamping: ReadonlySet<number>;
  readonly #asNeat: ReadonlyMap<number, AsNeat>;
  /** The value of each node, as a sum of neat-python nodes. */
  readonly #values: readonly Value[];

  constructor(network: Network) {
    const { graph } = network;
    this.#network = network;
    this.#graph = graph;
    this.#slots = graph.slots(network.parameters.vector);
    this.#keys = new Keys(graph.ids.slice(graph.inputCount), graph.outputs.length);
    this.#clamps = clampsOf(graph, this.#slots);
    this.#clamping = new Set(this.#clamps.values());
    const nodeIndices = Array.from({ length: graph.nodeCount - graph.inputCount }, (_, k) => graph.inputCount + k);
    this.#asNeat = new Map(
      nodeIndices.map((i) => {
        const activation = graph.activations[graph.activationOf[i]];
        return [
          i,
          toNeat(activation) ?? this.#throwUnsupported(i, `neat-python has no activation like "${activation.name}".`),
        ];
      }),
    );
    this.#values = Array.from(graph.ids, (_, i) => (i < graph.inputCount ? this.#inputValue(i) : this.#nodeValue(i)));
  }

  /** Adds the neat-python nodes that compute node i. */
  addNode(i: number): void {
    if (this.#clamping.has(i)) return;
    const graph = this.#graph;
    // The incoming edges and b are those of node i or of the hard tanh before it.
    const reader = this.#clamps.get(i) ?? i;
    // In neat-python, h before clamping is 60 times h of the hard tanh.
    const scale = reader === i ? 1 : clampedAt;
    const b = scale * this.#slots[graph.biasSlot(reader)];
    const { terms } = this.#asNeat.get(i)!;
    const keys = this.#values[i].terms.map(([key]) => key);
    if (graph.aggregation(reader) === undefined) {
      const h = sum(b, this.#edges(reader).map(([e, weight]) => [this.#read(reader, e), scale * weight])); // oxfmt-ignore
      terms.forEach(({ activation, factor }, k) => this.#addSum(keys[k], activation, h, factor));
      return;
    }
    const aggregation = this.#aggregationOf(reader);
    const operands = this.#edges(reader).map(([e, weight]) => this.#operand(reader, e, weight));
    terms.forEach(({ activation, factor }, k) => {
      this.nodes.push({ key: keys[k], bias: factor * b, response: factor * scale, activation, aggregation });
      for (const [from, weight] of operands) this.connections.push({ key: [from, keys[k]], weight, enabled: true });
    });
  }

  /** Adds a node for output k, unless the output is already a single node. */
  addOutput(k: number): void {
    const i = this.#graph.outputs[k];
    if (this.#isDirect(i)) return;
    if (this.#isRecurrent && !isOfInputs(this.#values[i])) {
      this.#throwUnsupported(
        i,
        'an output of a recurrent network has to be a single neat-python node, with c = 1 and no output scaler.',
      );
    }
    const { outputScaler } = this.#network;
    const deviation = outputScaler?.deviation[k] ?? 1;
    this.#addSum(k, 'identity', sum(outputScaler?.mean[k] ?? 0, [[this.#values[i], deviation]]), 1);
  }

  get #isRecurrent(): boolean {
    return this.#graph.stateSize > 0;
  }

  #inputValue(k: number): Value {
    const { inputScaler } = this.#network;
    const deviation = inputScaler?.deviation[k] ?? 1;
    return { terms: [[-1 - k, 1 / deviation]], constant: -(inputScaler?.mean[k] ?? 0) / deviation };
  }

  #nodeValue(i: number): Value {
    const { terms, constant } = this.#asNeat.get(i)!;
    const c = this.#slots[this.#graph.scaleSlot(i)];
    const keyOf = (k: number) => {
      if (this.#isDirect(i)) return this.#graph.outputPosition[i];
      return k === 0 ? this.#keys.of(this.#graph.ids[i]) : this.#keys.fresh();
    };
    return {
      terms: this.#clamping.has(i) ? [] : terms.map(({ coefficient }, k) => [keyOf(k), c * coefficient]),
      constant: c * constant,
    };
  }

  /** Whether node i is an output that is a single neat-python node. */
  #isDirect(i: number): boolean {
    const { outputScaler } = this.#network;
    const asNeat = this.#asNeat.get(i);
    if (asNeat === undefined || this.#graph.outputPosition[i] < 0 || outputScaler !== undefined) return false;
    return isPlain(asNeat, this.#slots[this.#graph.scaleSlot(i)]);
  }

  #edges(i: number): (readonly [e: number, weight: number])[] {
    const { edgeStart } = this.#graph;
    return Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => {
      const e = edgeStart[i] + k;
      return [e, this.#slots[this.#graph.weightSlot(e, i)]];
    });
  }

  /** The value that edge e to node i reads. */
  #read(i: number, e: number): Value {
    const graph = this.#graph;
    const j = graph.predecessors[e];
    const delay = graph.delay(e);
    if (this.#isRecurrent && delay !== (j < graph.inputCount ? 0 : 1)) {
      const when = delay === 0 ? 'in the same step' : delay === 1 ? 'one step earlier' : `${delay} steps earlier`;
      this.#throwUnsupported(
        i,
        `the node reads "${graph.ids[j]}" ${when}. A recurrent neat-python network reads inputs in the same step, and ` +
          'other nodes one step earlier.',
      );
    }
    if (delay > 0 && (graph.initialValues![j] !== 0 || this.#values[j].constant !== 0)) {
      this.#throwUnsupported(j, 'its value before the first step has to be 0 in neat-python.');
    }
    return this.#values[j];
  }

  #aggregationOf(i: number): string {
    const { name, builtin } = this.#graph.aggregation(i)!;
    return (
      aggregationNames.get(builtin?.name ?? '') ??
      this.#throwUnsupported(i, `neat-python has no aggregation like "${name}".`)
    );
  }

  /** Key and weight of the node that an aggregation reads. A value that is a sum becomes a separate node. */
  #operand(i: number, e: number, weight: number): readonly [key: number, weight: number] {
    const value = this.#read(i, e);
    const { terms, constant } = value;
    if (terms.length === 1 && constant === 0) return [terms[0][0], weight * terms[0][1]];
    // If a node were added, the inputs would reach the aggregation one step late.
    if (this.#isRecurrent) {
      this.#throwUnsupported(
        this.#graph.predecessors[e],
        'an aggregation in a recurrent neat-python network can read only inputs whose mean in the input scaler is 0, and ' +
          'nodes that are single neat-python nodes.',
      );
    }
    const key = this.#keys.fresh();
    this.#addSum(key, 'identity', value, 1);
    return [key, weight];
  }

  /** Adds a sum node. It always gets an incoming connection, because neat-python omits nodes without connections. */
  #addSum(key: number, activation: string, { terms, constant }: Value, factor: number): void {
    this.nodes.push({ key, bias: factor * constant, response: 1, activation, aggregation: 'sum' });
    for (const [from, weight] of terms.length > 0 ? terms : [[-1, 0] as const]) {
      this.connections.push({ key: [from, key], weight: factor * weight, enabled: true });
    }
  }

  #throwUnsupported(i: number, reason: string): never {
    throw new NnbpError('UNSUPPORTED', `Node "${this.#graph.ids[i]}": ${reason}`);
  }
}

/**
 * Whether a value depends only on inputs. In a recurrent network, an added sum node reads inputs in the same step, but
 * other nodes one step earlier.
 */
const isOfInputs = ({ terms }: Value) => terms.every(([key]) => key < 0);

/** neat-python clamps h of `sin` and `softplus` to ± this value. */
const clampedAt = 60;

/** Names of aggregations: in @nnbp → in neat-python. */
const aggregationNames: ReadonlyMap<string, string> = new Map([
  ['product', 'product'],
  ['max', 'max'],
  ['min', 'min'],
  ['maxAbs', 'maxabs'],
  ['median', 'median'],
  ['mean', 'mean'],
]);

/**
 * Finds the nodes that `fromNeatPython` created from `sin` or `softplus`: index → index of the hard tanh that clamps h.
 */
function clampsOf(graph: Graph, slots: ArrayLike<number>): ReadonlyMap<number, number> {
  const nameOf = (i: number) => graph.activations[graph.activationOf[i]].builtin?.name;
  const found = new Map<number, number>();
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const e = graph.edgeStart[i];
    const j = graph.predecessors[e];
    const isClamped =
      (nameOf(i) === 'sine' || nameOf(i) === 'softplus') &&
      toNeat(graph.activations[graph.activationOf[i]])?.terms[0].factor === 1 / 5 &&
      graph.aggregation(i) === undefined &&
      graph.edgeStart[i + 1] === e + 1 &&
      graph.delay(e) === 0 &&
      slots[graph.weightSlot(e, i)] === clampedAt &&
      slots[graph.biasSlot(i)] === 0 &&
      j >= graph.inputCount &&
      nameOf(j) === 'hardTanh' &&
      slots[graph.scaleSlot(j)] === 1 &&
      graph.outputPosition[j] < 0 &&
      graph.successorStart[j + 1] === graph.successorStart[j] + 1;
    if (isClamped) found.set(i, j);
  }
  return found;
}

/** Whether a node can be represented by a single neat-python node. */
const isPlain = ({ terms, constant }: AsNeat, c: number) =>
  terms.length === 1 && c * terms[0].coefficient === 1 && constant === 0;

/** constant + Σ weight · value, with the terms of each key combined. */
function sum(constant: number, parts: readonly (readonly [Value, number])[]): Value {
  const coefficients = new Map<number, number>();
  let total = constant;
  for (const [value, weight] of parts) {
    total += weight * value.constant;
    for (const [key, coefficient] of value.terms) {
      coefficients.set(key, (coefficients.get(key) ?? 0) + weight * coefficient);
    }
  }
  return { terms: [...coefficients], constant: total };
}

/** Assigns keys to hidden nodes. Ids that are valid keys are kept; other nodes get the next free numbers. */
class Keys {
  readonly #existing = new Map<string, number>();
  #next: number;

  constructor(ids: readonly string[], outputs: number) {
    this.#next = outputs;
    for (const id of ids) {
      const key = Number(id);
      if (!/^[1-9]\d{0,8}$/.test(id) || key < outputs) continue;
      this.#existing.set(id, key);
      this.#next = Math.max(this.#next, key + 1);
    }
  }

  of(id: string): number {
    return this.#existing.get(id) ?? this.fresh();
  }

  fresh(): number {
    return this.#next++;
  }
}
