/** synaptic: `activate` with generated code, `Trainer.train`, `Network.fromJSON`. */
import synaptic from 'synaptic';
import { predictInTurn, meanSquaredError } from './call.mjs';

const { Architect, Network, Trainer } = synaptic;

/** @type {import('./call.mjs').Prepare} */
export function prepare(call) {
  const { kind, sizes, inputs, targets, epochs } = call;
  const set = inputs.map((input, s) => ({ input, output: targets[s] }));
  const make = () => new Architect.Perceptron(...sizes);
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
      const options = { rate: 0.3, iterations: epochs, error: 0, shuffle: true, cost: Trainer.cost.MSE };
      const trainer = new Trainer(network);
      return { run: () => trainer.train(set, options), count: epochs * inputs.length, note: 'Trainer.train; it has no batches' };
    }
    case 'trainToLoss': {
      let trained = network;
      return {
        run() {
          trained = make();
          const options = { rate: 0.05, iterations: 20_000, error: call.targetLoss, shuffle: true, cost: Trainer.cost.MSE };
          new Trainer(trained).train(set, options);
        },
        loss: () => meanSquaredError(call, (input) => trained.activate(input)),
        note: 'Trainer.train, rate 0.05',
      };
    }
    case 'load': {
      const text = JSON.stringify(network.toJSON());
      return { run: () => Network.fromJSON(JSON.parse(text)).activate(inputs[0]), note: 'fromJSON, then activate' };
    }
  }
}
