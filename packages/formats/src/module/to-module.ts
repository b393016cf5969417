/** Writes a network as an ES module without dependencies. */
import { type Activation, type Aggregation, expectFinite, type Network } from '@nnbp/core';
import { neededNodes } from '../levels.js';
import { type Functions, functionsOf } from './functions.js';
import { loopSource } from './loops.js';
import { memorySource, memoryTypes } from './memory.js';
import { oneLine } from './one-line.js';
import { unrolledSource } from './unrolled.js';
import { transformSource } from './transform.js';

/** Maximum number of nodes plus edges for unrolled code. For larger graphs, tables load faster than unrolled code. */
const maxUnrolled = 256;
/** Maximum number of ids that the declared type of `inputs` or `outputs` lists. */
const maxNames = 64;

/** The two files of a module. */
export interface ModuleFiles {
  /** The ES module, for a file named `….js` or `….mjs`. */
  readonly js: string;
  /** The type declarations, for a file of the same name that ends in `.d.ts` or `.d.mts`. */
  readonly dts: string;
}

/**
 * Converts the network to one ES module without dependencies. `predict(input)` returns what {@link Network.predict}
 * returns, in the original units of the data. Results are bit-identical in the same JavaScript engine (engines differ
 * in the last digit of `Math.exp` and similar functions). The exports `inputs` and `outputs` are lists of ids. A small
 * network becomes one line per node, a larger one becomes tables and a loop. The module does not use `eval`. Nodes that
 * affect neither an output nor a delayed edge are omitted.
 *
 * The module of a network with delays also has `predictSequence(inputs)` and `stream()`. The stream computes one step
 * per call of `next(input)`. The `state` of the stream and that of `stream(network)` in @nnbp/core are interchangeable.
 *
 * `predict` throws a `RangeError` for an input of the wrong length. It does not check that numbers are finite.
 *
 * @throws NnbpError `UNSUPPORTED` (a custom activation or aggregation), `NOT_FINITE` (a parameter)
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { toModule } from '@nnbp/formats';
 *
 * const network = new Network(mlp([1, 1], { activation: tanh, fixed: { c: 1 } }));
 * network.setParameters('output.0', { b: 0.5, w: { 'input.0': -2 } });
 * toModule(network).js.includes('const x1 = tanh(0.5 - 2 * x0); // "output.0"'); // true
 * ```
 */
export function toModule(network: Network): ModuleFiles {
  const { graph, parameters } = network;
  expectFinite('parameters', parameters.vector);
  const needed = neededNodes(graph);
  const nodes: number[] = [];
  let edges = 0;
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    if (needed[i] === 0) continue;
    nodes.push(i);
    edges += graph.edgeStart[i + 1] - graph.edgeStart[i];
  }
  const functions = functionsInUse(network, nodes);
  const inputs = graph.ids.slice(0, graph.inputCount);
  const outputs = Array.from(graph.outputs, (i) => graph.ids[i]);
  const body = (edges + nodes.length <= maxUnrolled ? unrolledSource : loopSource)(network, nodes, functions);
  const { declaration } = transformSource(network.outputTransform);
  const hasMemory = graph.stateSize > 0;
  const js = [
    '// Written by toModule of @nnbp/formats. This file has no dependencies.',
    `/** The names of the inputs. */\nexport const inputs = ${oneLine(inputs)};`,
    `/** The names of the outputs. */\nexport const outputs = ${oneLine(outputs)};`,
    ...(functions.declarations.length > 0 ? [functions.declarations.join('\n')] : []),
    ...(declaration === undefined ? [] : [declaration]),
    body,
    ...(hasMemory ? [memorySource(network)] : []),
  ];
  const dts = typesOf(inputs, outputs) + (hasMemory ? memoryTypes(inputs, graph.stateSize) : '');
  return { js: `${js.join('\n\n')}\n`, dts };
}

function functionsInUse({ graph }: Network, nodes: readonly number[]): Functions {
  const activations = new Map<Activation, string>();
  const aggregations = new Map<Aggregation, string>();
  for (const i of nodes) {
    const activation = graph.activations[graph.activationOf[i]];
    const aggregation = graph.aggregation(i);
    if (!activations.has(activation)) activations.set(activation, graph.ids[i]);
    if (aggregation !== undefined && !aggregations.has(aggregation)) aggregations.set(aggregation, graph.ids[i]);
  }
  const nodeWith = new Map<Activation | Aggregation, string>([...activations, ...aggregations]);
  return functionsOf([...activations.keys()], [...aggregations.keys()], (plugin) => nodeWith.get(plugin)!);
}

function typesOf(inputs: readonly string[], outputs: readonly string[]): string {
  const names = (ids: readonly string[]) => `readonly ${ids.length <= maxNames ? oneLine(ids) : 'string[]'}`;
  return `// Written by toModule of @nnbp/formats.
/** The names of the inputs. */
export declare const inputs: ${names(inputs)};
/** The names of the outputs. */
export declare const outputs: ${names(outputs)};
/**
 * The ${outputs.length === 1 ? 'output' : `${outputs.length} outputs`} for one input.
 *
 * @param input - ${inputs.length === 1 ? 'One number' : `${inputs.length} numbers`}, in the order of \`inputs\`.
 * @throws RangeError if the number of inputs is wrong
 */
export declare function predict(input: ArrayLike<number>): number[];
`;
}
