/**
 * Imports Keras models of dense, recurrent and convolutional layers. The values between layers are represented by lists
 * of node ids: each layer reads the lists of earlier layers, adds nodes, and returns a list of its own.
 */
import type { Network } from '@nnbp/core';
import { assemble } from '../assemble.js';
import { openJson } from '../open-json.js';
import { Context } from './context.js';
import { inputSizes } from './layers/input.js';
import { readLayer } from './read-layer.js';
import { gateCounts } from './recurrent-nodes.js';
import { readTopology, type Topology } from './topology.js';
import type { Values } from './values.js';
import { readWeights } from './weights.js';

const what = 'The Keras model';

/**
 * Imports a Sequential or Functional model from Keras or TensorFlow.js with these layers: `Dense`, `Activation`, `ReLU`,
 * `LeakyReLU`, `ELU`, `Softmax` at the end, `Flatten`, `Reshape`, `Concatenate` of flat inputs; `Conv1D`, `Conv2D`, and
 * max and average pooling, including global pooling, with channels last; `BatchNormalization`; `SimpleRNN`, `LSTM` and
 * `GRU`; `TimeDistributed`; and layers that are active only during training (`Dropout`, `GaussianNoise` and similar
 * ones), which are ignored. Node ids are `LAYER.0`, `LAYER.1`, …. Each c is fixed at 1.
 *
 * The nodes of a convolution share b and weights. A batch normalization is folded into the weights of the previous
 * layer, or becomes separate nodes if that layer has an activation.
 *
 * A model with recurrent layers becomes a network with delays, which has outputs at each step. If the last layer
 * returns only the last step (`return_sequences` is false), its result is `predictSequence(network, rows).at(-1)`.
 *
 * A softmax at the end becomes the network's `outputTransform`: training continues on the logits. Multiple inputs are
 * concatenated in the order of the model, and so are multiple outputs.
 *
 * @param modelJson - The contents of `model.json`, parsed or as a string.
 * @param weights - The weight file of the model, or its shards in order.
 * @throws NnbpError `UNSUPPORTED` (a layer or activation that is not supported; weights that are quantized or not
 * float32), `MALFORMED`, `TOO_LARGE` (a shape that is far too large for the number of weights)
 */
export function fromKeras(modelJson: unknown, weights: Uint8Array | readonly Uint8Array[]): Network {
  const model = openJson(modelJson, what);
  const topology = readTopology(model);
  const arrays = readWeights(model, weights);
  const uses = usesOf(topology);
  const hasSteps = topology.layers.some(({ kind }) => gateCounts.has(kind)) || hasOpenSteps(topology);
  const readByTimeDistributed = new Set(
    topology.layers.filter(({ kind }) => kind === 'TimeDistributed').flatMap(({ from }) => from),
  );
  const context = new Context(arrays, topology.version, uses, hasSteps, readByTimeDistributed);
  const known = new Map<string, Values>();
  for (const layer of topology.layers) {
    if (known.has(layer.name)) layer.json.throwExpected(`one layer with the name ${JSON.stringify(layer.name)}`);
    const before = layer.from.map(
      (name) =>
        known.get(name) ?? layer.json.throwExpected(`a layer that reads earlier layers, not ${JSON.stringify(name)}`),
    );
    known.set(layer.name, readLayer(context, layer, before));
  }
  const idsOfLayers = (names: readonly string[]) =>
    names.flatMap(
      (name) => known.get(name)?.ids ?? model.throwExpected(`a layer with the name ${JSON.stringify(name)}`),
    );
  const inputs = idsOfLayers(topology.inputs);
  if (topology.layers.filter(({ kind }) => kind === 'InputLayer').length !== topology.inputs.length) {
    model.throwExpected('every input layer among the inputs of the model');
  }
  const outputs = idsOfLayers(topology.outputs);
  if (new Set(outputs).size < outputs.length) model.unsupported('the same output is listed twice. List it once.');
  const network = assemble({ what, inputs, nodes: context.parts(), outputs });
  if (topology.outputs.some((name) => known.get(name)?.softmax)) {
    if (topology.outputs.length > 1)
      model.unsupported('a softmax over only some of the outputs is not supported: expected one output layer.');
    network.outputTransform = 'softmax';
  }
  return network;
}

/** Whether the model has a `TimeDistributed` layer and an input whose number of steps is not specified. */
const hasOpenSteps = ({ layers }: Pick<Topology, 'layers'>) =>
  layers.some(({ kind }) => kind === 'TimeDistributed') &&
  layers.some((layer) => layer.kind === 'InputLayer' && inputSizes(layer).at(0)?.present === false);

function usesOf({ layers, outputs }: Pick<Topology, 'layers' | 'outputs'>) {
  const uses = new Map<string, number>();
  for (const name of [...layers.flatMap(({ from }) => from), ...outputs]) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
