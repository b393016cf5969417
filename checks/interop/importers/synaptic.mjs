/** Models trained with synaptic: their saved files, and their outputs for some rows. */
import synaptic from 'synaptic';
import { flowers, probes, xor } from './data.mjs';

const { Architect, Layer, Network, Neuron, Trainer } = synaptic;

export function models() {
  return [
    trained('XOR, perceptron', new Architect.Perceptron(2, 4, 1), xor, 3000),
    trained('flowers, perceptron with two hidden layers', new Architect.Perceptron(4, 6, 5, 3), flowers, 200),
    ...['TANH', 'RELU', 'IDENTITY'].map((squash) => {
      const network = new Architect.Perceptron(4, 5, 3);
      network.layers.hidden[0].set({ squash: Neuron.squash[squash], bias: 0.1 });
      return trained(`flowers, hidden ${squash}`, network, flowers, 100);
    }),
    trained('XOR, with connections that skip the hidden layer and connections within it', withShortcuts(), xor, 1000),
  ];
}

/** A layered network that also connects the inputs to the output, and each hidden neuron to the next. */
function withShortcuts() {
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

/** Trained recurrent models, and the step-by-step outputs of copies loaded from their JSON. */
export function recurrent(count, steps) {
  const kinds = {
    LSTM: () => new Architect.LSTM(2, 3, 1),
    'LSTM with all connections': () =>
      new Architect.LSTM(2, 2, 2, 1, { hiddenToHidden: true, outputToHidden: true, outputToGates: true }),
    Elman: elman,
  };
  return Object.entries(kinds).flatMap(([name, make]) =>
    Array.from({ length: count }, (_, k) => trainedWithStepOutputs(`${name} ${k + 1}`, make(), steps)),
  );
}

function elman() {
  const [input, hidden, output] = [new Layer(1), new Layer(3), new Layer(1)];
  input.project(hidden);
  hidden.project(output);
  hidden.project(hidden, Layer.connectionType.ALL_TO_ELSE);
  return new Network({ input, hidden: [hidden], output });
}

function trainedWithStepOutputs(name, network, steps) {
  for (const row of probes(network.inputs(), 60)) {
    network.activate(row);
    network.propagate(0.1, [row[0] ** 2]);
  }
  const json = JSON.parse(JSON.stringify(network.toJSON()));
  const copy = Network.fromJSON(json);
  const rows = probes(network.inputs(), steps);
  return { name, json, rows, outputs: rows.map((row) => Array.from(copy.activate(row))) };
}
