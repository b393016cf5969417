/** Reads a neat-python genome from JSON. The types use the names of neat-python. */
import type { JsonValue } from '@nnbp/formats/shared';
import { openJson } from '../open-json.js';

/** The name of a genome in error messages. */
export const genomeLabel = 'The neat-python genome';

/**
 * A node gene. The value of the node is g(bias + response · A), where A aggregates weight · source value over the
 * incoming connections.
 */
export interface NeatNode {
  /** Key of the node. Outputs are 0, 1, …; hidden nodes have larger keys. */
  readonly key: number;
  /** Added to response · A. */
  readonly bias: number;
  /** Multiplies the aggregation A. */
  readonly response: number;
  /** Name of the activation g in neat-python. */
  readonly activation: string;
  /** Name of the aggregation that computes A: `sum`, `product`, `max`, `min`, `maxabs`, `median` or `mean`. */
  readonly aggregation: string;
}

/** A connection gene. */
export interface NeatConnection {
  /** Keys of the source and the target node. */
  readonly key: readonly [from: number, to: number];
  /** Weight of the connection. Multiplies the value of the source. */
  readonly weight: number;
  /** Whether the connection is used. Disabled connections are ignored. */
  readonly enabled: boolean;
}

/** A genome, with the input and output keys of its configuration. */
export interface NeatGenome {
  /** `config.genome_config.input_keys`: −1, −2, …. */
  readonly input_keys: readonly number[];
  /** `config.genome_config.output_keys`: 0, 1, …. */
  readonly output_keys: readonly number[];
  /** Genes of output and hidden nodes. */
  readonly nodes: readonly NeatNode[];
  /** Genes of all connections, enabled or not. */
  readonly connections: readonly NeatConnection[];
}

/** A gene, and the JSON from which it was read. */
export interface Parsed<Gene> {
  readonly gene: Gene;
  readonly json: JsonValue;
}

export interface ParsedGenome {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly nodes: readonly Parsed<NeatNode>[];
  readonly connections: readonly Parsed<NeatConnection>[];
}

/**
 * Reads a genome: either its genes, or the output of neat-python's `neat.export` for a feed-forward network.
 *
 * @throws NnbpError `MALFORMED`, `UNSUPPORTED` (another kind of network, a custom function)
 */
export function readGenome(json: unknown): ParsedGenome {
  const genome = openJson(json, genomeLabel);
  return genome.at('topology').present ? genomeFromExport(genome) : genomeFromGenes(genome);
}

function genomeFromGenes(genome: JsonValue): ParsedGenome {
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

function genomeFromExport(network: JsonValue): ParsedGenome {
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

/** The genes in a list, or in a dictionary by key. Each gene also contains its key. */
const members = (genes: JsonValue): JsonValue[] =>
  Array.isArray(genes.value) ? genes.list() : genes.entries().map(([, gene]) => gene);

const keyOf = (json: JsonValue): number => json.integer(-(2 ** 31), 2 ** 31);

function keysIn(json: JsonValue): number[] {
  if (!json.present) json.throwExpected('the list of keys with this name in config.genome_config');
  return json.list().map(keyOf);
}

/** Reads the name of a function, given as a string or as `{ name, custom }`. */
function functionOf(json: JsonValue): string {
  if (typeof json.value === 'string') return json.value;
  if (json.at('custom').present && json.at('custom').flag()) json.unsupported('custom functions are not supported.');
  return json.at('name').text();
}
