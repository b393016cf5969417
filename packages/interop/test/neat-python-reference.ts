/**
 * Reimplements the feed-forward network of the Python library neat-python. A node computes g(bias + response ·
 * Σ weight · value). Without enabled incoming connections, the sum is 0. Arguments are clamped where neat-python clamps
 * them.
 */
import type { NeatGenome } from '@nnbp/interop';

const clamp = (z: number, max = 60) => Math.max(-max, Math.min(max, z));

export const neatFunctions: Readonly<Record<string, (z: number) => number>> = {
  sigmoid: (z) => 1 / (1 + Math.exp(-clamp(5 * z))),
  tanh: (z) => Math.tanh(clamp(2.5 * z)),
  sin: (z) => Math.sin(clamp(5 * z)),
  gauss: (z) => Math.exp(-5 * clamp(z, 3.4) ** 2),
  relu: (z) => (z > 0 ? z : 0),
  elu: (z) => (z > 0 ? z : Math.exp(z) - 1),
  lelu: (z) => (z > 0 ? z : 0.005 * z),
  selu: (z) => (z > 0 ? 1.0507009873554805 * z : 1.0507009873554805 * 1.6732632423543772 * (Math.exp(z) - 1)),
  softplus: (z) => 0.2 * Math.log(1 + Math.exp(clamp(5 * z))),
  identity: (z) => z,
  clamped: (z) => clamp(z, 1),
  abs: (z) => Math.abs(z),
};

/** Computes the same outputs as neat-python 1.0 and later. */
export function activate(genome: NeatGenome, input: readonly number[]): number[] {
  const values = new Map<number, number>(genome.input_keys.map((key, k) => [key, input[k]]));
  const nodes = new Map(genome.nodes.map((node) => [node.key, node]));
  const enabled = genome.connections.filter((connection) => connection.enabled);
  const valueOf = (key: number): number => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const { bias, response, activation } = nodes.get(key)!;
    let sum = 0;
    for (const { key: ends, weight } of enabled) if (ends[1] === key) sum += valueOf(ends[0]) * weight;
    const value = neatFunctions[activation](bias + response * sum);
    values.set(key, value);
    return value;
  };
  return genome.output_keys.map(valueOf);
}
