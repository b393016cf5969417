/** brain.js: `run`, `train`, `fromJSON`. */
import brain from 'brain.js';
import { predictInTurn, meanSquaredError } from './call.mjs';

/** @type {import('./call.mjs').Prepare} */
export function prepare(call) {
  const { kind, sizes, inputs, targets, epochs } = call;
  const patterns = inputs.map((input, s) => ({ input, output: targets[s] }));
  const make = () => new brain.NeuralNetwork({ hiddenLayers: sizes.slice(1, -1) });
  const network = make();
  // The first call of `train` creates the layers.
  network.train(patterns.slice(0, 1), { iterations: 1 });
  switch (kind) {
    case 'predict':
      return { run: predictInTurn(call, (input) => network.run(input)), note: 'run' };
    case 'predictBatch':
      return { run: () => inputs.slice(0, 100).map((input) => network.run(input)), count: 100, note: 'run on the first 100 samples, one at a time' };
    case 'train': {
      const options = { iterations: epochs, errorThresh: 1e-9, learningRate: 0.3, momentum: 0.1 };
      return { run: () => network.train(patterns, options), count: epochs * inputs.length, note: 'train; it has no batches' };
    }
    case 'trainToLoss': {
      let trained = network;
      return {
        run() {
          trained = make();
          trained.train(patterns, { iterations: 20_000, errorThresh: call.targetLoss, learningRate: 0.5, momentum: 0.1 });
        },
        loss: () => meanSquaredError(call, (input) => trained.run(input)),
        note: 'train, learning rate 0.5, momentum 0.1',
      };
    }
    case 'load': {
      const text = JSON.stringify(network.toJSON());
      return {
        run() {
          const loaded = new brain.NeuralNetwork();
          loaded.fromJSON(JSON.parse(text));
          return loaded.run(inputs[0]);
        },
        note: 'fromJSON, then run',
      };
    }
  }
}
