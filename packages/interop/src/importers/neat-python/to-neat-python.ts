/**
 * Exports a network as a genome of neat-python. Each value is a weighted sum of node values that neat-python supports; what
 * it does not support (c, scalers, other slopes of a leaky ReLU) is multiplied into the weights of the successors.
 */
import { expectFinite, type Graph, type Network, NnbpError } from '@nnbp/core';
import { type AsNeat, toNeat } from './functions.js';
import type { NeatConnection, NeatGenome, NeatNode } from './genome.js';

/** constant + Σ coefficient · the value of the node with this key */
interface Value {
  readonly terms: readonly (readonly [key: number, coefficient: number])[];
  readonly constant: number;
}

/**
 * The network as a genome of neat-python. `response` is 1 and every connection enabled. Inputs are −1, −2, …, outputs 0, 1,
 * …, hidden nodes keep ids that are numbers. Where neat-python has no equivalent, several of its nodes are combined: for c,
 * scalers, a leaky ReLU of any slope, elu of any α, a hard sigmoid; an output that is such a sum gets an identity node. Shared
 * weights become separate. The outputs are equal up to rounding unless h of a `sine` or `softplus` is beyond ±60, where
 * neat-python clamps it.
 *
 * A network with delays becomes a genome for neat-python's `RecurrentNetwork`, which reads inputs of the same step and all
 * other nodes one step before: each edge between two nodes needs the delay 1 and the initial value 0, and each node that is read
 * with a delay and each output has to be one node of neat-python.
 *
 * @throws NnbpError `UNSUPPORTED` (gelu, mish, silu, softsign, logSumExp, or a custom function: neat-python has none; delays
 * that a recurrent network of neat-python does not have), `NOT_FINITE`
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
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const { vector } = network.parameters;
  expectFinite('parameters', vector);
  if (outputTransform !== 'none') {
    throw new NnbpError(
      'UNSUPPORTED',
      `neat-python has no ${outputTransform} over the outputs. Set network.outputTransform to "none" to export the output values.`,
    );
  }
  const slots = graph.slots(vector);
  const isRecurrent = graph.stateSize > 0;
  const refuse = (i: number, why: string): never => {
    throw new NnbpError('UNSUPPORTED', `Node "${graph.ids[i]}": ${why}`);
  };
  const edgesOf = (i: number) =>
    Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  const nodeIndices = Array.from({ length: graph.nodeCount - graph.inputCount }, (_, k) => graph.inputCount + k);
  const clamps = clampsOf(graph, slots);
  const clamping = new Set(clamps.values());
  const asNeat = new Map(
    nodeIndices.map((i) => {
      const activation = graph.activations[graph.activationOf[i]];
      return [i, toNeat(activation) ?? refuse(i, `neat-python has no activation like "${activation.name}".`)];
    }),
  );
  /** Positions of the outputs that are a single node of neat-python. */
  const done = new Set<number>();
  const keys = new Keys(graph.ids.slice(graph.inputCount), graph.outputs.length);
  const nodes: NeatNode[] = [];
  const connections: NeatConnection[] = [];
  const values: Value[] = Array.from({ length: graph.inputCount }, (_, k) => {
    const deviation = inputScaler?.deviation[k] ?? 1;
    return { terms: [[-1 - k, 1 / deviation]], constant: -(inputScaler?.mean[k] ?? 0) / deviation };
  });
  for (const i of nodeIndices) {
    const { terms, constant } = asNeat.get(i)!;
    const c = slots[graph.scaleSlot(i)];
    const direct = graph.outputPosition[i] >= 0 && outputScaler === undefined && isPlain(asNeat.get(i)!, c);
    if (direct) done.add(graph.outputPosition[i]);
    const keyOf = (k: number) => (direct ? graph.outputPosition[i] : k === 0 ? keys.of(graph.ids[i]) : keys.fresh());
    values.push({
      terms: clamping.has(i) ? [] : terms.map(({ coefficient }, k) => [keyOf(k), c * coefficient]),
      constant: c * constant,
    });
  }

  /** Adds a node that sums. It needs an incoming connection: neat-python omits nodes without one. */
  const add = (key: number, activation: string, { terms, constant }: Value, factor: number) => {
    nodes.push({ key, bias: factor * constant, response: 1, activation, aggregation: 'sum' });
    for (const [from, weight] of terms.length > 0 ? terms : [[-1, 0] as const]) {
      connections.push({ key: [from, key], weight: factor * weight, enabled: true });
    }
  };
  /** Whether a sum reads only inputs. In a recurrent network, a node reads other nodes one step late. */
  const isOfInputs = ({ terms }: Value) => terms.every(([key]) => key < 0);
  /** The value that an edge reads. */
  const read = (i: number, e: number): Value => {
    const j = graph.predecessors[e];
    const delay = graph.delay(e);
    if (isRecurrent && delay !== (j < graph.inputCount ? 0 : 1)) {
      refuse(
        i,
        `it reads "${graph.ids[j]}" ${delay === 1 ? 'one step' : `${delay} steps`} earlier. A recurrent network of neat-python reads inputs of the same step, and ` +
          'other nodes one step earlier.',
      );
    }
    if (delay > 0 && (graph.initials![j] !== 0 || values[j].constant !== 0)) {
      refuse(j, 'its value before the first step has to be 0 in neat-python.');
    }
    return values[j];
  };

  for (const i of nodeIndices) {
    if (clamping.has(i)) continue;
    const clamped = clamps.get(i) ?? i;
    // Of a clamped node, h is 60 times that of the node before it.
    const scale = clamped === i ? 1 : clampedAt;
    const edges = edgesOf(clamped);
    const b = scale * slots[graph.biasSlot(clamped)];
    const weights = edges.map((e) => slots[graph.weightSlot(e, clamped)]);
    const aggregation = graph.aggregation(clamped);
    const own = values[i].terms.map(([key]) => key);
    if (aggregation === undefined) {
      const h = sum(b, edges.map((e, k) => [read(clamped, e), scale * weights[k]])); // oxfmt-ignore
      asNeat.get(i)!.terms.forEach(({ activation, factor }, k) => add(own[k], activation, h, factor));
      continue;
    }
    const name =
      aggregationNames.get(aggregation.builtin?.name ?? '') ??
      refuse(clamped, `neat-python has no aggregation like "${aggregation.name}".`);
    const operands = edges.map((e, k): readonly [number, number] => {
      const value = read(clamped, e);
      const { terms, constant } = value;
      if (terms.length === 1 && constant === 0) return [terms[0][0], weights[k] * terms[0][1]];
      if (isRecurrent && !isOfInputs(value)) {
        refuse(
          graph.predecessors[e],
          'an aggregation of neat-python can read it only if it is a single node in neat-python.',
        );
      }
      const key = keys.fresh();
      add(key, 'identity', value, 1);
      return [key, weights[k]];
    });
    asNeat.get(i)!.terms.forEach(({ activation, factor }, k) => {
      nodes.push({ key: own[k], bias: factor * b, response: factor * scale, activation, aggregation: name });
      for (const [from, weight] of operands) connections.push({ key: [from, own[k]], weight, enabled: true });
    });
  }
  Array.from(graph.outputs, (i, k) => {
    if (done.has(k)) return;
    if (isRecurrent && !isOfInputs(values[i])) {
      refuse(
        i,
        'as an output of a recurrent network it has to be a single node of neat-python, with c = 1 and no output scaler.',
      );
    }
    const deviation = outputScaler?.deviation[k] ?? 1;
    add(k, 'identity', sum(outputScaler?.mean[k] ?? 0, [[values[i], deviation]]), 1);
  });
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

/** neat-python clamps h of `sin` and `softplus` to ± this. */
const clampedAt = 60;

/** Our aggregation names and neat-python's. */
const aggregationNames: ReadonlyMap<string, string> = new Map([
  ['product', 'product'],
  ['max', 'max'],
  ['min', 'min'],
  ['maxAbs', 'maxabs'],
  ['median', 'median'],
  ['mean', 'mean'],
]);

/** For each node that fromNeatPython made of a `sin` or `softplus`, the hard tanh that clamps its h. */
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

/** Whether the node's value is that of a single node in neat-python. */
const isPlain = ({ terms, constant }: AsNeat, c: number) =>
  terms.length === 1 && c * terms[0].coefficient === 1 && constant === 0;

/** constant + Σ weight · value, with each key once. */
function sum(constant: number, parts: readonly (readonly [Value, number])[]): Value {
  const coefficients = new Map<number, number>();
  let rest = constant;
  for (const [value, weight] of parts) {
    rest += weight * value.constant;
    for (const [key, coefficient] of value.terms) {
      coefficients.set(key, (coefficients.get(key) ?? 0) + weight * coefficient);
    }
  }
  return { terms: [...coefficients], constant: rest };
}

/** Assigns keys to hidden nodes: ids that are valid keys are kept, others get the numbers after them. */
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
