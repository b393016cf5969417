/**
 * Imports Keras models of dense, recurrent and convolutional layers. The values between layers are lists of node ids:
 * each layer converts one list to another and adds the nodes that compute it.
 */
import { identity } from '@nnbp/activations';
import { max, mean } from '@nnbp/aggregations';
import { type Aggregation, type Network, NnbpError } from '@nnbp/core';
import { assemble, type Part } from '../assemble.js';
import type { JsonValue } from '@nnbp/formats/shared';
import { openJson } from '../open-json.js';
import { activationIn, activationLayers, type Rule } from './activations.js';
import { gateCounts, gru, lstm, simpleRnn } from './recurrent.js';
import { type Layer, readTopology, type Topology } from './topology.js';
import { readWeights, type Weights } from './weights.js';
import { wholeGrid, type Window, type Windows, windowsIn } from './windows.js';

const what = 'The Keras model';
/** Maximum number of values in a model without weights. Each byte of the weights adds one to this limit. */
const maxValuesWithoutWeights = 2 ** 18;
/** Maximum number of edges in convolutions and pooling, which is not limited by the number of weights. */
const maxEdges = 2 ** 22;

/** Layers that are active only during training. */
const trainingOnly = new Set([
  'Dropout',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'ActivityRegularization',
]);

/** Layers over windows: the number of axes of the grid, and the aggregation of layers without weights. */
const windowLayers: ReadonlyMap<string, { readonly axes: number; readonly aggregation?: Aggregation }> = new Map<
  string,
  { readonly axes: number; readonly aggregation?: Aggregation }
>([
  ['Conv1D', { axes: 1 }],
  ['Conv2D', { axes: 2 }],
  ['MaxPooling1D', { axes: 1, aggregation: max }],
  ['MaxPooling2D', { axes: 2, aggregation: max }],
  ['AveragePooling1D', { axes: 1, aggregation: mean }],
  ['AveragePooling2D', { axes: 2, aggregation: mean }],
  ['GlobalMaxPooling1D', { axes: 1, aggregation: max }],
  ['GlobalMaxPooling2D', { axes: 2, aggregation: max }],
  ['GlobalAveragePooling1D', { axes: 1, aggregation: mean }],
  ['GlobalAveragePooling2D', { axes: 2, aggregation: mean }],
]);

/** A layer, or the layer inside a `TimeDistributed`. */
interface Applied extends Layer {
  /** The name of the layer inside a `TimeDistributed`. `name` is then the name of the `TimeDistributed`. */
  readonly inner?: string;
  /** The number of copies that share the weights. Default: 1. */
  readonly copies?: number;
}

/** Nodes of a layer, with their parameters. */
interface Nodes {
  readonly ids: readonly string[];
  /** Predecessors of node u. */
  readonly from: (u: number) => readonly string[];
  /** Weights of node u. A batch normalization after the layer may change `w` and `b`. */
  w: (u: number) => ArrayLike<number>;
  b: (u: number) => number;
  /** Names of shared parameters. Nodes u and u + `filters` have the same names. Default: not shared. */
  readonly shared?: (u: number) => NonNullable<Part['shared']>;
  readonly filters?: number;
  /** The activation, set by the layer itself or by an activation layer after it. */
  rule: Rule;
}

/** The values between two layers, for one sample. */
interface Values {
  readonly shape: readonly number[];
  readonly ids: readonly string[];
  /**
   * The nodes of the values, if nothing else reads them and their activation is still the identity, so that it can be
   * replaced.
   */
  readonly unfinished?: Nodes;
  /** Whether the values are logits, because a softmax over them was omitted. */
  readonly softmax?: true;
  /** Whether there are values at each step of a sequence or only at the last step. Undefined for data without steps. */
  readonly steps?: 'all' | 'last';
}

/**
 * Imports a Sequential or Functional model of Keras or TensorFlow.js with these layers: `Dense`, `Activation`, `ReLU`,
 * `LeakyReLU`, `ELU`, `Softmax` at the end, `Flatten`, `Reshape`, `Concatenate` of rows; `Conv1D`, `Conv2D`, and max
 * and average pooling, including global pooling, with channels last; `BatchNormalization`; `SimpleRNN`, `LSTM` and `GRU`;
 * `TimeDistributed`; and layers that are active only during training (`Dropout`, `GaussianNoise` and similar ones), which are
 * ignored. Node ids are `LAYER.0`, `LAYER.1`, …. Each c is fixed at 1.
 *
 * The nodes of a convolution share b and weights. A batch normalization is folded into the weights of the previous
 * layer, or becomes separate nodes if that layer has an activation.
 *
 * A model with recurrent layers becomes a network with delays, which has outputs at each step. If the last layer
 * returns only the last step (`return_sequences` is false), its result is `predictSequence(network, rows).at(-1)`.
 *
 * A softmax at the end becomes the network's `outputTransform`: training continues on the logits. Several inputs are
 * concatenated in the order of the model, and so are several outputs.
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
  const hasSteps = topology.layers.some(({ kind }) => gateCounts[kind] !== undefined) || hasOpenSteps(topology);
  const timed = new Set(topology.layers.filter(({ kind }) => kind === timeDistributed).flatMap(({ from }) => from));
  const reader = new Reader(arrays, topology.version, uses, hasSteps, timed);
  const known = new Map<string, Values>();
  for (const layer of topology.layers) {
    if (known.has(layer.name)) layer.json.throwExpected(`one layer with the name ${JSON.stringify(layer.name)}`);
    const before = layer.from.map(
      (name) => known.get(name) ?? layer.json.throwExpected(`a layer after its inputs, not before ${name}`),
    );
    known.set(layer.name, reader.read(layer, before));
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
  const network = assemble({ what, inputs, nodes: reader.parts(), outputs });
  if (topology.outputs.some((name) => known.get(name)?.softmax)) {
    if (topology.outputs.length > 1)
      model.unsupported('a softmax over only some of the outputs is not supported: expected one output layer.');
    network.outputTransform = 'softmax';
  }
  return network;
}

const timeDistributed = 'TimeDistributed';

/** The shape of an input layer, without the batch axis. */
function inputSizes({ config, json }: Layer): JsonValue[] {
  const shape = config.at('batch_input_shape').present ? config.at('batch_input_shape') : config.at('batch_shape');
  return shape.present ? shape.list().slice(1) : json.throwExpected('an input with a batch_input_shape');
}

/** Whether the model has a `TimeDistributed` layer and an input whose number of steps is not specified. */
const hasOpenSteps = ({ layers }: Pick<Topology, 'layers'>) =>
  layers.some(({ kind }) => kind === timeDistributed) &&
  layers.some((layer) => layer.kind === 'InputLayer' && inputSizes(layer).at(0)?.present === false);

/** The number of layers and outputs that read the values of each layer, by layer name. */
function usesOf({ layers, outputs }: Pick<Topology, 'layers' | 'outputs'>) {
  const uses = new Map<string, number>();
  for (const name of [...layers.flatMap(({ from }) => from), ...outputs]) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/** Visits the layers and collects their nodes. */
class Reader {
  readonly #nodes: Nodes[] = [];
  /** The nodes of recurrent and pooling layers. */
  readonly #others: Part[] = [];
  #valuesLeft: number;
  #edgesLeft = maxEdges;

  constructor(
    readonly weights: ReadonlyMap<string, Weights>,
    readonly version: string,
    readonly uses: ReadonlyMap<string, number>,
    /** Whether inputs are sequences, because the model has layers that read steps. */
    readonly hasSteps: boolean,
    /** Names of the layers that a `TimeDistributed` reads. */
    readonly timed: ReadonlySet<string>,
  ) {
    this.#valuesLeft = maxValuesWithoutWeights;
    for (const { values } of weights.values()) this.#valuesLeft += 4 * values.length;
  }

  /** All collected nodes. */
  parts(): Part[] {
    const nodes = this.#nodes.flatMap(({ ids, from, w, b, shared, rule: { activation, factor } }) =>
      ids.map((id, u) => ({
        id,
        from: from(u),
        activation,
        b: factor * b(u),
        w: factor === 1 ? w(u) : Array.from(w(u), (weight) => factor * weight),
        ...(shared && { shared: shared(u) }),
      })),
    );
    return [...nodes, ...this.#others];
  }

  /** Reads a layer. Returns its values. `before` are the values of the layers that it reads. */
  read(layer: Layer, before: readonly Values[]): Values {
    const { kind, json } = layer;
    const { steps } = before[0] ?? {};
    if (before.some((values) => values.steps !== steps))
      json.unsupported('this layer combines sequences with single rows.');
    if (steps === 'all' && (kind === 'Flatten' || kind === 'Reshape')) {
      json.at('class_name').unsupported('this layer combines the steps of a sequence.');
    }
    if (gateCounts[kind] !== undefined && before.length === 1) return this.#recurrentLayer(layer, before[0]);
    const values = kind === timeDistributed ? this.#timeDistributed(layer, before) : this.#read(layer, before);
    return steps === undefined ? values : { ...values, steps };
  }

  /**
   * Applies the inner layer to each step of a sequence, or else to each entry of the first axis, with the same weights.
   */
  #timeDistributed(layer: Layer, [values]: readonly Values[]): Values {
    const { config, json } = layer;
    const inner = config.at('layer');
    const innerConfig = inner.at('config');
    const kind = inner.at('class_name').text();
    if (values === undefined || kind === 'InputLayer' || kind === 'Concatenate')
      json.throwExpected('a layer with one input');
    const applied = { ...layer, kind, config: innerConfig, json: inner, inner: innerConfig.at('name').text() };
    if (values.steps === 'all') return this.#read(applied, [values]);
    const [copies, ...shape] = values.shape;
    if (shape.length === 0) json.throwExpected('a sequence as its input');
    const result = this.#read({ ...applied, copies }, [{ ...values, shape }]);
    if (result.softmax) inner.unsupported('a softmax is supported only on a row of numbers.');
    return { ...result, shape: [copies, ...result.shape] };
  }

  #read(layer: Applied, before: readonly Values[]): Values {
    const { kind, json } = layer;
    if (kind === 'InputLayer') return this.#input(layer);
    if (kind === 'Concatenate') return this.#concatenate(layer, before);
    if (before.length !== 1) json.throwExpected(`a layer ${kind} with one input layer`);
    const [values] = before;
    if (trainingOnly.has(kind)) return this.#finishIfShared(layer, values);
    if (kind === 'Flatten' || kind === 'Reshape') return this.#reshape(layer, values);
    this.#expectNoSoftmax(layer, values);
    if (kind === 'Dense') return this.#dense(layer, values);
    if (kind === 'BatchNormalization') return this.#batchNormalization(layer, values);
    const overWindows = windowLayers.get(kind);
    if (overWindows !== undefined) return this.#overWindows(layer, values, overWindows);
    const rule = activationLayers.get(kind);
    return rule === undefined
      ? json
          .at('class_name')
          .unsupported(
            'only dense, recurrent and convolutional layers, pooling, activations and reshaping layers are supported.',
          )
      : this.#activate(layer, values, rule(layer.config, this.version));
  }

  #input(layer: Layer): Values {
    const { name, json } = layer;
    const sizes = inputSizes(layer);
    // The number of steps is not needed, and may be unspecified.
    const isSequence = this.hasSteps && (sizes.length === 2 || (sizes.length > 2 && this.timed.has(name)));
    const shape = sizes.slice(isSequence ? 1 : 0).map((size) => size.integer(1, 2 ** 31));
    return { shape, ids: this.#ids(json, name, product(shape)), ...(isSequence && { steps: 'all' }) };
  }

  #recurrentLayer(layer: Layer, { ids, steps, softmax }: Values): Values {
    const { kind, name, config, json } = layer;
    this.#expectNoSoftmax(layer, { ids, shape: [ids.length], ...(softmax && { softmax }) });
    if (steps !== 'all') json.unsupported('this layer reads a sequence: the previous layer has to return a sequence.');
    for (const option of ['go_backwards', 'return_state', 'time_major']) {
      if (config.at(option).value === true) config.at(option).unsupported('only false is supported.');
    }
    const units = config.at('units').integer(1, 2 ** 31);
    const columns = gateCounts[kind]! * units;
    const kernel = this.#array(layer, 'kernel', [ids.length, columns]);
    const recurrent = this.#array(layer, 'recurrent_kernel', [units, columns]);
    const resetAfter = kind === 'GRU' && config.at('reset_after').value === true;
    const bias = isOn(config, 'use_bias')
      ? this.#array(layer, 'bias', resetAfter ? [2, columns] : [columns])
      : undefined;
    const rule = (option: string): Rule => {
      const found = activationIn(config.at(option), this.version);
      return found === 'softmax'
        ? config.at(option).unsupported('expected an activation that is applied elementwise.')
        : found;
    };
    const activation = rule('activation');
    const gate = kind === 'SimpleRNN' ? activation : rule('recurrent_activation');
    // Check the limit before any node is created: there are up to eleven nodes per unit.
    this.#take(json, 11 * units);
    const numbers = { units, kernel, recurrent, bias, name, from: ids, activation, gate };
    const make = { SimpleRNN: simpleRnn, LSTM: lstm, GRU: (layer: typeof numbers) => gru(layer, resetAfter) };
    for (const part of make[kind as keyof typeof make](numbers)) this.#others.push(part);
    const returnsAll = config.at('return_sequences').value === true;
    return { shape: [units], ids: this.#ids(json, name, units), steps: returnsAll ? 'all' : 'last' };
  }

  /** A dense layer over the last axis, with the same weights at every position of the other axes. */
  #dense(layer: Applied, values: Values): Values {
    const { config, json } = layer;
    const { shape, ids } = values;
    const units = config.at('units').integer(1, 2 ** 31);
    const channels = shape.at(-1) ?? json.throwExpected('a row of numbers as its input');
    const kernel = this.#array(layer, 'kernel', [channels, units]);
    const windows = Array.from({ length: ids.length / channels }, (_, k): Window => ({
      cells: [k],
      kernelIndices: [0],
    }));
    if (windows.length > 1) this.#takeEdges(json, ids.length * units);
    return this.#applyFilters(layer, values, { shape: shape.slice(0, -1), windows }, kernel, units);
  }

  /** A convolution or pooling layer. */
  #overWindows(
    layer: Applied,
    values: Values,
    { axes, aggregation }: { axes: number; aggregation?: Aggregation },
  ): Values {
    const { kind, name, config, json, copies = 1 } = layer;
    const { shape, ids, steps } = values;
    if (shape.length !== axes + 1) {
      if (steps === 'all') json.unsupported('this layer combines the steps of a sequence.');
      json.throwExpected(`an input with ${axes + 1} axes for ${kind}, not [${shape.join(', ')}]`);
    }
    const format = config.at('data_format');
    if (format.present && format.value !== 'channels_last') format.unsupported('only channels_last is supported.');
    const channels = shape[axes];
    const sizes = shape.slice(0, axes);
    const filters = aggregation === undefined ? config.at('filters').integer(1, 2 ** 31) : 1;
    const take = (cells: number) => this.#takeEdges(json, copies * cells * channels * filters);
    const cells = product(sizes);
    const one = kind.startsWith('Global')
      ? {
          shape: config.at('keepdims').value === true ? sizes.map(() => 1) : [],
          kernel: sizes,
          windows: [wholeGrid(cells)],
        }
      : windowsIn(config, sizes, aggregation ? 'pool_size' : 'kernel_size', take);
    // Copies lie side by side on one long grid.
    const windows = Array.from({ length: copies }, (_, k) =>
      k === 0
        ? one.windows
        : one.windows.map((each) => ({ ...each, cells: each.cells.map((cell) => k * cells + cell) })),
    ).flat();
    if (aggregation === undefined) {
      const groups = config.at('groups');
      if (groups.present && groups.value !== 1) groups.unsupported('only 1 is supported.');
      const kernel = this.#array(layer, 'kernel', [...one.kernel, channels, filters]);
      return this.#applyFilters(layer, values, { shape: one.shape, windows }, kernel, filters);
    }
    const pooled = this.#ids(json, name, windows.length * channels);
    windows.forEach((window, k) => {
      for (let channel = 0; channel < channels; channel++) {
        const from = window.cells.map((cell) => ids[cell * channels + channel]);
        const w = from.map(() => 1);
        const id = pooled[k * channels + channel];
        this.#others.push({ id, from, activation: identity, aggregation, b: 0, w, constant: true });
      }
    });
    return { shape: [...one.shape, channels], ids: pooled };
  }

  /**
   * Adds a node for each window and filter. All windows share the weights.
   *
   * @param kernel - `[kernel size, channels, filters]`.
   */
  #applyFilters(
    layer: Applied,
    { ids: read, shape: before }: Values,
    { shape, windows }: Windows,
    kernel: Float32Array,
    filters: number,
  ): Values {
    const { name, config, json } = layer;
    const channels = before[before.length - 1];
    const bias = isOn(config, 'use_bias') ? this.#array(layer, 'bias', [filters]) : undefined;
    const activation = activationIn(config.at('activation'), this.version);
    const ids = this.#ids(json, name, windows.length * filters);
    const sources = windows.map(({ cells }) =>
      cells.flatMap((cell) => read.slice(cell * channels, (cell + 1) * channels)),
    );
    /** For each edge of a window, its row of the kernel. */
    const rows = windows.map(({ kernelIndices }) =>
      kernelIndices.flatMap((at) => Array.from({ length: channels }, (_, k) => at * channels + k)),
    );
    const windowOf = (u: number) => Math.floor(u / filters);
    const filterOf = (u: number) => `${name}.filter${u % filters}`;
    const computed = this.#compute({
      ids,
      from: (u) => sources[windowOf(u)],
      w: (u) => Float64Array.from(rows[windowOf(u)], (row) => kernel[row * filters + (u % filters)]),
      b: (u) => bias?.[u % filters] ?? 0,
      ...(windows.length > 1 && {
        shared: (u) => ({ b: filterOf(u), w: rows[windowOf(u)].map((row) => `${filterOf(u)}.${row}`) }),
        filters,
      }),
      rule: { activation: identity, factor: 1 },
    });
    const outputs: Values = { shape: [...shape, filters], ids, unfinished: computed };
    return this.#finishIfShared(layer, this.#activate(layer, outputs, activation));
  }

  /** γ (x − mean) / √(variance + ε) + β for each channel. */
  #batchNormalization(layer: Applied, values: Values): Values {
    const { name, config, json } = layer;
    const { shape, ids, unfinished, steps } = values;
    const channels = shape.at(-1) ?? json.throwExpected('a row of numbers as its input');
    const axis = config.at('axis');
    const axes = Array.isArray(axis.value) ? axis.list() : axis.present ? [axis] : [];
    const last = shape.length + (steps === 'all' && layer.inner === undefined ? 1 : 0);
    if (axes.length > 1 || axes.some(({ value }) => value !== -1 && value !== last)) {
      axis.unsupported('only the last axis is supported.');
    }
    const epsilon = config.at('epsilon').present ? config.at('epsilon').number() : 1e-3;
    const array = (part: string) => this.#array(layer, part, [channels]);
    const gamma = isOn(config, 'scale') ? array('gamma') : undefined;
    const beta = isOn(config, 'center') ? array('beta') : undefined;
    const [mean, variance] = [array('moving_mean'), array('moving_variance')];
    const factors = Array.from(mean, (_, k) => (gamma?.[k] ?? 1) / Math.sqrt(variance[k] + epsilon));
    const b = (u: number) => (beta?.[u % channels] ?? 0) - factors[u % channels] * mean[u % channels];
    const factor = (u: number) => factors[u % channels];
    // Nodes that share weights need the same factor, which is true only if each channel is a filter.
    if (unfinished !== undefined && (unfinished.filters ?? channels) === channels) {
      const { w, b: inner } = unfinished;
      unfinished.w = (u) => Array.from(w(u), (weight) => factor(u) * weight);
      unfinished.b = (u) => factor(u) * inner(u) + b(u);
      return this.#finishIfShared(layer, values);
    }
    const computed = this.#compute({
      ids: this.#ids(json, name, ids.length),
      from: (u) => [ids[u]],
      w: (u) => [factor(u)],
      b,
      ...(ids.length > channels && {
        shared: (u) => ({ b: `${name}.b${u % channels}`, w: [`${name}.w${u % channels}`] }),
        filters: channels,
      }),
      rule: { activation: identity, factor: 1 },
    });
    return this.#finishIfShared(layer, { shape, ids: computed.ids, unfinished: computed });
  }

  /** Applies an activation: to the previous nodes if nothing else reads them, otherwise with separate nodes. */
  #activate(layer: Layer, values: Values, rule: Rule | 'softmax'): Values {
    const { shape, ids, unfinished } = values;
    if (rule === 'softmax') {
      if (shape.length !== 1) layer.json.unsupported('a softmax is supported only on a row of numbers.');
      return { shape, ids, softmax: true };
    }
    if (rule.activation === identity) return this.#finishIfShared(layer, values);
    if (unfinished !== undefined) {
      unfinished.rule = rule;
      return { shape, ids };
    }
    const nodes = this.#compute({
      ids: this.#ids(layer.json, layer.name, ids.length),
      from: (u) => [ids[u]],
      w: () => [1],
      b: () => 0,
      rule,
    });
    return { shape, ids: nodes.ids };
  }

  #concatenate({ json, config }: Layer, before: readonly Values[]): Values {
    for (const values of before) {
      if (values.shape.length !== 1) json.unsupported('only rows of numbers can be concatenated.');
      this.#expectNoSoftmax({ json }, values);
    }
    const axis = config.at('axis');
    if (axis.present && axis.value !== -1 && axis.value !== 1) axis.unsupported('a row has one axis.');
    const ids = before.flatMap((values) => values.ids);
    this.#take(json, ids.length);
    if (new Set(ids).size < ids.length) json.unsupported('this layer has the same input twice. Use each input once.');
    return { shape: [ids.length], ids };
  }

  #reshape(layer: Applied, values: Values): Values {
    const { config, kind, copies = 1 } = layer;
    const length = values.ids.length / copies;
    if (kind === 'Flatten') {
      if (config.at('data_format').value === 'channels_first' && values.shape.length > 1) {
        config.at('data_format').unsupported('channels_first is not supported: expected channels_last.');
      }
      return this.#finishIfShared(layer, { ...values, shape: [length] });
    }
    const target = config.at('target_shape');
    const sizes = target.list().map((size) => (size.value === -1 ? -1 : size.integer(1, 2 ** 31)));
    const known = product(sizes.filter((size) => size !== -1));
    const shape = sizes.map((size) => (size === -1 ? length / known : size));
    if (shape.some((size) => !Number.isInteger(size)) || product(shape) !== length) {
      target.throwExpected(`a shape of ${length} numbers`);
    }
    return this.#finishIfShared(layer, { ...values, shape });
  }

  /**
   * Returns the values, without `unfinished` if several layers read them, because then their nodes must not change.
   */
  #finishIfShared({ name }: Layer, values: Values): Values {
    if ((this.uses.get(name) ?? 0) <= 1) return values;
    const { unfinished: _, ...seen } = values;
    return seen;
  }

  #compute(nodes: Nodes): Nodes {
    this.#nodes.push(nodes);
    return nodes;
  }

  #array({ name, inner, json }: Applied, part: string, shape: readonly number[]): Float32Array {
    const found =
      this.weights.get(`${name}/${part}`) ??
      (inner === undefined ? undefined : this.weights.get(`${inner}/${part}`)) ??
      json.throwExpected(`weights with the name ${name}/${part}`);
    if (found.shape.length !== shape.length || found.shape.some((size, k) => size !== shape[k])) {
      json.throwExpected(`${part} of shape [${shape.join(', ')}], not [${found.shape.join(', ')}]`);
    }
    return found.values;
  }

  #expectNoSoftmax({ json }: Pick<Layer, 'json'>, { softmax }: Values): void {
    if (softmax) json.unsupported('a softmax is supported only at the end.');
  }

  #ids(json: JsonValue, name: string, count: number): string[] {
    this.#take(json, count);
    return Array.from({ length: count }, (_, k) => `${name}.${k}`);
  }

  /** Throws if the model has too many edges in convolutions and pooling. Called before nodes are created. */
  #takeEdges(json: JsonValue, count: number): void {
    this.#edgesLeft -= count;
    if (!(this.#edgesLeft >= 0)) {
      throw new NnbpError('TOO_LARGE', `${json.path}: expected at most ${maxEdges} edges in convolutions and pooling.`);
    }
  }

  /** Throws if the model has too many values. Called before nodes are created. */
  #take(json: JsonValue, count: number): void {
    this.#valuesLeft -= count;
    if (this.#valuesLeft < 0) {
      throw new NnbpError(
        'TOO_LARGE',
        `${json.path}: this layer needs far more values than the file has weights. Check its shape.`,
      );
    }
  }
}

/** Whether an option is true. Default: true. */
const isOn = (config: JsonValue, option: string) => !config.at(option).present || config.at(option).flag();

const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
