/**
 * Finds the features of a graph that not every engine or file format supports. An engine or a format can then report
 * what it does not support, instead of producing wrong results.
 */
import { NnbpError } from './errors.js';
import type { Graph } from './graph.js';

/**
 * A feature of a graph that an engine or format may not support. `aggregation`: a node has an aggregation other than
 * the sum. `delay`: an edge is delayed. `fixedParameter`: b or a weight is fixed, or c is fixed at a number other than
 * 1. `sharedParameter`: nodes share b or c. (Every engine and format supports shared weights, and c fixed at 1.)
 */
export type GraphFeature = 'aggregation' | 'delay' | 'fixedParameter' | 'sharedParameter';

/** Returns the features of the graph, each with a sentence that names the first node with this feature. */
export function featuresOf(graph: Graph): ReadonlyMap<GraphFeature, string> {
  const features = new Map<GraphFeature, string>();
  const add = (feature: GraphFeature, sentence: string) => {
    if (!features.has(feature)) features.set(feature, sentence);
  };
  const { aggregations, edgeDelay, biasSlots } = graph;
  if (aggregations.length === 1 && edgeDelay === undefined && biasSlots === undefined) return features;
  const useCounts = new Uint32Array(graph.parameterCount);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const node = `Node "${graph.ids[i]}"`;
    const aggregation = graph.aggregation(i);
    if (aggregation !== undefined) add('aggregation', `${node} has the aggregation ${aggregation.name}.`);
    for (const [letter, index, fixedAtOne] of [
      ['b', graph.biasIndex(i), false],
      ['c', graph.scaleIndex(i), graph.constants[graph.scaleSlot(i) - graph.parameterCount] === 1],
    ] as const) {
      if (index >= 0 && ++useCounts[index] > 1)
        add('sharedParameter', `${node} shares its ${letter} with another node.`);
      if (index < 0 && !fixedAtOne) add('fixedParameter', `${node} has a fixed ${letter}.`);
    }
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const source = graph.ids[graph.predecessors[e]];
      if (graph.delay(e) > 0) add('delay', `${node} has a delayed edge from "${source}".`);
      if (graph.weightIndex(e, i) < 0) add('fixedParameter', `${node} has a fixed w for its edge from "${source}".`);
    }
  }
  return features;
}

/**
 * Returns one sentence for each feature of the graph that is not in `supported`, for use in `Engine.supports`.
 */
export function unsupportedFeatures(graph: Graph, supported: readonly GraphFeature[] = []): string[] {
  return [...featuresOf(graph)].filter(([feature]) => !supported.includes(feature)).map(([, sentence]) => sentence);
}

/**
 * Throws if the graph has a feature that is not in `supported`.
 *
 * @param what - The subject of the message, such as `The js engine` or `ONNX export`.
 * @throws NnbpError `UNSUPPORTED`
 */
export function expectFeatures(what: string, graph: Graph, supported: readonly GraphFeature[] = []): void {
  expectSupported(what, unsupportedFeatures(graph, supported));
}

/** Throws `UNSUPPORTED`, with the reasons, unless `reasons` is empty. */
export function expectSupported(what: string, reasons: readonly string[]): void {
  if (reasons.length > 0) {
    throw new NnbpError('UNSUPPORTED', `${what} does not support this graph: ${reasons.join(' ')}`);
  }
}
