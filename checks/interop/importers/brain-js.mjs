/** Models trained with brain.js: their saved files, and their outputs for some rows. */
import brain from 'brain.js';
import { flowers, probes, xor } from './data.mjs';

const activations = ['sigmoid', 'relu', 'leaky-relu', 'tanh'];

export function models() {
  return [
    ...activations.map((activation) => trained(`XOR, ${activation}`, xor, { activation, hiddenLayers: [4] })),
    ...activations.map((activation) =>
      trained(`flowers, ${activation}`, flowers, { activation, hiddenLayers: [6, 5] }, { iterations: 200 }),
    ),
    withKeys(),
  ];
}

function trained(name, data, options, training = {}) {
  const network = new brain.NeuralNetwork(options);
  network.train(data, { iterations: 2000, learningRate: 0.1, ...training });
  const rows = [...data.slice(0, 8).map(({ input }) => input), ...probes(data[0].input.length, 16)];
  return { name, json: network.toJSON(), rows, outputs: rows.map((row) => Array.from(network.run(row))) };
}

/**
 * A model with named inputs and outputs. Two input names look like numbers. No output name does, because brain.js 1.6.1
 * mixes up such output names when it saves.
 */
function withKeys() {
  const data = [
    { input: { r: 0.03, g: 0.7, 7: 0.5 }, output: { black: 1 } },
    { input: { r: 0.16, 3: 0.2, g: 0.09 }, output: { white: 1 } },
    { input: { r: 0.5, g: 0.5 }, output: { white: 1, grey: 0.5 } },
  ];
  const network = new brain.NeuralNetwork({ hiddenLayers: [3] });
  network.train(data, { iterations: 500 });
  const json = network.toJSON();
  const inputs = Object.keys(json.layers[0]);
  const rows = [...data.map(({ input }) => inputs.map((key) => input[key] ?? 0)), ...probes(inputs.length, 8)];
  const outputs = rows.map((row) =>
    Object.values(network.run(Object.fromEntries(inputs.map((key, k) => [key, row[k]])))),
  );
  return { name: 'colours by name', json, rows, outputs };
}

/** Trained recurrent networks, and the outputs of `run` for the first row, the first two rows, and so on. */
export function recurrent(count, steps) {
  return ['RNNTimeStep', 'LSTMTimeStep', 'GRUTimeStep'].flatMap((type) =>
    Array.from({ length: count }, (_, k) => {
      const network = new brain.recurrent[type]({ inputSize: 2, hiddenLayers: [3, 2], outputSize: 2 });
      const data = [
        [0.1, 0.3],
        [0.2, 0.2],
        [0.3, 0.1],
      ];
      network.train([data, data.toReversed()], { iterations: 100 });
      const rows = probes(2, steps);
      const outputs = rows.map((_, t) => Array.from(network.run(rows.slice(0, t + 1))));
      return { name: `${type} ${k + 1}`, json: JSON.parse(JSON.stringify(network.toJSON())), rows, outputs };
    }),
  );
}
