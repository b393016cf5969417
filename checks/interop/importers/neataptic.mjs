/** Creates, trains and mutates neataptic models. Returns their JSON, and their outputs for some rows. */
import neataptic from 'neataptic';
import { flowers, probes, xor } from './data.mjs';

const { architect, methods, Network } = neataptic;

/** The supported activations, by their names in neataptic. */
export const squashes = [
  ...['LOGISTIC', 'TANH', 'IDENTITY', 'RELU', 'SOFTSIGN', 'SINUSOID', 'GAUSSIAN', 'BIPOLAR_SIGMOID', 'HARD_TANH'],
  ...['ABSOLUTE', 'INVERSE', 'SELU'],
];

export function models() {
  return [
    trained('XOR, perceptron', new architect.Perceptron(2, 4, 1), xor, { iterations: 2000, rate: 0.3 }),
    trained('flowers, dropout', new architect.Perceptron(4, 6, 5, 3), flowers, { iterations: 100, dropout: 0.25 }),
    ...squashes.map((squash) => everyNode(squash)),
    ...Array.from({ length: 4 }, (_, k) => mutated(`mutated network ${k + 1}`)),
  ];
}

function trained(name, network, data, options) {
  network.train(data, { error: 1e-6, ...options });
  return withOutputs(name, network, data.slice(0, 8));
}

function everyNode(squash) {
  const network = new architect.Perceptron(2, 5, 2);
  for (const node of network.nodes) if (node.type !== 'input') node.squash = methods.activation[squash];
  return withOutputs(`every node ${squash}`, network);
}

/** A network after 120 random mutations of nodes, forward connections, weights, biases and activations. */
function mutated(name) {
  const network = new Network(3, 2);
  const { ADD_NODE, ADD_CONN, SUB_CONN, MOD_WEIGHT, MOD_BIAS, MOD_ACTIVATION } = methods.mutation;
  const activation = { ...MOD_ACTIVATION, mutateOutput: true, allowed: squashes.map((s) => methods.activation[s]) };
  for (let k = 0; k < 120; k++) {
    const kinds = [ADD_NODE, ADD_CONN, ADD_CONN, SUB_CONN, MOD_WEIGHT, MOD_BIAS, activation];
    network.mutate(kinds[Math.floor(kinds.length * Math.random())]);
  }
  // ADD_NODE picks any squash, including unsupported ones.
  const names = new Set(squashes);
  for (const node of network.nodes) if (!names.has(node.squash.name)) node.squash = methods.activation.TANH;
  return withOutputs(name, network);
}

function withOutputs(name, network, data = []) {
  const rows = [...data.map(({ input }) => input), ...probes(network.input, 16)];
  return { name, json: network.toJSON(), rows, outputs: rows.map((row) => network.activate(row)) };
}

/** Trained recurrent models, and the step-by-step outputs of copies loaded from their JSON. */
export function recurrent(count, steps) {
  const { LSTM, GRU, NARX, Hopfield, Random } = architect;
  const kinds = {
    LSTM: () => new LSTM(2, 4, 1),
    'LSTM of two layers': () => new LSTM(2, 3, 3, 2),
    GRU: () => new GRU(2, 3, 1),
    NARX: () => new NARX(1, 3, 1, 2, 2),
    'random, with gates and self-connections': () =>
      new Random(2, 8, 2, { connections: 20, backconnections: 5, selfconnections: 3, gates: 5 }),
    Hopfield: () => new Hopfield(4),
  };
  return Object.entries(kinds).flatMap(([name, make]) =>
    Array.from({ length: count }, (_, k) =>
      makeFinite(() => trainedWithStepOutputs(`${name} ${k + 1}`, make(), steps)),
    ),
  );
}

/**
 * Returns a model whose outputs and biases are all between −1e6 and 1e6. Creates models until it finds one, since some
 * models diverge and JSON stores NaN as null.
 */
function makeFinite(make) {
  for (;;) {
    const model = make();
    const numbers = [...model.outputs.flat(), ...model.json.nodes.map(({ bias }) => bias)];
    if (numbers.every((value) => Number.isFinite(value) && Math.abs(value) < 1e6)) return model;
  }
}

function trainedWithStepOutputs(name, network, steps) {
  for (const row of probes(network.input, 60)) {
    network.activate(row);
    network.propagate(
      0.1,
      0,
      true,
      probes(network.output, 1)[0].map((value) => value ** 2),
    );
  }
  const json = JSON.parse(JSON.stringify(network.toJSON()));
  const copy = Network.fromJSON(json);
  const rows = probes(network.input, steps);
  return { name, json, rows, outputs: rows.map((row) => copy.activate(row)) };
}
