/** The quick start in the README of synaptic: its built-in XOR training, which has an error threshold of 0.005. */
import synaptic from 'synaptic';

const network = new synaptic.Architect.Perceptron(2, 3, 1);
new synaptic.Trainer(network).XOR();
const inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]; // oxfmt-ignore
console.log(JSON.stringify(inputs.map((input) => network.activate(input)[0])));
