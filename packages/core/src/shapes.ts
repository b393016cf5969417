/** Builds graphs of dense layers (multilayer perceptrons). */
import { mismatch } from './expect.js';
import { GraphBuilder, type NodeOptions } from './builder.js';
import type { Activation } from './contract.js';
import type { Graph } from './graph.js';

/** Options of {@link mlp}. */
export interface MlpOptions {
  /** The activation of the hidden nodes. */
  readonly activation: Activation;
  /** The activation of the output nodes. Default: `activation`. */
  readonly outputActivation?: Activation;
  /** Parameters to fix at a constant in every node. For example, `{ c: 1 }` fixes every scale at 1. */
  readonly fixed?: NodeOptions['fixed'];
}

/**
 * Builds a graph of dense layers. The node ids are `input.0`, …, `layer1.0`, …, `output.0`, ….
 *
 * @param sizes - The number of nodes in each layer, from the inputs to the outputs. At least two numbers.
 * @throws NnbpError `WRONG_LENGTH` (fewer than two sizes), and the errors thrown by `GraphBuilder.inputs` and `layer`
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
