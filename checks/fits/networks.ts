/** Layered networks as in other libraries: tanh, a linear output, no scale c. */
import { identity, tanh } from '@nnbp/activations';
import { type Activation, type Graph, GraphBuilder } from '@nnbp/core';

/** The graph of layers with these sizes, the inputs first. */
export function layersOf(sizes: readonly number[], output: Activation = identity): Graph {
  const builder = new GraphBuilder();
  let from = builder.inputs(sizes[0]);
  sizes.slice(1).forEach((size, k) => {
    const activation = k === sizes.length - 2 ? output : tanh;
    from = builder.layer(size, { name: `layer${k}`, from, activation, fixed: { c: 1 } });
  });
  builder.output(...from);
  return builder.build();
}
