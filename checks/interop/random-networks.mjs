/** Random networks with samples, for tests that compare results with those of other programs. */
import { randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { identity, relu, tanh } from '@nnbp/activations';
import { GraphBuilder, Network, Random, Standardization } from '@nnbp/core';

/** Seed of the first network. Set the environment variable `INTEROP_SEED` to repeat a run. Default: random. */
export const firstSeed = Number(process.env.INTEROP_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** @type {import('@nnbp/core').OutputTransform[]} */
const transforms = ['sigmoid', 'softmax', 'logSoftmax'];

/**
 * Creates a random network with samples. Every fourth network consists of layers with missing edges, every third has
 * scalers, and every fifth has an output transform.
 */
export function randomNetwork(seed, samples = 16) {
  const random = new Random(seed);
  const graph = seed % 4 === 0 ? layersWithMissingEdges(random) : randomGraph(random);
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  if (seed % 3 === 0) {
    network.inputScaler = randomStandardization(random, graph.inputCount);
    network.outputScaler = randomStandardization(random, graph.outputs.length);
  }
  if (seed % 5 === 0) network.outputTransform = transforms[(seed / 5) % 3];
  const data = randomSamples(graph, random, samples);
  return {
    network,
    data,
    rows: split(data.inputs, graph.inputCount),
    targets: split(data.targets, graph.outputs.length),
  };
}

/**
 * Builds a graph of layers. Each layer is connected to random earlier layers; in about half of the layers, each node
 * has only about eight incoming edges.
 */
function layersWithMissingEdges(random) {
  const below = (n) => Math.floor(random.uniform() * n);
  const builder = new GraphBuilder();
  const layers = [builder.inputs(1 + below(200))];
  for (let n = 1 + below(4); n > 0; n--) {
    const from = layers.filter(() => random.uniform() < 0.6).flat();
    if (from.length === 0) from.push(...layers[0]);
    const activation = random.uniform() < 0.5 ? relu : tanh;
    const isFull = random.uniform() < 0.5;
    const layer = Array.from({ length: 1 + below(300) }, (_, k) => {
      const predecessors = isFull ? from : from.filter(() => random.uniform() < 8 / from.length);
      return builder.node(`layer ${layers.length}, node ${k}`, { from: predecessors, activation });
    });
    layers.push(layer);
  }
  builder.output(...builder.layer(3, { from: layers.at(-1), activation: identity, name: 'result' }));
  return builder.build();
}

function randomStandardization(random, count) {
  const draw = (low, high) => Math.fround(low + (high - low) * random.uniform());
  return new Standardization(
    Array.from({ length: count }, () => draw(-1, 1)),
    Array.from({ length: count }, () => draw(0.5, 2)),
  );
}

const split = (flat, width) =>
  Array.from({ length: width === 0 ? 0 : flat.length / width }, (_, k) =>
    Array.from(flat.slice(k * width, (k + 1) * width)),
  );
