/**
 * Exports a network as a genome of neat-python. Each value is a weighted sum of node values that neat-python supports; what
 * it does not support (c, scalers, other slopes of a leaky ReLU) is multiplied into the weights of the successors.
 */
import { expectFeatures, expectFinite, type Network, NnbpError } from '@nnbp/core';
import { type AsNeat, toNeat } from './functions.js';
import type { NeatConnection, NeatGenome, NeatNode } from './genome.js';

/** constant + Σ coefficient · the value of the node with this key */
interface Value {
  readonly terms: readonly (readonly [key: number, coefficient: number])[];
  readonly constant: number;
}

/**
 * The network as a genome of neat-python. `response` is 1 and every connection enabled. Inputs are −1, −2, …, outputs 0, 1,
 * …, hidden nodes keep ids that are numbers. What neat-python has no node for is put together from several: c, units, a
 * leaky ReLU of any slope, elu of any α, a hard sigmoid; an output that is such a sum gets an identity node. Shared weights
 * are no longer shared. The outputs are the same but for rounding, as long as no h of a `sine` or `softplus` is beyond ±60,
 * where neat-python holds it.
 *
 * @throws NnbpError `UNSUPPORTED` (gelu, mish, silu, softsign, or a custom activation: neat-python has none), `NOT_FINITE`
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
  expectFeatures('toNeatPython', graph);
  expectFinite('parameters', vector);
  if (outputTransform !== 'none') {
    throw new NnbpError(
      'UNSUPPORTED',
      `neat-python has no ${outputTransform} over the outputs. Set network.outputTransform to "none" to export the output values.`,
    );
  }
  const asNeat = Array.from({ length: graph.nodeCount - graph.inputCount }, (_, k) => {
    const activation = graph.activations[graph.activationOf[graph.inputCount + k]];
    const found = toNeat(activation);
    if (found !== undefined) return found;
    const id = graph.ids[graph.inputCount + k];
    throw new NnbpError('UNSUPPORTED', `Node "${id}": neat-python has no activation like "${activation.name}".`);
  });
  /** The outputs that are a node as they stand. */
  const done = new Set<number>();
  const keys = new Keys(graph.ids.slice(graph.inputCount), graph.outputs.length);
  const nodes: NeatNode[] = [];
  const connections: NeatConnection[] = [];
  const values: Value[] = Array.from({ length: graph.inputCount }, (_, k) => {
    const deviation = inputScaler?.deviation[k] ?? 1;
    return { terms: [[-1 - k, 1 / deviation]], constant: -(inputScaler?.mean[k] ?? 0) / deviation };
  });

  /** A node of these numbers; something has to lead to it, or neat-python would leave it out. */
  const add = (key: number, activation: string, { terms, constant }: Value, factor: number) => {
    nodes.push({ key, bias: factor * constant, response: 1, activation, aggregation: 'sum' });
    for (const [from, weight] of terms.length > 0 ? terms : [[-1, 0] as const]) {
      connections.push({ key: [from, key], weight: factor * weight, enabled: true });
    }
  };

  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const node = asNeat[i - graph.inputCount];
    const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
    const h = sum(
      vector[graph.biasIndex(i)],
      edges.map((e) => [values[graph.predecessors[e]], vector[graph.weightIndex(e, i)]]),
    );
    const c = graph.scaleIndex(i) < 0 ? 1 : vector[graph.scaleIndex(i)];
    const direct = graph.outputPosition[i] >= 0 && outputScaler === undefined && isPlain(node, c);
    if (direct) done.add(graph.outputPosition[i]);
    const terms = node.terms.map(({ activation, factor, coefficient }, k): [number, number] => {
      const key = direct ? graph.outputPosition[i] : k === 0 ? keys.of(graph.ids[i]) : keys.fresh();
      add(key, activation, h, factor);
      return [key, c * coefficient];
    });
    values.push({ terms, constant: c * node.constant });
  }
  Array.from(graph.outputs, (i, k) => {
    if (done.has(k)) return;
    const deviation = outputScaler?.deviation[k] ?? 1;
    add(k, 'identity', sum(outputScaler?.mean[k] ?? 0, [[values[i], deviation]]), 1);
  });
  expectFinite('The genome', [...nodes.map(({ bias }) => bias), ...connections.map(({ weight }) => weight)]);
  return {
    input_keys: Array.from({ length: graph.inputCount }, (_, k) => -1 - k),
    output_keys: Array.from(graph.outputs, (_, k) => k),
    nodes,
    connections,
  };
}

/** Whether the node's value is that of one node there. */
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

/** Gives out keys of hidden nodes: ids that could be keys stay, others get numbers after them. */
class Keys {
  readonly #kept = new Map<string, number>();
  #next: number;

  constructor(ids: readonly string[], outputs: number) {
    this.#next = outputs;
    for (const id of ids) {
      const key = Number(id);
      if (!/^[1-9]\d{0,8}$/.test(id) || key < outputs) continue;
      this.#kept.set(id, key);
      this.#next = Math.max(this.#next, key + 1);
    }
  }

  of(id: string): number {
    return this.#kept.get(id) ?? this.fresh();
  }

  fresh(): number {
    return this.#next++;
  }
}
