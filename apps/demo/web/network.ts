/** Converts between the description of a network in the state and a `Network`. */
import { GraphBuilder, Network } from '@nnbp/core';
import type { Functions } from './functions.js';
import type { NetworkDescription } from './state.js';

/**
 * Builds the described network.
 *
 * @throws NnbpError, as `GraphBuilder` does: a cycle, an unknown id, no output
 */
export function networkOf(description: NetworkDescription, functions: Pick<Functions, 'activation'>): Network {
  const builder = new GraphBuilder();
  for (const id of description.inputs) builder.input(id);
  for (const { id, from, activation } of description.nodes) {
    builder.node(id, { from, activation: functions.activation(activation) });
  }
  for (const id of description.outputs) builder.output(id);
  const network = new Network(builder.build());
  for (const { id, from, b, c, w } of description.nodes) {
    network.setParameters(id, { b, c, w: Object.fromEntries(from.map((from, k) => [from, w[k]])) });
  }
  return network;
}

/** The description of a network, in its own order. Each node's activation is named by its `name`. */
export function describe(network: Network): NetworkDescription {
  const { graph } = network;
  return {
    inputs: graph.ids.slice(0, graph.inputCount),
    nodes: graph.ids.slice(graph.inputCount).map((id, k) => {
      const i = graph.inputCount + k;
      const { b = 0, c = 1, w } = network.getParameters(id);
      return {
        id,
        from: Object.keys(w),
        activation: graph.activations[graph.activationOf[i]].name,
        b,
        c,
        w: Object.values(w),
      };
    }),
    outputs: Array.from(graph.outputs, (i) => graph.ids[i]),
  };
}
