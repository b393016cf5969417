/** A genome of neat-python as JSON, with the names that neat-python uses. */
import type { JsonValue } from '@nnbp/formats/shared';
import { openJson } from '../open-json.js';

/** Name for error messages. */
export const what = 'The genome of neat-python';

/** A node gene. The node's value is g(bias + response · A(weight · value)). */
export interface NeatNode {
  /** Outputs are 0, 1, …; hidden nodes come after. */
  readonly key: number;
  /** Added to the sum. */
  readonly bias: number;
  /** The factor of the sum. */
  readonly response: number;
  /** The name of g, one of neat-python's. */
  readonly activation: string;
  /** How the products weight · value of its connections are combined: `sum`, `product`, `max`, `min`, `maxabs`, `median` or `mean`. */
  readonly aggregation: string;
}

/** A connection gene. */
export interface NeatConnection {
  /** Keys of the source and the target node. */
  readonly key: readonly [from: number, to: number];
  /** The factor of the source's value. */
  readonly weight: number;
  /** Disabled connections are ignored. */
  readonly enabled: boolean;
}

/** A genome, and the keys that its configuration has. */
export interface NeatGenome {
  /** `config.genome_config.input_keys`: −1, −2, …. */
  readonly input_keys: readonly number[];
  /** `config.genome_config.output_keys`: 0, 1, …. */
  readonly output_keys: readonly number[];
  /** Of outputs and hidden nodes. */
  readonly nodes: readonly NeatNode[];
  /** Enabled or not. */
  readonly connections: readonly NeatConnection[];
}

/** A gene, and the JSON it was read from. */
export interface Parsed<Gene> {
  readonly gene: Gene;
  readonly json: JsonValue;
}

/** A genome read from JSON. */
export interface ParsedGenome {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly nodes: readonly Parsed<NeatNode>[];
  readonly connections: readonly Parsed<NeatConnection>[];
}

/**
 * Reads either the genes, or what `neat.export` of neat-python writes of a feed-forward network.
 *
 * @throws NnbpError `MALFORMED`, `UNSUPPORTED` (another kind of network, a custom function)
 */
export function readGenome(json: unknown): ParsedGenome {
  const genome = openJson(json, what);
  return genome.at('topology').present ? exported(genome) : genes(genome);
}

function genes(genome: JsonValue): ParsedGenome {
  return {
    inputs: keysIn(genome.at('input_keys')),
    outputs: keysIn(genome.at('output_keys')),
    nodes: members(genome.at('nodes')).map((json) => ({ json, gene: nodeOf(json, json.at('key')) })),
    connections: members(genome.at('connections')).map((json) => {
      const ends = json.at('key').list();
      if (ends.length !== 2) json.at('key').throwExpected('two keys');
      return { json, gene: connectionOf(json, ends[0], ends[1]) };
    }),
  };
}

function exported(network: JsonValue): ParsedGenome {
  const kind = network.at('network_type');
  if (kind.text() !== 'feedforward') kind.unsupported('only feed-forward networks are supported.');
  const topology = network.at('topology');
  return {
    inputs: keysIn(topology.at('input_keys')),
    outputs: keysIn(topology.at('output_keys')),
    nodes: members(network.at('nodes'))
      .filter((json) => json.at('type').text() !== 'input')
      .map((json) => ({ json, gene: nodeOf(json, json.at('id')) })),
    connections: members(network.at('connections')).map((json) => ({
      json,
      gene: connectionOf(json, json.at('from'), json.at('to')),
    })),
  };
}

const nodeOf = (json: JsonValue, key: JsonValue): NeatNode => ({
  key: keyOf(key),
  bias: json.at('bias').number(),
  response: json.at('response').number(),
  activation: functionOf(json.at('activation')),
  aggregation: functionOf(json.at('aggregation')),
});

const connectionOf = (json: JsonValue, from: JsonValue, to: JsonValue): NeatConnection => ({
  key: [keyOf(from), keyOf(to)],
  weight: json.at('weight').number(),
  enabled: json.at('enabled').flag(),
});

/** A list of genes, or a dictionary by key; each gene has its key, too. */
const members = (genes: JsonValue): JsonValue[] =>
  Array.isArray(genes.value) ? genes.list() : genes.entries().map(([, gene]) => gene);

const keyOf = (json: JsonValue): number => json.integer(-(2 ** 31), 2 ** 31);

function keysIn(json: JsonValue): number[] {
  if (!json.present) json.throwExpected('the keys that config.genome_config has under this name');
  return json.list().map(keyOf);
}

/** A name, or `{ name, custom }`. */
function functionOf(json: JsonValue): string {
  if (typeof json.value === 'string') return json.value;
  if (json.at('custom').present && json.at('custom').flag()) json.unsupported('custom functions are not supported.');
  return json.at('name').text();
}
