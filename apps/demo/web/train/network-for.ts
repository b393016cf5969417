/** The initial network of a training run. */
import { glorotUniform, GraphBuilder, heUniform, Network } from '@nnbp/core';
import { conv2d } from '@nnbp/layers';
import type { Functions } from '../functions.js';
import { networkOf } from '../network.js';
import type { Settings, Task } from '../shared/training-settings.js';

/** The inputs and the task that a network must fit. */
export interface Shape {
  readonly task: Task;
  readonly inputNames: { readonly length: number };
  readonly classes: { readonly length: number };
  /** Side in pixels, if the inputs are a square image. */
  readonly side?: number | undefined;
}

/** Activations of the ReLU family, which use He initialization. */
const reluFamily = new Set(['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'mish', 'softplus']);

/** Number of outputs: one, or one per class. */
export const outputsFor = ({ task, classes }: Shape): number => (task === 'classes' ? classes.length : 1);

/**
 * The network that is trained: a convolution, if the settings have one, and layers with weights from the seed, or the graph of the settings with its own. The c of a
 * layered network's output is fixed at 1, so that an output that is a probability stays one.
 *
 * @throws NnbpError `MISSING_PLUGIN`
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
  const output = builder.layer(outputsFor(shape), {
    from,
    activation: outputActivation,
    fixed: { c: 1 },
    name: 'output',
  });
  builder.output(...output);
  const initializer = reluFamily.has(settings.activation) ? heUniform : glorotUniform;
  return new Network(builder.build(), { seed: settings.seed, initializer });
}
