/** Graphs of dense layers: the multilayer perceptron. */
import { mismatch } from './expect.js';
import { GraphBuilder, type NodeOptions } from './builder.js';
import type { Activation } from './contract.js';
import type { Graph } from './graph.js';

/** Options of {@link mlp}. */
export interface MlpOptions {
  /** g of every node that is neither input nor output. */
  readonly activation: Activation;
  /** g of the output nodes; `activation` by default. */
  readonly outputActivation?: Activation;
  /** Constants in place of parameters, for every node: `{ c: 1 }` for nodes without a scale. */
  readonly fixed?: NodeOptions['fixed'];
}

/**
 * A graph of dense layers. Its ids are `input.0`…, `layer1.0`…, `output.0`….
 *
 * @param sizes - The number of nodes of each layer, from the inputs to the outputs; at least two numbers.
 * @throws NnbpError `WRONG_LENGTH`, `EMPTY_LAYER`, `OUT_OF_RANGE`
 *
 * @example
 * ```ts
 * import { identity, relu } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 *
 * const network = new Network(mlp([4, 16, 3], { activation: relu, outputActivation: identity }), { seed: 1 });
 * network.predict([5.1, 3.5, 1.4, 0.2]).length; // 3
 * ```
 */
export function mlp(sizes: readonly number[], options: MlpOptions): Graph {
  if (sizes.length < 2) {
    throw mismatch('WRONG_LENGTH', 'mlp', 'at least two sizes (inputs and outputs)', sizes.length);
  }
  const { activation, outputActivation = activation, fixed = {} } = options;
  const builder = new GraphBuilder();
  const hidden = sizes.slice(1, -1);
  let from = builder.inputs(sizes[0]);
  for (const units of hidden) from = builder.layer(units, { from, activation, fixed });
  const last = sizes[sizes.length - 1];
  for (const id of builder.layer(last, { from, activation: outputActivation, fixed, name: 'output' }))
    builder.output(id);
  return builder.build();
}
