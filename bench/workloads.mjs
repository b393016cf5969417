/**
 * The five benchmark workloads. Weights and samples are drawn from fixed seeds, so they are the same in every process.
 */
import { sigmoid } from '@nnbp/activations';
import { GraphBuilder, mlp, Network, Random } from '@nnbp/core';

/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {number[] | undefined} sizes The number of nodes in each layer; undefined for a graph without layers.
 * @property {number} batch Samples per update.
 * @property {number} samples Number of samples. Each `step()` of a library's benchmark trains on all of them.
 * @property {number} learningRate
 * @property {import('@nnbp/core').Graph} graph
 * @property {import('@nnbp/core').Graph} ordinary The same graph with every c fixed at 1, as in the other libraries.
 * @property {Float64Array} weights The parameter vector of `ordinary`.
 * @property {Float64Array} parameters The parameter vector of `graph`: the same weights, and each c = 1.
 * @property {Float32Array} inputs
 * @property {Float32Array} targets
 */

/** With a larger learning rate, a million steps towards random targets would saturate the sigmoids. */
const learningRate = 0.003;

/** Several samples, since a compiler could specialize on a single one. */
const onlineSamples = 256;

const shapes = {
  'tiny-online': { sizes: [2, 8, 8, 1], batch: 1, samples: onlineSamples },
  'tiny-batch': { sizes: [2, 8, 8, 1], batch: 32, samples: 32 },
  'digits-mlp': { sizes: [784, 128, 64, 10], batch: 64, samples: 64 },
  'wide-mlp': { sizes: [1024, 1024, 1024, 10], batch: 128, samples: 128 },
  'random-graph': { sizes: undefined, batch: 64, samples: 64 },
};

export const workloadNames = Object.keys(shapes);

/** @param {'trainable' | 'fixed'} scale - Whether each c is learned, or fixed at 1. */
const scales = (scale) => (scale === 'fixed' ? { fixed: { c: 1 } } : {});

/** @returns {Workload} */
export function makeWorkload(name) {
  const { sizes, batch, samples } = shapes[name];
  const build = (scale) =>
    sizes === undefined
      ? randomGraph({ inputs: 64, hidden: 2000, edges: 20_000, outputs: 10, scale })
      : mlp(sizes, { activation: sigmoid, ...scales(scale) });
  const [graph, ordinary] = [build('trainable'), build('fixed')];
  const random = new Random(7);
  const weights = new Network(ordinary, { seed: 1 }).parameters.vector;
  // If all biases were 0, a library without biases would give the same results.
  eachComputed(ordinary, (i) => (weights[ordinary.biasIndex(i)] = random.uniform() - 0.5));
  const uniform = (count, low, high) =>
    Float32Array.from({ length: count }, () => low + (high - low) * random.uniform());
  return {
    name,
    sizes,
    batch,
    samples,
    learningRate,
    graph,
    ordinary,
    weights,
    parameters: withScales(weights, ordinary, graph),
    inputs: uniform(samples * graph.inputCount, 0, 1),
    targets: uniform(samples * graph.outputs.length, 0.1, 0.9),
  };
}

/**
 * All nodes except the inputs have (nearly) the same number of predecessors. The predecessors of a hidden node are
 * drawn from all earlier nodes, those of an output from the inputs and hidden nodes.
 */
export function randomGraph({ inputs, hidden, edges, outputs, scale }) {
  const random = new Random(3);
  const builder = new GraphBuilder();
  const ids = builder.inputs(inputs);
  const total = hidden + outputs;
  for (let k = 0; k < total; k++) {
    const isOutput = k >= hidden;
    const candidates = isOutput ? inputs + hidden : ids.length;
    const count = Math.floor(((k + 1) * edges) / total) - Math.floor((k * edges) / total);
    const from = new Set();
    while (from.size < Math.min(count, candidates)) from.add(ids[Math.floor(random.uniform() * candidates)]);
    const id = builder.node(isOutput ? `output.${k - hidden}` : `node.${k}`, {
      from: [...from],
      activation: sigmoid,
      ...scales(scale),
    });
    ids.push(id);
    if (isOutput) builder.output(id);
  }
  return builder.build();
}

/** Calls `callback` with the index of every node that is not an input. */
export function eachComputed(graph, callback) {
  for (let i = graph.inputCount; i < graph.nodeCount; i++) callback(i);
}

/** The level of each node: the number of edges on the longest path to it. */
export function levelsOf(graph) {
  const level = new Int32Array(graph.nodeCount);
  eachComputed(graph, (i) => {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++)
      level[i] = Math.max(level[i], level[graph.predecessors[e]] + 1);
  });
  return level;
}

/** The layers of a multilayer perceptron in the form that matrix libraries expect: `weights[to * inputs + from]`. */
export function denseLayers({ sizes, ordinary, weights }) {
  let first = ordinary.inputCount;
  return sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l];
    const layer = { inputs, outputs, weights: new Float32Array(outputs * inputs), biases: new Float32Array(outputs) };
    for (let k = 0; k < outputs; k++) {
      const at = ordinary.parameterStart[first + k];
      layer.biases[k] = weights[at];
      layer.weights.set(weights.subarray(at + 1, at + 1 + inputs), k * inputs);
    }
    first += outputs;
    return layer;
  });
}

export const row = (values, s, width) => values.subarray(s * width, (s + 1) * width);

/** The rows as a list, for libraries that take one sample at a time. */
export const rows = (values, width) => Array.from({ length: values.length / width }, (_, s) => row(values, s, width));

/** The mean of (x − t)² over all samples and outputs. */
export function meanSquaredError(workload, predict) {
  const [width, outputs] = [workload.graph.inputCount, workload.graph.outputs.length];
  let sum = 0;
  for (let s = 0; s < workload.samples; s++) {
    const x = predict(row(workload.inputs, s, width));
    for (let k = 0; k < outputs; k++) sum += (x[k] - workload.targets[s * outputs + k]) ** 2;
  }
  return sum / (workload.samples * outputs);
}

function withScales(weights, ordinary, graph) {
  const parameters = new Float64Array(graph.parameterCount);
  eachComputed(graph, (i) => {
    const [from, to] = [ordinary.parameterStart[i], graph.parameterStart[i]];
    parameters[to] = weights[from];
    parameters[to + 1] = 1;
    parameters.set(weights.subarray(from + 1, ordinary.parameterStart[i + 1]), to + 2);
  });
  return parameters;
}
