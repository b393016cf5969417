/** Models that synaptic trained, what it saved of them, and what it says of some rows. */
import synaptic from 'synaptic';
import { flowers, probes, xor } from './data.mjs';

const { Architect, Layer, Network, Neuron, Trainer } = synaptic;

export function models() {
  return [
    trained('XOR, perceptron', new Architect.Perceptron(2, 4, 1), xor, 3000),
    trained('flowers, perceptron of two hidden layers', new Architect.Perceptron(4, 6, 5, 3), flowers, 200),
    ...['TANH', 'RELU', 'IDENTITY'].map((squash) => {
      const network = new Architect.Perceptron(4, 5, 3);
      network.layers.hidden[0].set({ squash: Neuron.squash[squash], bias: 0.1 });
      return trained(`flowers, hidden ${squash}`, network, flowers, 100);
    }),
    trained('XOR, with connections past the hidden layer and within it', skipping(), xor, 1000),
  ];
}

/** Input to output as well, and each hidden neuron to the next. */
function skipping() {
  const [input, hidden, output] = [new Layer(2), new Layer(3), new Layer(1)];
  input.project(hidden);
  hidden.project(output);
  input.project(output);
  hidden.list[0].project(hidden.list[1]);
  hidden.list[1].project(hidden.list[2]);
  return new Network({ input, hidden: [hidden], output });
}

function trained(name, network, data, iterations) {
  new Trainer(network).train(data, { iterations, rate: 0.05, error: 1e-6, shuffle: true });
  const rows = [...data.slice(0, 8).map(({ input }) => input), ...probes(data[0].input.length, 16)];
  return { name, json: network.toJSON(), rows, outputs: rows.map((row) => network.activate(row)) };
}

/** What cannot be had here: memory. */
export const lstm = () => new Architect.LSTM(2, 3, 1).toJSON();
export function elman() {
  const [input, hidden, output] = [new Layer(1), new Layer(2), new Layer(1)];
  input.project(hidden);
  hidden.project(output);
  hidden.project(hidden, Layer.connectionType.ALL_TO_ELSE);
  return new Network({ input, hidden: [hidden], output }).toJSON();
}
