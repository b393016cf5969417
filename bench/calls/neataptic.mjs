/** neataptic: `activate`, `train`, `Network.fromJSON`. */
import neataptic from 'neataptic';
import { predictInTurn, meanSquaredError } from './call.mjs';

const { architect, Network } = neataptic;

/** @type {import('./call.mjs').Prepare} */
export function prepare(call) {
  const { kind, sizes, inputs, targets, batchSize, epochs } = call;
  const set = inputs.map((input, s) => ({ input, output: targets[s] }));
  const make = () => new architect.Perceptron(...sizes);
  const network = make();
  switch (kind) {
    case 'predict':
      return { run: predictInTurn(call, (input) => network.activate(input)), note: 'activate' };
    case 'predictBatch':
      return {
        run: () => inputs.slice(0, 100).map((input) => network.activate(input)),
        count: 100,
        note: 'activate on the first 100 samples, one at a time',
      };
    case 'train': {
      const options = { rate: 0.3, iterations: epochs, error: 0, batchSize, shuffle: true };
      return { run: () => network.train(set, options), count: epochs * inputs.length, note: 'train' };
    }
    case 'trainToLoss': {
      let trained = network;
      return {
        run() {
          trained = make();
          trained.train(set, { rate: 0.05, iterations: 20_000, error: call.targetLoss, shuffle: true });
        },
        loss: () => meanSquaredError(call, (input) => trained.activate(input)),
        note: 'train, rate 0.05',
      };
    }
    case 'load': {
      const text = JSON.stringify(network.toJSON());
      return { run: () => Network.fromJSON(JSON.parse(text)).activate(inputs[0]), note: 'fromJSON, then activate' };
    }
  }
}
