/** The article's network and its golden numbers, computed in 50-digit arithmetic. */
import { sigmoid } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import golden from './golden.json' with { type: 'json' };

/** Every number of two passes through the article's network, as decimal strings of 20 digits. */
export { golden };

/** The article's graph: {1} → {2, 3} → {4, 5, 6} → {7}. */
export function articleNetwork(order: readonly string[] = ['2', '3', '4', '5', '6', '7']): Network {
  const builder = new GraphBuilder();
  builder.input('1');
  for (const id of order) {
    const from = golden.network.edges.filter(([, to]) => String(to) === id).map(([start]) => String(start));
    builder.node(id, { from, activation: sigmoid });
  }
  builder.output('7');
  const network = new Network(builder.build());
  for (const [id, { b, c, w }] of Object.entries(golden.network.parameters)) {
    const weights = Object.entries(w).map(([from, weight]) => [from, Number(weight)]);
    network.setParameters(id, { b: Number(b), c: Number(c), w: Object.fromEntries(weights) as Record<string, number> });
  }
  return network;
}
