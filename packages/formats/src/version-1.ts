/**
 * Reads documents of format version 1, which has neither delays nor aggregations, and converts them to the current
 * version.
 */
import type { OutputTransform } from '@nnbp/core';
import { format, type NetworkDocument, type NodesDocument, type ScalerDocument, version } from './document.js';
import type { JsonValue } from './json-value.js';
import type { FunctionName } from './plugins.js';

/** One node, or several consecutive nodes that differ only in their ids. */
interface Nodes1 {
  readonly ids: readonly string[];
  readonly from: readonly string[];
  readonly activation: FunctionName | string;
  /** Whether c is fixed at 1. */
  readonly fixed?: true;
  /** Shared weights: pairs of a predecessor and a name. */
  readonly shared?: readonly (readonly [from: string, name: string])[];
}

/** A network without the values of its parameters, in version 1. */
export interface Network1 {
  readonly inputs: readonly string[];
  readonly nodes: readonly Nodes1[];
  readonly outputs: readonly string[];
  readonly inputUnits?: ScalerDocument;
  readonly outputUnits?: ScalerDocument;
  readonly outputTransform?: Exclude<OutputTransform, 'none'>;
}

/** The names of entries in version 1, by their names in a {@link NetworkDocument}. */
const oldNames: Readonly<Record<string, string>> = { inputScaler: 'inputUnits', outputScaler: 'outputUnits' };
export const nameIn1 = (entry: string): string => oldNames[entry] ?? entry;
export const networkEntries1: readonly string[] = [
  ...['format', 'version', 'inputs', 'nodes', 'outputs'],
  ...['inputUnits', 'outputUnits', 'outputTransform'],
];
export const nodeEntries1: readonly string[] = ['ids', 'from', 'activation', 'fixed', 'shared'];

export function upgrade({ inputUnits, outputUnits, nodes, ...rest }: Network1): NetworkDocument {
  return {
    ...rest,
    format,
    version,
    nodes: nodes.map(upgradeNodes),
    ...(inputUnits && { inputScaler: inputUnits }),
    ...(outputUnits && { outputScaler: outputUnits }),
  };
}

export function upgradeNodes({ fixed, shared, ...rest }: Nodes1): NodesDocument {
  const names = shared && new Map(shared);
  return {
    ...rest,
    ...(fixed && { c: 1 }),
    ...(names && { w: rest.from.map((id) => names.get(id) ?? null) }),
  };
}

/**
 * Reads a predecessor and the name of its weight.
 *
 * @throws NnbpError `MALFORMED`
 */
export function readPair(json: JsonValue): readonly [string, string] {
  const pair = json.texts();
  return pair.length === 2 ? [pair[0], pair[1]] : json.throwExpected('a predecessor and a name');
}
