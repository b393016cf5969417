/** Builds recurrent networks that read a sequence step by step. */
import { GraphBuilder, Network } from '@nnbp/core';
import { nodeNames } from '../columns.js';
import { type Recurrent, recurrentLayers } from '../series/network.js';
import type { TrainingData } from '../training/data.js';
import type { Plan, TrainOptions } from '../training/plan.js';
import { uniqueNames } from '../unique.js';

/**
 * Builds a network with random parameters and the scalers of the data. Input and output nodes are named after the
 * columns.
 */
export function recurrentNetwork(
  { inputs, targets, lossSetup }: Pick<Plan, 'inputs' | 'targets' | 'lossSetup'>,
  { inputScaler, outputScaler }: Pick<TrainingData, 'inputScaler' | 'outputScaler'>,
  recurrent: Recurrent,
  { hidden, seed }: Pick<TrainOptions, 'hidden' | 'seed'>,
): Network {
  const builder = new GraphBuilder();
  const [inputNames, targetNames] = [nodeNames(inputs), nodeNames(targets)];
  const ids = uniqueNames([...inputNames, ...targetNames]);
  let from = ids.slice(0, inputNames.length).map((id) => builder.input(id));
  hidden.forEach((units, k) => {
    from = recurrentLayers[recurrent](builder, { name: `hidden${k + 1}`, from, units });
  });
  builder.output(...ids.slice(inputNames.length).map((id) => builder.node(id, { from, activation: lossSetup.output })));
  const network = new Network(builder.build(), { seed });
  network.inputScaler = inputScaler;
  network.outputScaler = outputScaler;
  network.outputTransform = lossSetup.transform ?? 'none';
  return network;
}
