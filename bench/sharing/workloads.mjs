/**
 * The benchmark workloads with shared weights: LSTM layers over sequences, an LSTM layer step by step, a convolution.
 */
import { identity, relu } from '@nnbp/activations';
import { GraphBuilder, Network, Random } from '@nnbp/core';
import { conv2d, lstm } from '@nnbp/layers';

/**
 * @typedef {object} SharingWorkload
 * @property {string} name
 * @property {'lstm' | 'stream' | 'convolution'} kind
 * @property {number} batch Number of sequences or images per update.
 * @property {number} samples Number of sequences or images in all batches.
 * @property {number} steps Number of time steps per sequence; 1 for images.
 * @property {number} learningRate
 * @property {import('@nnbp/core').Graph} graph
 * @property {Float64Array} parameters
 * @property {Float32Array[]} inputs One array per batch, `[steps, batch, inputs]`.
 * @property {Float32Array[]} targets
 * @property {number[]} sizes The number of inputs, of units or filters, and of outputs.
 */

const learningRate = 0.01;

const shapes = {
  'lstm-8-32-4': { kind: 'lstm', sizes: [8, 32, 4], steps: 50, batch: 32, batches: 1 },
  'lstm-6-4-2': { kind: 'lstm', sizes: [6, 4, 2], steps: 10, batch: 1, batches: 64 },
  'lstm-28-128-10': { kind: 'lstm', sizes: [28, 128, 10], steps: 28, batch: 64, batches: 1 },
  'lstm-stream': { kind: 'stream', sizes: [8, 32, 4], steps: 50, batch: 1, batches: 1 },
  convolution: { kind: 'convolution', sizes: [784, 8, 10], steps: 1, batch: 64, batches: 1 },
};

export const sharingNames = Object.keys(shapes);

/** Width of the images, width and stride of the kernel, and width of the feature maps. */
export const image = { size: 28, kernel: 5, stride: 2, windows: 12 };

/** @returns {SharingWorkload} */
export function makeSharingWorkload(name) {
  const { kind, sizes, steps, batch, batches } = shapes[name];
  const graph = kind === 'convolution' ? convolution(sizes) : recurrent(sizes);
  const random = new Random(7);
  const parameters = new Network(graph, { seed: 1 }).parameters.vector;
  const uniform = (width) =>
    Array.from({ length: batches }, () =>
      Float32Array.from({ length: steps * batch * width }, () => random.uniform() - 0.5),
    );
  return {
    ...{ name, kind, sizes, steps, batch, samples: batch * batches, learningRate, graph, parameters },
    inputs: uniform(graph.inputCount),
    targets: uniform(graph.outputs.length),
  };
}

function recurrent([inputs, units, outputs]) {
  const builder = new GraphBuilder();
  const from = lstm(builder, { from: builder.inputs(inputs), units });
  builder.output(...builder.layer(outputs, { from, activation: identity, fixed: { c: 1 } }));
  return builder.build();
}

function convolution([inputs, filters, outputs]) {
  const { size, kernel, stride } = image;
  const builder = new GraphBuilder();
  const options = { height: size, width: size, kernel, stride, filters, activation: relu };
  const from = conv2d(builder, { from: builder.inputs(inputs), ...options });
  builder.output(...builder.layer(outputs, { from, activation: identity, fixed: { c: 1 } }));
  return builder.build();
}

/** The number of samples in a batch, for each time step. */
export const counts = ({ steps, batch }) => Array.from({ length: steps }, () => batch);

/**
 * The biases of the given nodes, and their weights as a flat matrix with one row per node.
 *
 * @param {Pick<SharingWorkload, 'graph' | 'parameters'>} workload
 * @param {string[]} ids
 */
export function matrixOf({ graph, parameters }, ids) {
  const indices = ids.map((id) => graph.ids.indexOf(id));
  return {
    biases: Float32Array.from(indices, (i) => parameters[graph.biasIndex(i)]),
    weights: Float32Array.from(
      indices.flatMap((i) =>
        Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) =>
          parameters[graph.weightIndex(graph.edgeStart[i] + k, i)],
        ),
      ),
    ),
  };
}

/**
 * The ids of the gate nodes of an LSTM layer, gate by gate in PyTorch's order.
 *
 * @param {SharingWorkload} workload
 */
export const gateIds = ({ sizes: [, units] }) =>
  ['i', 'f', 'g', 'o'].flatMap((gate) => Array.from({ length: units }, (_, k) => `lstm.${gate}.${k}`));

export const outputIds = ({ graph }) => Array.from(graph.outputs, (i) => graph.ids[i]);

/**
 * The id of the first node of each filter. All nodes of a filter share their weights.
 *
 * @param {SharingWorkload} workload
 */
export const filterIds = ({ sizes: [, filters] }) =>
  Array.from({ length: filters }, (_, f) => `conv.${f * image.windows ** 2}`);
