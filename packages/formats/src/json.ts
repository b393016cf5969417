/** A small network as readable and editable JSON: one line per node, with its parameters. */
import { expectFinite, type Network, NnbpError } from '@nnbp/core';
import {
  type NetworkDocument,
  networkEntries,
  type NodesDocument,
  type ParameterDocument,
  readFrame,
  readFunction,
  readSource,
  readVersion,
} from './document.js';
import { JsonValue } from './json-value.js';
import { exactJson, parseJson } from './exact-json.js';
import { describe, parameterPlacements, rebuild, sourceAt } from './serialize.js';
import { expectJsonLimits } from './json-limits.js';
import { expectSupplied, type FunctionName, nameOf, type Plugins } from './plugins.js';
import { nameIn1, networkEntries1, readPair, upgradeNodes } from './version-1.js';

/**
 * Writes the network as JSON, one node per line: its predecessors, activation, b, c (unless it is fixed at 1), and w in
 * the order of the predecessors. A number is the value of a parameter, `{"fixed":1}` is a constant, and
 * `{"shared":"w4","value":0.5}` is a parameter that is shared under the name `w4`. `{"id":"h","delay":1}` is a delayed
 * edge. `fromJson` restores every number bit for bit.
 *
 * @throws NnbpError `NOT_FINITE` (a parameter), `UNSUPPORTED` (two custom activations or aggregations with the same
 * name), `TOO_LARGE` (a network with hundreds of thousands of edges: use `save`)
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { fromJson, toJson } from '@nnbp/formats';
 *
 * const network = new Network(mlp([1, 1], { activation: tanh }));
 * toJson(network).includes('{"id":"output.0","from":["input.0"],"activation":"tanh","b":0,"c":1,"w":['); // true
 * fromJson(toJson(network)).predict([0.5])[0] === network.predict([0.5])[0]; // true
 * ```
 */
export function toJson(network: Network): string {
  expectFinite('parameters', network.parameters.vector);
  const { inputs, outputs, nodes: _, format, version, ...frame } = describe(network);
  const { inputCount, nodeCount } = network.graph;
  const placements = parameterPlacements(network.graph);
  const nodes = Array.from(
    { length: nodeCount - inputCount },
    (_, k) => `    ${exactJson(nodeLine(network, inputCount + k, placements(inputCount + k)))}`,
  );
  const line = ([key, value]: [string, unknown]) => `  ${JSON.stringify(key)}: ${exactJson(value)}`;
  const lines = [
    ...Object.entries({ format, version, inputs }).map(line),
    `  "nodes": [\n${nodes.join(',\n')}\n  ]`,
    ...Object.entries({ outputs, ...frame }).map(line),
  ];
  const text = `{\n${lines.join(',\n')}\n}\n`;
  expectJsonLimits(text, 'The network as JSON');
  return text;
}

/**
 * Reads a network from JSON that {@link toJson} wrote.
 *
 * @throws NnbpError `MALFORMED`, `UNKNOWN_FORMAT`, `MISSING_PLUGIN`, `UNSUPPORTED`, `TOO_LARGE`, `WRONG_TYPE`
 */
export function fromJson(text: string, plugins: Plugins = {}): Network {
  if (typeof text !== 'string') throw new NnbpError('WRONG_TYPE', 'text: expected the JSON of a model as a string.');
  const { document, nodes } = readDocument(parseJson(text, 'The text'));
  const aggregations = nodes.flatMap(({ aggregation }) => aggregation ?? []);
  expectSupplied({ activations: nodes.map(({ activation }) => activation), aggregations }, plugins);
  const network = rebuild({ ...document, nodes: nodes.map((node) => node.document) }, plugins);
  const { graph, parameters } = network;
  const isSet = new Uint8Array(graph.parameterCount);
  nodes.forEach(({ json, b, c, w }, k) => {
    const i = graph.inputCount + k;
    const set = (index: number, value: number | undefined) => {
      if (index < 0 || value === undefined) return;
      if (isSet[index] === 1 && !Object.is(parameters.vector[index], value)) {
        throw new NnbpError(
          'MALFORMED',
          `${json.path}: a shared parameter is ${value}, but ${parameters.vector[index]} where it occurs first. Set the same value everywhere.`,
        );
      }
      isSet[index] = 1;
      parameters.vector[index] = value;
    };
    set(graph.biasIndex(i), b);
    set(graph.scaleIndex(i), c);
    w.forEach((weight, e) => set(graph.weightIndex(graph.edgeStart[i] + e, i), weight));
  });
  return network;
}

function nodeLine({ graph, parameters: { vector } }: Network, i: number, placed: Pick<NodesDocument, 'b' | 'c' | 'w'>) {
  const aggregation = graph.aggregation(i);
  const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  const parameter = (placement: ParameterDocument | null | undefined, index: number) => {
    if (typeof placement === 'number') return { fixed: placement };
    return typeof placement === 'string' ? { shared: placement, value: vector[index] } : vector[index];
  };
  return {
    id: graph.ids[i],
    from: edges.map((e) => sourceAt(graph, e)),
    activation: compact(nameOf(graph.activations[graph.activationOf[i]])),
    ...(aggregation && { aggregation: compact(nameOf(aggregation)) }),
    b: parameter(placed.b, graph.biasIndex(i)),
    ...(placed.c !== 1 && { c: parameter(placed.c, graph.scaleIndex(i)) }),
    w: edges.map((e, k) => parameter(placed.w?.[k], graph.weightIndex(e, i))),
  };
}

const compact = (name: FunctionName): FunctionName | string => (Object.keys(name).length === 1 ? name.name : name);

/** One node. Fixed parameters are undefined in `b`, `c` and `w`: only `document` contains their values. */
interface ReadNode {
  readonly json: JsonValue;
  readonly document: NodesDocument;
  readonly activation: FunctionName;
  readonly aggregation: FunctionName | undefined;
  readonly b: number | undefined;
  readonly c: number | undefined;
  readonly w: readonly (number | undefined)[];
}

/** @throws NnbpError `UNKNOWN_FORMAT`, `MALFORMED` */
function readDocument(value: unknown): { document: Omit<NetworkDocument, 'nodes'>; nodes: ReadNode[] } {
  const { format: actualFormat, version: actualVersion } = Object(value) as Record<string, unknown>;
  const old = readVersion(actualFormat, actualVersion) === 1;
  const at = new JsonValue(value, 'model').object(old ? networkEntries1 : networkEntries);
  const nodes = at('nodes')
    .list()
    .map(old ? readNode1 : readNode);
  // A file of version 1 has no initial values, so `initial` is undefined.
  return { document: readFrame((key) => at(old ? nameIn1(key) : key)), nodes };
}

function readNode(json: JsonValue): ReadNode {
  const at = json.object(['id', 'from', 'activation', 'aggregation', 'b', 'c', 'w']);
  const from = at('from').list().map(readSource);
  const activation = readFunction(at('activation'));
  const aggregation = at('aggregation').optional(readFunction);
  const b = readParameter(at('b'));
  const c = at('c').optional(readParameter) ?? { placement: 1, value: undefined };
  const w = at('w').list().map(readParameter);
  if (w.length !== from.length) json.throwExpected('a weight for each predecessor');
  const document: NodesDocument = {
    ids: [at('id').text()],
    from,
    activation,
    ...(aggregation && { aggregation }),
    ...(b.placement !== null && { b: b.placement }),
    ...(c.placement !== null && { c: c.placement }),
    ...(w.some(({ placement }) => placement !== null) && { w: w.map(({ placement }) => placement) }),
  };
  const values = w.map(({ value }) => value);
  return { json, document, activation, aggregation, b: b.value, c: c.value, w: values };
}

function readParameter(json: JsonValue): { placement: ParameterDocument | null; value: number | undefined } {
  const forms = 'a finite number, {"fixed": number} or {"shared": name, "value": number}';
  if (typeof json.value === 'number') return { placement: null, value: json.number() };
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) json.throwExpected(forms);
  const at = json.object(['fixed', 'shared', 'value']);
  const fixed = at('fixed').optional((fixed) => fixed.number());
  const shared = at('shared').optional((name) => name.text());
  const value = at('value').optional((value) => value.number());
  if (fixed !== undefined && shared === undefined && value === undefined) return { placement: fixed, value };
  if (fixed === undefined && shared !== undefined && value !== undefined) return { placement: shared, value };
  return json.throwExpected(forms);
}

/** Reads a version 1 node. If c is missing, it is fixed at 1. */
function readNode1(json: JsonValue): ReadNode {
  const at = json.object(['id', 'from', 'activation', 'b', 'c', 'w', 'shared']);
  const c = at('c').optional((c) => c.number());
  const shared = at('shared').optional((pairs) => pairs.list().map(readPair));
  const activation = readFunction(at('activation'));
  const ids = [at('id').text()];
  const from = at('from').texts();
  const names = shared?.map(([name]) => name) ?? [];
  if (new Set(names).size < names.length || names.some((name) => !from.includes(name)))
    json.throwExpected('shared weights of predecessors, each listed only once');
  const fixed = c === undefined ? { fixed: true as const } : {};
  const document = upgradeNodes({ ids, from, activation, ...fixed, ...(shared && { shared }) });
  const w = at('w').numbers();
  if (w.length !== from.length) json.throwExpected('a weight for each predecessor');
  return { json, document, activation, aggregation: undefined, b: at('b').number(), c, w };
}
