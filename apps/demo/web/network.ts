/** Converts between a `Network` and its description in the state of the page. */
import { delayed, GraphBuilder, Network } from '@nnbp/core';
import { aggregationNamed, type Functions } from './functions.js';
import type { NetworkDescription, NodeDescription } from './state.js';

/** Delay of the k-th incoming edge of a node, in steps. */
export const delayOf = ({ delays }: Pick<NodeDescription, 'delays'>, k: number): number => delays?.[k] ?? 0;

/** Name of an incoming edge, as in `Graph.edgeName`: `h`, or `h@-2` for a delay of 2 steps. */
export const edgeName = (from: string, delay: number): string => (delay === 0 ? from : `${from}@-${delay}`);

/** Whether any edge is delayed, so that a sample is a sequence of steps. */
export const hasDelays = ({ nodes }: NetworkDescription): boolean =>
  nodes.some(({ delays }) => delays?.some((delay) => delay > 0));

/** The value of a node before the first step. Default: 0. */
export const initialOf = ({ initial = {} }: NetworkDescription, id: string): number =>
  Object.hasOwn(initial, id) ? initial[id] : 0;

/**
 * Builds the described network.
 *
 * @throws NnbpError any error thrown by `GraphBuilder`
 */
export function networkOf(description: NetworkDescription, functions: Pick<Functions, 'activation'>): Network {
  const builder = new GraphBuilder();
  for (const id of description.inputs) builder.input(id);
  for (const node of description.nodes) {
    const { id, from, activation, aggregation } = node;
    builder.node(id, {
      from: from.map((source, k) => {
        const steps = delayOf(node, k);
        return steps === 0 ? source : delayed(source, steps, { initial: initialOf(description, source) });
      }),
      activation: functions.activation(activation),
      // A node without predecessors has nothing to aggregate: its value is c · g(b).
      ...(aggregation !== undefined && from.length > 0 && { aggregation: aggregationNamed(aggregation) }),
    });
  }
  for (const id of description.outputs) builder.output(id);
  const network = new Network(builder.build());
  for (const node of description.nodes) {
    const { id, from, b, c, w } = node;
    const weights = from.map((source, k) => [edgeName(source, delayOf(node, k)), w[k]] as const);
    network.setParameters(id, { b, c, w: Object.fromEntries(weights) });
  }
  return network;
}

/**
 * Describes a network, with nodes in the order of the graph. Fixed and shared parameters become separate, trainable
 * ones.
 */
export function describe(network: Network): NetworkDescription {
  const { graph } = network;
  const { inputCount, edgeStart, predecessors } = graph;
  const slots = graph.slots(network.parameters.vector);
  const initial = new Map<string, number>();
  const nodes = graph.ids.slice(inputCount).map((id, k): NodeDescription => {
    const i = inputCount + k;
    const edges = Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => edgeStart[i] + k);
    const delays = edges.map((e) => graph.delay(e));
    for (const e of edges) {
      const value = graph.delay(e) === 0 ? 0 : graph.initialValues![predecessors[e]];
      if (value !== 0) initial.set(graph.ids[predecessors[e]], value);
    }
    const aggregation = graph.aggregation(i);
    return {
      id,
      from: edges.map((e) => graph.ids[predecessors[e]]),
      ...(delays.some((delay) => delay > 0) && { delays }),
      activation: graph.activations[graph.activationOf[i]].name,
      ...(aggregation && { aggregation: aggregation.name }),
      b: slots[graph.biasSlot(i)],
      c: slots[graph.scaleSlot(i)],
      w: edges.map((e) => slots[graph.weightSlot(e, i)]),
    };
  });
  return {
    inputs: graph.ids.slice(0, inputCount),
    nodes,
    outputs: Array.from(graph.outputs, (i) => graph.ids[i]),
    ...(initial.size > 0 && { initial: Object.fromEntries(initial) }),
  };
}
