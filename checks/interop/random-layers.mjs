/** Random networks of one or two standard layers: recurrent, bidirectional, or convolutional with pooling. */
import { identity, relu, sigmoid, sine, tanh } from '@nnbp/activations';
import { GraphBuilder, Network, Random, Standardization } from '@nnbp/core';
import { averagePool, bidirectional, conv1d, conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';

const chooser = (random) => {
  const below = (n) => Math.floor(random.uniform() * n);
  return { below, oneOf: (list) => list[below(list.length)], chance: (p) => random.uniform() < p };
};

/** Creates a network whose parameters are random numbers of moderate size, none of them 0. */
function withParameters(graph, random) {
  const network = new Network(graph);
  const { vector } = network.parameters;
  for (let p = 0; p < vector.length; p++) vector[p] = (random.uniform() < 0.5 ? -1 : 1) * (0.05 + random.uniform() / 2);
  return network;
}

/** The kinds of recurrent layers. `operator` is the ONNX operator, `torch` the PyTorch module, if there is one. */
export const recurrentKinds = [
  { name: 'rnn', operator: 'RNN', torch: 'RNN', add: rnn },
  { name: 'rnn with relu', operator: 'RNN', torch: 'RNN', add: (b, o) => rnn(b, { ...o, activation: relu }) },
  { name: 'rnn with sigmoid', operator: 'RNN', add: (b, o) => rnn(b, { ...o, activation: sigmoid }) },
  { name: 'lstm', operator: 'LSTM', torch: 'LSTM', add: lstm },
  { name: 'lstm with peepholes', operator: 'LSTM', add: (b, o) => lstm(b, { ...o, peepholes: true }) },
  { name: 'gru', operator: 'GRU', torch: 'GRU', add: gru },
  { name: 'gru with resetAfter: false', operator: 'GRU', add: (b, o) => gru(b, { ...o, resetAfter: false }) },
];

/**
 * Creates a random network of one or two recurrent layers. Some networks also have dense layers, skip connections or an
 * input scaler.
 */
export function randomRecurrent(seed) {
  const random = new Random(seed);
  const { below, oneOf, chance } = chooser(random);
  const builder = new GraphBuilder();
  const inputs = builder.inputs(1 + below(4));
  const layers = [];
  let last = inputs;
  for (let count = 1 + below(2); count > 0; count--) {
    const kind = oneOf(recurrentKinds);
    layers.push(kind);
    const from = chance(0.3) && last !== inputs ? [...inputs, ...last] : last;
    last = kind.add(builder, { from, units: 1 + below(5), name: `r${count}` });
    // The c of dense nodes is a parameter, so exporters must fold it into the weights of the next layer.
    if (chance(0.3))
      last = builder.layer(1 + below(4), { from: last, activation: oneOf([tanh, relu]), name: `d${count}` });
  }
  if (chance(0.5)) last = builder.layer(2, { from: last, activation: identity, name: 'y' });
  builder.output(...last);
  const network = withParameters(builder.build(), random);
  if (chance(0.3)) {
    const { inputCount } = network.graph;
    network.inputScaler = new Standardization(Array(inputCount).fill(0.25), Array(inputCount).fill(1.5));
  }
  return { network, layers, random };
}

/**
 * Creates a random network of one or two bidirectional layers. Each sample is a whole sequence of 2 to 6 steps. Some
 * networks also have a dense layer at each step, a dense output layer or an input scaler.
 */
export function randomBidirectional(seed) {
  const random = new Random(seed);
  const { below, oneOf, chance } = chooser(random);
  const builder = new GraphBuilder();
  const width = 1 + below(3);
  let steps = Array.from({ length: 2 + below(5) }, (_, t) => builder.inputs(width, `step${t}`));
  const layers = [];
  for (let count = 1 + below(2); count > 0; count--) {
    const options = oneOf([
      { cell: 'rnn', activation: oneOf([tanh, relu, sigmoid]) },
      { cell: 'lstm', peepholes: chance(0.5) },
      { cell: 'gru', resetAfter: chance(0.5) },
    ]);
    layers.push(options.cell.toUpperCase());
    steps = bidirectional(builder, { ...options, steps, units: 1 + below(4), name: `b${count}` });
    if (chance(0.3)) {
      steps = steps.map((from, t) => builder.layer(2, { from, activation: tanh, name: `d${count}.${t}` }));
    }
  }
  const ends = [...steps[0], ...steps.at(-1)];
  if (chance(0.5)) builder.output(...steps.flat());
  else builder.output(...(chance(0.5) ? ends : builder.layer(2, { from: ends, activation: identity, name: 'y' })));
  const network = withParameters(builder.build(), random);
  if (chance(0.3)) {
    const { inputCount } = network.graph;
    const randomNumbers = () => Array.from({ length: inputCount }, () => 0.5 + random.uniform());
    network.inputScaler = new Standardization(randomNumbers(), randomNumbers());
  }
  return { network, layers, random };
}

/**
 * Creates a random network of a convolution and a dense layer, sometimes with a second convolution or a pooling layer
 * between them.
 */
export function randomConvolution(seed) {
  const random = new Random(seed);
  const { below, oneOf, chance } = chooser(random);
  const builder = new GraphBuilder();
  const isRow = chance(0.3);
  const layers = [];
  let grid = { channels: 1 + below(3), height: isRow ? 1 : 5 + below(4), width: 5 + below(5) };
  let from = builder.inputs(grid.channels * grid.height * grid.width);
  for (let count = 1 + below(2); count > 0; count--) {
    const side = (size) => (size === 1 ? 1 : 2 + below(2));
    /** @type {[number, number]} */
    const kernel = [side(grid.height), side(grid.width)];
    /** @returns {[number, number]} */
    const randomPair = (max) => [grid.height === 1 ? 1 : 1 + below(max), 1 + below(max)];
    const options = { from, ...grid, kernel, stride: randomPair(2), name: `l${count}` };
    const fits = (size, k, dilation) => dilation * (k - 1) < size;
    const dilationThatFits = (size, k, d) => (fits(size, k, d) ? d : 1);
    const dilations = randomPair(2);
    /** @type {[number, number]} */
    const dilation = [
      dilationThatFits(grid.height, kernel[0], dilations[0]),
      dilationThatFits(grid.width, kernel[1], dilations[1]),
    ];
    /** @type {[number, number]} */
    const padding = [grid.height === 1 ? 0 : below(2), below(2)];
    const outputSize = (axis, d, p) =>
      Math.floor(([grid.height, grid.width][axis] + 2 * p - d * (kernel[axis] - 1) - 1) / options.stride[axis]) + 1;
    const isPool = layers.length > 0 && chance(0.6);
    if (isPool) {
      const name = oneOf(['MaxPool', 'AveragePool']);
      layers.push(name);
      from = (name === 'MaxPool' ? maxPool : averagePool)(builder, options);
      grid = { channels: grid.channels, height: outputSize(0, 1, 0), width: outputSize(1, 1, 0) };
    } else {
      layers.push('Conv');
      const filters = 1 + below(3);
      const activation = oneOf([relu, tanh, identity, sine]);
      const convolution = { ...options, filters, activation, dilation, padding };
      const row = {
        ...convolution,
        length: grid.width,
        kernel: kernel[1],
        stride: options.stride[1],
        dilation: dilation[1],
      };
      from = isRow ? conv1d(builder, { ...row, padding: padding[1] }) : conv2d(builder, convolution);
      grid = {
        channels: filters,
        height: outputSize(0, dilation[0], padding[0]),
        width: outputSize(1, dilation[1], padding[1]),
      };
    }
    // `layers` omits a layer with a single window, because it is equivalent to a dense layer or an aggregation.
    if (grid.height * grid.width === 1) layers.pop();
    if (grid.width < 3 || (!isRow && grid.height < 3)) break;
  }
  builder.output(...builder.layer(2, { from, activation: identity, name: 'y' }));
  return { network: withParameters(builder.build(), random), layers, random };
}

/** Number of occurrences of a name in a file. */
export const countOf = (bytes, name) => Buffer.from(bytes).toString('latin1').split(name).length - 1;
