/** Builds the network to train: dense layers, with input and output nodes named after the columns. */
import { GraphBuilder, Network } from '@nnbp/core';
import { nodeNames } from '../columns.js';
import { uniqueNames } from '../unique.js';
import type { TrainingData } from './data.js';
import type { Plan, TrainOptions } from './plan.js';

/** Builds a network with random parameters and the scalers of the data. */
export function networkFor(
  { inputs, targets, activation, lossSetup }: Plan,
  { inputScaler, outputScaler }: Pick<TrainingData, 'inputScaler' | 'outputScaler'>,
  { hidden, seed }: Pick<TrainOptions, 'hidden' | 'seed'>,
): Network {
  const names = [nodeNames(inputs), ...hidden.map((size, k) => hiddenNames(k + 1, size)), nodeNames(targets)];
  const unique = uniqueNames(names.flat());
  const layers = names.map((layer) => unique.splice(0, layer.length));
  const builder = new GraphBuilder();
  layers.forEach((layer, k) => {
    for (const id of layer) {
      if (k === 0) builder.input(id);
      else {
        const isLast = k === layers.length - 1;
        builder.node(id, { from: layers[k - 1], activation: isLast ? lossSetup.output : activation });
      }
    }
  });
  builder.output(...layers[layers.length - 1]);
  const network = new Network(builder.build(), { seed });
  network.inputScaler = inputScaler;
  network.outputScaler = outputScaler;
  network.outputTransform = lossSetup.transform ?? 'none';
  return network;
}

const hiddenNames = (layer: number, size: number) => Array.from({ length: size }, (_, k) => `hidden${layer}.${k + 1}`);
