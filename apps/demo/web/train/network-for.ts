/** Builds the initial network of a training run. */
import { glorotUniform, GraphBuilder, heUniform, Network } from '@nnbp/core';
import { conv2d } from '@nnbp/layers';
import type { Functions } from '../functions.js';
import { networkOf } from '../network.js';
import type { Settings, Task } from '../shared/training-settings.js';

/** The properties of a data set that determine the inputs and outputs of the network. */
export interface Shape {
  readonly task: Task;
  readonly inputNames: { readonly length: number };
  readonly classes: { readonly length: number };
  /** Side of the image in pixels if the inputs are a square image, otherwise undefined. */
  readonly side?: number | undefined;
}

/** Activations of the ReLU family, which use He initialization. */
const reluFamily = new Set(['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'mish', 'softplus']);

export const outputCountFor = ({ task, classes }: Shape): number => (task === 'classes' ? classes.length : 1);

/**
 * Builds the network to train: the graph in the settings with its own parameters, or a layered network that is
 * initialized with the seed. In the output layer of a layered network, c is fixed at 1, so that probabilities stay
 * probabilities.
 *
 * @throws NnbpError `MISSING_PLUGIN` for an unknown activation
 */
export function networkFor(settings: Settings, shape: Shape, functions: Pick<Functions, 'activation'>): Network {
  if (settings.graph !== null) return networkOf(settings.graph, functions);
  const activation = functions.activation(settings.activation);
  const outputActivation = functions.activation(settings.outputActivation);
  const builder = new GraphBuilder();
  let from = builder.inputs(shape.inputNames.length);
  if (settings.convolution !== null && shape.side !== undefined) {
    const { side } = shape;
    from = conv2d(builder, { from, height: side, width: side, stride: 2, activation, ...settings.convolution });
  }
  for (const units of settings.hidden) from = builder.layer(units, { from, activation });
  const output = builder.layer(outputCountFor(shape), {
    from,
    activation: outputActivation,
    fixed: { c: 1 },
    name: 'output',
  });
  builder.output(...output);
  const initializer = reluFamily.has(settings.activation) ? heUniform : glorotUniform;
  return new Network(builder.build(), { seed: settings.seed, initializer });
}
