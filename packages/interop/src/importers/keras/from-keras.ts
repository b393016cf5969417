/**
 * Imports Keras models of dense layers. The values between layers are lists of node names; each layer turns one list into
 * another and adds the nodes that compute it.
 */
import { identity } from '@nnbp/activations';
import { type Network, NnbpError } from '@nnbp/core';
import { assemble, type Part } from '../assemble.js';
import { type Found, opened } from '../found.js';
import { activationIn, activationLayers, type Rule } from './activations.js';
import { gateCounts, gru, lstm, simpleRnn } from './recurrent.js';
import { type Layer, readTopology } from './topology.js';
import { readWeights, type Weights } from './weights.js';

const what = 'The Keras model';
/** Limit on values of small models; the limit of larger ones is proportional to their bytes. */
const minValues = 2 ** 18;

/** Layers that do nothing at inference. */
const open = new Set([
  'Dropout',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'SpatialDropout1D',
  'ActivityRegularization',
]);

/** Nodes with the same kind of computation. */
interface Nodes {
  readonly ids: readonly string[];
  /** Predecessors and weights of node u. */
  readonly from: (u: number) => readonly string[];
  readonly w: (u: number) => ArrayLike<number>;
  readonly b: (u: number) => number;
  /** Set by the layer itself or by an activation layer after it. */
  rule: Rule;
}

/** The values between two layers, for one sample. */
interface Values {
  readonly shape: readonly number[];
  readonly ids: readonly string[];
  /** What computes them, if nothing else uses them and their activation is still the identity. */
  readonly unfinished?: Nodes;
  /** They are logits: their softmax was left out. */
  readonly softmax?: true;
  /** Of each step of a sequence, or only of the last one. Absent: of a sample without steps. */
  readonly steps?: 'all' | 'last';
}

/**
 * Reads a model of dense and recurrent layers that Keras or TensorFlow.js made, Sequential or Functional: `Dense`, `Activation`, `ReLU`,
 * `LeakyReLU`, `ELU`, `Softmax` at the end, `Flatten`, `Reshape`, `Concatenate` of rows, and layers that only training knows
 * (`Dropout`, `GaussianNoise` and their like), which are passed over; `SimpleRNN`, `LSTM` and `GRU`. Ids are `LAYER.0`, `LAYER.1`, …. Each c is fixed at 1.
 *
 * A model with recurrent layers becomes a network with delays, which gives an output for each step; where the last layer returns
 * only the last step (`return_sequences` is false), that is `predictSequence(network, rows).at(-1)`.
 *
 * A softmax at the end becomes the network's `outputTransform`: training continues on the logits. Several
 * inputs are one after another in the model's order, and so are several outputs.
 *
 * @param modelJson - What stands in `model.json`, or its text.
 * @param weights - The file of weights beside it, or its shards in order.
 * @throws NnbpError `UNSUPPORTED` (a layer or activation that is not among these, by its name; weights that are not float32
 * or are quantized), `MALFORMED`, `TOO_LARGE` (a shape out of all proportion to the weights)
 */
export function fromKeras(modelJson: unknown, weights: Uint8Array | readonly Uint8Array[]): Network {
  const model = opened(modelJson, what);
  const topology = readTopology(model);
  const arrays = readWeights(model, weights);
  const uses = usesOf(topology);
  const hasSteps = topology.layers.some(({ kind }) => gateCounts[kind] !== undefined);
  const reader = new Reader(arrays, topology.version, uses, hasSteps);
  const known = new Map<string, Values>();
  for (const layer of topology.layers) {
    if (known.has(layer.name)) layer.place.refuse(`one layer of the name ${JSON.stringify(layer.name)}`);
    const before = layer.from.map(
      (name) => known.get(name) ?? layer.place.refuse(`a layer after those it is fed with, not before ${name}`),
    );
    known.set(layer.name, reader.read(layer, before));
  }
  const chosen = (names: readonly string[]) =>
    names.flatMap((name) => known.get(name)?.ids ?? model.refuse(`a layer of the name ${JSON.stringify(name)}`));
  const inputs = chosen(topology.inputs);
  if (topology.layers.filter(({ kind }) => kind === 'InputLayer').length !== topology.inputs.length) {
    model.refuse('every input layer among the inputs of the model');
  }
  const outputs = chosen(topology.outputs);
  if (new Set(outputs).size < outputs.length) model.unsupported('the same values come out twice: once is enough here.');
  const network = assemble({ what, inputs, nodes: reader.parts(), outputs });
  if (topology.outputs.some((name) => known.get(name)?.softmax)) {
    if (topology.outputs.length > 1)
      model.unsupported('a softmax over a part of the outputs: expected one output layer.');
    network.outputTransform = 'softmax';
  }
  return network;
}

/** Number of uses of each layer's values. */
function usesOf({ layers, outputs }: Pick<ReturnType<typeof readTopology>, 'layers' | 'outputs'>) {
  const uses = new Map<string, number>();
  for (const name of [...layers.flatMap(({ from }) => from), ...outputs]) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/** Visits the layers and collects the nodes. */
class Reader {
  readonly #nodes: Nodes[] = [];
  /** The nodes of recurrent layers. */
  readonly #recurrent: Part[] = [];
  #valuesLeft: number;

  constructor(
    readonly weights: ReadonlyMap<string, Weights>,
    readonly version: string,
    readonly uses: ReadonlyMap<string, number>,
    /** Whether inputs are sequences: of recurrent layers. */
    readonly hasSteps: boolean,
  ) {
    this.#valuesLeft = minValues;
    for (const { values } of weights.values()) this.#valuesLeft += 4 * values.length;
  }

  /** All collected nodes. */
  parts(): Part[] {
    const nodes = this.#nodes.flatMap(({ ids, from, w, b, rule: { activation, factor } }) =>
      ids.map((id, u) => ({
        id,
        from: from(u),
        activation,
        b: factor * b(u),
        w: factor === 1 ? w(u) : Array.from(w(u), (weight) => factor * weight),
      })),
    );
    return [...nodes, ...this.#recurrent];
  }

  /** The values of one layer. */
  read(layer: Layer, before: readonly Values[]): Values {
    const { kind, place } = layer;
    const { steps } = before[0] ?? {};
    if (before.some((values) => values.steps !== steps))
      place.unsupported('some of its inputs are sequences, some are not.');
    if (steps === 'all' && (kind === 'Flatten' || kind === 'Reshape')) {
      place.at('class_name').unsupported('the steps of a sequence stay apart here.');
    }
    if (gateCounts[kind] !== undefined && before.length === 1) return this.#recurrentLayer(layer, before[0]);
    const values = this.#read(layer, before);
    return steps === undefined ? values : { ...values, steps };
  }

  #read(layer: Layer, before: readonly Values[]): Values {
    const { kind, place } = layer;
    if (kind === 'InputLayer') return this.#input(layer);
    if (kind === 'Concatenate') return this.#concatenate(layer, before);
    if (before.length !== 1) place.refuse(`a layer ${kind} that is fed with one other`);
    const [values] = before;
    if (open.has(kind)) return this.#once(layer, values);
    if (kind === 'Flatten' || kind === 'Reshape') return this.#reshaped(layer, values);
    this.#expectNoSoftmax(layer, values);
    if (kind === 'Dense') return this.#dense(layer, values);
    const rule = activationLayers.get(kind);
    return rule === undefined
      ? place.at('class_name').unsupported('only dense layers, activations, and what shapes rows can be read.')
      : this.#activate(layer, values, rule(layer.config, this.version));
  }

  #input({ name, config, place }: Layer): Values {
    const given = config.at('batch_input_shape').present ? config.at('batch_input_shape') : config.at('batch_shape');
    if (!given.present) place.refuse('an input with a batch_input_shape');
    const sizes = given.list().slice(1);
    // The number of steps may be open, and is not needed.
    const isSequence = this.hasSteps && sizes.length === 2;
    const shape = sizes.slice(isSequence ? 1 : 0).map((size) => size.whole(1, 2 ** 31));
    return { shape, ids: this.#ids(place, name, product(shape)), ...(isSequence && { steps: 'all' }) };
  }

  #recurrentLayer(layer: Layer, { ids, steps, softmax }: Values): Values {
    const { kind, name, config, place } = layer;
    this.#expectNoSoftmax(layer, { ids, shape: [ids.length], ...(softmax && { softmax }) });
    if (steps !== 'all') place.unsupported('it reads a sequence: the layer before it has to return one.');
    for (const option of ['go_backwards', 'return_state', 'time_major']) {
      if (config.at(option).value === true) config.at(option).unsupported('only false can be read.');
    }
    const units = config.at('units').whole(1, 2 ** 31);
    const columns = gateCounts[kind]! * units;
    const kernel = this.#array(layer, 'kernel', [ids.length, columns]);
    const recurrent = this.#array(layer, 'recurrent_kernel', [units, columns]);
    const resetAfter = kind === 'GRU' && config.at('reset_after').value === true;
    const biased = !config.at('use_bias').present || config.at('use_bias').flag();
    const bias = biased ? this.#array(layer, 'bias', resetAfter ? [2, columns] : [columns]) : undefined;
    const rule = (option: string): Rule => {
      const found = activationIn(config.at(option), this.version);
      return found === 'softmax' ? config.at(option).unsupported('it is no function of one node.') : found;
    };
    const activation = rule('activation');
    const gate = kind === 'SimpleRNN' ? activation : rule('recurrent_activation');
    // Before anything is made: up to eleven nodes a unit.
    this.#take(place, 11 * units);
    const numbers = { units, kernel, recurrent, bias, name, from: ids, activation, gate };
    const make = { SimpleRNN: simpleRnn, LSTM: lstm, GRU: (of: typeof numbers) => gru(of, resetAfter) };
    for (const part of make[kind as keyof typeof make](numbers)) this.#recurrent.push(part);
    const returnsAll = config.at('return_sequences').value === true;
    return { shape: [units], ids: this.#ids(place, name, units), steps: returnsAll ? 'all' : 'last' };
  }

  #dense(layer: Layer, values: Values): Values {
    const { name, config, place } = layer;
    if (values.shape.length !== 1) {
      place.unsupported(
        `a dense layer is fed with rows of numbers, not with [${values.shape.join(', ')}]: flatten first.`,
      );
    }
    const units = config.at('units').whole(1, 2 ** 31);
    const kernel = this.#array(layer, 'kernel', [values.ids.length, units]);
    const biased = !config.at('use_bias').present || config.at('use_bias').flag();
    const bias = biased ? this.#array(layer, 'bias', [units]) : undefined;
    const activation = activationIn(config.at('activation'), this.version);
    const { ids } = values;
    const row = (u: number) => Float32Array.from({ length: ids.length }, (_, k) => kernel[k * units + u]);
    const computed = this.#compute({
      ids: this.#ids(place, name, units),
      from: () => ids,
      w: row,
      b: (u) => bias?.[u] ?? 0,
      rule: { activation: identity, factor: 1 },
    });
    const outputs: Values = { shape: [units], ids: computed.ids, unfinished: computed };
    return this.#once(layer, this.#activate(layer, outputs, activation));
  }

  /** The activation becomes that of the nodes before, if nothing else reads them; otherwise of separate nodes. */
  #activate(layer: Layer, values: Values, rule: Rule | 'softmax'): Values {
    const { shape, ids, unfinished } = values;
    if (rule === 'softmax') {
      if (shape.length !== 1) layer.place.unsupported('a softmax is over a row of numbers here.');
      return { shape, ids, softmax: true };
    }
    if (rule.activation === identity) return this.#once(layer, values);
    if (unfinished !== undefined) {
      unfinished.rule = rule;
      return { shape, ids };
    }
    const nodes = this.#compute({
      ids: this.#ids(layer.place, layer.name, ids.length),
      from: (u) => [ids[u]],
      w: () => [1],
      b: () => 0,
      rule,
    });
    return { shape, ids: nodes.ids };
  }

  #concatenate({ place, config }: Layer, before: readonly Values[]): Values {
    for (const values of before) {
      if (values.shape.length !== 1) place.unsupported('only rows of numbers can be put one after another.');
      this.#expectNoSoftmax({ place }, values);
    }
    const axis = config.at('axis');
    if (axis.present && axis.value !== -1 && axis.value !== 1) axis.unsupported('rows have one axis.');
    const ids = before.flatMap((values) => values.ids);
    this.#take(place, ids.length);
    if (new Set(ids).size < ids.length)
      place.unsupported('the same values stand in it twice: one edge is enough here.');
    return { shape: [ids.length], ids };
  }

  #reshaped(layer: Layer, values: Values): Values {
    const { config, kind } = layer;
    const { length } = values.ids;
    if (kind === 'Flatten') {
      if (config.at('data_format').value === 'channels_first' && values.shape.length > 1) {
        config.at('data_format').unsupported('the last axis is the one that runs fastest here.');
      }
      return this.#once(layer, { ...values, shape: [length] });
    }
    const target = config.at('target_shape');
    const sizes = target.list().map((size) => (size.value === -1 ? -1 : size.whole(1, 2 ** 31)));
    const known = product(sizes.filter((size) => size !== -1));
    const shape = sizes.map((size) => (size === -1 ? length / known : size));
    if (shape.some((size) => !Number.isInteger(size)) || product(shape) !== length) {
      target.refuse(`a shape of ${length} numbers`);
    }
    return this.#once(layer, { ...values, shape });
  }

  /** The values, which an activation after this layer may change if nothing else reads them. */
  #once({ name }: Layer, values: Values): Values {
    if ((this.uses.get(name) ?? 0) <= 1) return values;
    const { unfinished: _, ...seen } = values;
    return seen;
  }

  #compute(nodes: Nodes): Nodes {
    this.#nodes.push(nodes);
    return nodes;
  }

  #array({ name, place }: Layer, part: string, shape: readonly number[]): Float32Array {
    const found = this.weights.get(`${name}/${part}`) ?? place.refuse(`weights of the name ${name}/${part}`);
    if (found.shape.length !== shape.length || found.shape.some((size, k) => size !== shape[k])) {
      place.refuse(`${part} of shape [${shape.join(', ')}], not [${found.shape.join(', ')}],`);
    }
    return found.values;
  }

  #expectNoSoftmax({ place }: Pick<Layer, 'place'>, { softmax }: Values): void {
    if (softmax) place.unsupported('nothing can follow a softmax: it is not a function of one node.');
  }

  #ids(place: Found, name: string, count: number): string[] {
    this.#take(place, count);
    return Array.from({ length: count }, (_, k) => `${name}.${k}`);
  }

  /** Checks the limits before nodes are created. */
  #take(place: Found, count: number): void {
    this.#valuesLeft -= count;
    if (this.#valuesLeft < 0) {
      throw new NnbpError('TOO_LARGE', `${place.path}: so many values are out of all proportion to the weights.`);
    }
  }
}

const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
