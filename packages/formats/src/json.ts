/** A small network as a text that a person reads and edits: a node a line, with its parameters. */
import { expectFeatures, expectFinite, type Network, NnbpError } from '@nnbp/core';
import { type NodesDocument, opened, type Place, readFrame, readFunction, readPair } from './document.js';
import { exactJson, parsed } from './exact-json.js';
import { describe, rebuild, sharedNames } from './serialize.js';
import { expectFewMarks } from './json-limits.js';
import { expectSupplied, type FunctionName, nameOf, type Plugins } from './plugins.js';

/**
 * The network as JSON, a line a node: its predecessors, activation, b, c (unless it is fixed at 1), and w in the order of
 * the predecessors. Numbers are written so that reading them gives the same bits.
 *
 * @throws NnbpError `NOT_FINITE` (a parameter), `UNSUPPORTED` (two of your own activations with one name), `TOO_LARGE` (a
 * network with some hundred thousand edges: `save` it)
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
  expectFeatures('toJson', network.graph);
  expectFinite('parameters', network.parameters.vector);
  const { inputs, outputs, nodes: _, ...frame } = describe(network);
  const { format, version, ...units } = frame;
  const { inputCount, nodeCount } = network.graph;
  const shared = sharedNames(network.graph);
  const nodes = Array.from({ length: nodeCount - inputCount }, (_, k) => {
    const i = inputCount + k;
    return `    ${exactJson({ ...nodeInWriting(network, i), ...(shared(i).length > 0 && { shared: shared(i) }) })}`;
  });
  const line = ([key, value]: [string, unknown]) => `  ${JSON.stringify(key)}: ${exactJson(value)}`;
  const lines = [
    ...Object.entries({ format, version, inputs }).map(line),
    `  "nodes": [\n${nodes.join(',\n')}\n  ]`,
    ...Object.entries({ outputs, ...units }).map(line),
  ];
  const text = `{\n${lines.join(',\n')}\n}\n`;
  expectFewMarks(text, 'The network as JSON');
  return text;
}

/**
 * The network of such a text.
 *
 * @throws NnbpError `MALFORMED`, `UNKNOWN_FORMAT`, `MISSING_PLUGIN`, `UNSUPPORTED`, `TOO_LARGE`, `WRONG_TYPE`
 */
export function fromJson(text: string, plugins: Plugins = {}): Network {
  if (typeof text !== 'string') throw new NnbpError('WRONG_TYPE', 'text: expected the JSON of a model as a string.');
  const at = opened(parsed(text, 'The text'));
  const read = at('nodes').list().map(readNode);
  const nodes = read.map(({ nodes }) => nodes);
  expectSupplied(
    read.map(({ activation }) => activation),
    [],
    plugins,
  );
  const network = rebuild({ ...readFrame(at), nodes }, plugins.activations ?? []);
  const { graph, parameters } = network;
  const given = new Uint8Array(graph.parameterCount);
  read.forEach(({ place, b, c, w }, k) => {
    const i = graph.inputCount + k;
    const fixed = graph.scaleTrainable[i] === 0;
    if (fixed !== (c === undefined)) place.refuse(fixed ? 'no c: it is fixed at 1' : 'a c');
    if (w.length !== graph.edgeStart[i + 1] - graph.edgeStart[i]) place.refuse('a w for each predecessor');
    parameters.vector[graph.biasIndex(i)] = b;
    if (c !== undefined) parameters.vector[graph.scaleIndex(i)] = c;
    w.forEach((weight, e) => {
      const index = graph.weightIndex(graph.edgeStart[i] + e, i);
      if (given[index] === 1 && !Object.is(parameters.vector[index], weight)) {
        place.refuse(`for a shared weight the same number everywhere, ${parameters.vector[index]}`);
      }
      given[index] = 1;
      parameters.vector[index] = weight;
    });
  });
  return network;
}

function nodeInWriting({ graph, parameters: { vector } }: Network, i: number) {
  const activation = nameOf(graph.activations[graph.activationOf[i]]);
  const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
  return {
    id: graph.ids[i],
    from: edges.map((e) => graph.ids[graph.predecessors[e]]),
    activation: shortest(activation),
    b: vector[graph.biasIndex(i)],
    ...(graph.scaleTrainable[i] === 1 && { c: vector[graph.scaleIndex(i)] }),
    w: edges.map((e) => vector[graph.weightIndex(e, i)]),
  };
}

const shortest = (activation: FunctionName): FunctionName | string =>
  Object.keys(activation).length === 1 ? activation.name : activation;

/** One line. Without c the node's c is fixed at 1. */
function readNode(place: Place) {
  const at = place.object(['id', 'from', 'activation', 'b', 'c', 'w', 'shared']);
  const c = at('c').optional((c) => c.number());
  const shared = at('shared').optional((pairs) => pairs.list().map(readPair));
  const activation = readFunction(at('activation'));
  const nodes: NodesDocument = {
    ids: [at('id').text()],
    from: at('from').texts(),
    activation,
    ...(c === undefined && { fixed: true }),
    ...(shared && { shared }),
  };
  return { place, nodes, activation, b: at('b').number(), c, w: at('w').numbers() };
}
