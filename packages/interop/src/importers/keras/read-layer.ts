/** Reads the layers of a Keras model one by one. */
import { max, mean } from '@nnbp/aggregations';
import { activationLayers } from './activations.js';
import type { Context } from './context.js';
import { activate } from './layers/activation.js';
import { batchNormalization } from './layers/batch-normalization.js';
import { expectLastAxis, expectNoSoftmax } from './layers/checks.js';
import { convolution } from './layers/convolution.js';
import { dense } from './layers/dense.js';
import { input } from './layers/input.js';
import { pooling } from './layers/pooling.js';
import { recurrent } from './layers/recurrent.js';
import { concatenate, reshape } from './layers/reshape.js';
import { gateCounts } from './recurrent-nodes.js';
import type { Layer } from './topology.js';
import type { Applied, Values } from './values.js';

const trainingOnly = new Set([
  'Dropout',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'ActivityRegularization',
]);

type LayerReader = (context: Context, layer: Applied, values: Values) => Values;

/** Readers of layers with one input, by class name. To add a layer, add a file to `layers` and a line here. */
const readers: ReadonlyMap<string, LayerReader> = new Map<string, LayerReader>([
  ['Dense', dense],
  ['BatchNormalization', batchNormalization],
  ['Conv1D', (context, layer, values) => convolution(context, layer, values, 1)],
  ['Conv2D', (context, layer, values) => convolution(context, layer, values, 2)],
  ['MaxPooling1D', (context, layer, values) => pooling(context, layer, values, 1, max)],
  ['MaxPooling2D', (context, layer, values) => pooling(context, layer, values, 2, max)],
  ['AveragePooling1D', (context, layer, values) => pooling(context, layer, values, 1, mean)],
  ['AveragePooling2D', (context, layer, values) => pooling(context, layer, values, 2, mean)],
  ['GlobalMaxPooling1D', (context, layer, values) => pooling(context, layer, values, 1, max)],
  ['GlobalMaxPooling2D', (context, layer, values) => pooling(context, layer, values, 2, max)],
  ['GlobalAveragePooling1D', (context, layer, values) => pooling(context, layer, values, 1, mean)],
  ['GlobalAveragePooling2D', (context, layer, values) => pooling(context, layer, values, 2, mean)],
]);

/** Returns the values of a layer. `before` contains the values of the layers that this layer takes as inputs. */
export function readLayer(context: Context, layer: Layer, before: readonly Values[]): Values {
  const { kind, json } = layer;
  const { steps } = before[0] ?? {};
  if (before.some((values) => values.steps !== steps))
    json.unsupported('a layer that combines sequences with single rows is not supported.');
  if (steps === 'all' && (kind === 'Flatten' || kind === 'Reshape')) {
    json.at('class_name').unsupported('a layer that combines the steps of a sequence is not supported.');
  }
  if (gateCounts.has(kind)) {
    if (before.length > 1) json.unsupported('initial states as inputs are not supported.');
    if (before.length === 1) return recurrent(context, layer, before[0]);
  }
  const values = kind === 'TimeDistributed' ? timeDistributed(context, layer, before) : readOne(context, layer, before);
  return steps === undefined ? values : { ...values, steps };
}

/**
 * Reads a `TimeDistributed` layer. If there are values at each step of a sequence, the inner layer is applied to each
 * step. Otherwise, it is applied to each entry of the first axis. The weights are the same for all steps or entries.
 */
function timeDistributed(context: Context, layer: Layer, [values]: readonly Values[]): Values {
  const { config, json } = layer;
  const inner = config.at('layer');
  const innerConfig = inner.at('config');
  const kind = inner.at('class_name').text();
  if (values === undefined || kind === 'InputLayer' || kind === 'Concatenate')
    json.throwExpected('a layer with one input');
  const applied = { ...layer, kind, config: innerConfig, json: inner, inner: innerConfig.at('name').text() };
  if (values.steps === 'all') return readOne(context, applied, [values]);
  const [copies, ...shape] = values.shape;
  if (shape.length === 0) json.throwExpected('a sequence as its input');
  const result = readOne(context, { ...applied, copies }, [{ ...values, shape }]);
  if (result.softmax) inner.unsupported('softmax is supported only for a one-dimensional input.');
  return { ...result, shape: [copies, ...result.shape] };
}

/** Reads a layer that is not recurrent, or the inner layer of a `TimeDistributed`. */
function readOne(context: Context, layer: Applied, before: readonly Values[]): Values {
  const { kind, json } = layer;
  if (kind === 'InputLayer') return input(context, layer);
  if (kind === 'Concatenate') return concatenate(context, layer, before);
  const reader =
    readerOf(kind) ??
    json
      .at('class_name')
      .unsupported(
        'only dense, recurrent and convolutional layers, pooling, batch normalization, activations and reshaping layers are supported.',
      );
  if (before.length !== 1) json.throwExpected(`a ${kind} layer with one input`);
  return reader(context, layer, before[0]);
}

/** Returns the reader of a layer that is not recurrent and has one input. Undefined if `kind` is not supported. */
function readerOf(kind: string): LayerReader | undefined {
  if (trainingOnly.has(kind)) return (context, layer, values) => context.finishIfShared(layer, values);
  if (kind === 'Flatten' || kind === 'Reshape') return reshape;
  const reader = readers.get(kind) ?? activationReader(kind);
  if (reader === undefined) return undefined;
  return (context, layer, values) => {
    expectNoSoftmax(layer, values);
    return reader(context, layer, values);
  };
}

function activationReader(kind: string): LayerReader | undefined {
  const toActivation = activationLayers.get(kind);
  if (toActivation === undefined) return undefined;
  return (context, layer, values) => {
    if (kind === 'Softmax') expectLastAxis(layer, values);
    return activate(context, layer, values, toActivation(layer.config, context.version));
  };
}
