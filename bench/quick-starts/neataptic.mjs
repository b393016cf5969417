/** The quick start in the README of neataptic, with an error threshold of 0.005 instead of 0.01. */
import neataptic from 'neataptic';

const network = new neataptic.architect.Perceptron(2, 4, 1);
const inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]; // oxfmt-ignore
network.train(
  [
    { input: [0, 0], output: [0] },
    { input: [0, 1], output: [1] },
    { input: [1, 0], output: [1] },
    { input: [1, 1], output: [0] },
  ],
  { error: 0.005, iterations: 100_000 },
);
console.log(JSON.stringify(inputs.map((input) => network.activate(input)[0])));
