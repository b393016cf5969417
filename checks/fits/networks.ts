/** Multilayer perceptrons as in other libraries: tanh in the hidden layers, every c fixed at 1. */
import { identity, tanh } from '@nnbp/activations';
import { type Activation, type Graph, GraphBuilder } from '@nnbp/core';

/**
 * Builds a multilayer perceptron. `sizes` lists the number of inputs and the number of nodes of each layer. `output` is
 * the activation of the last layer.
 */
export function perceptron(sizes: readonly number[], output: Activation = identity): Graph {
  const builder = new GraphBuilder();
  let from = builder.inputs(sizes[0]);
  sizes.slice(1).forEach((size, k) => {
    const activation = k === sizes.length - 2 ? output : tanh;
    from = builder.layer(size, { name: `layer${k}`, from, activation, fixed: { c: 1 } });
  });
  builder.output(...from);
  return builder.build();
}
