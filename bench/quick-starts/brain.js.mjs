/** The quick start in the README of brain.js. By default, brain.js stops training at an error of 0.005. */
import brain from 'brain.js';

const network = new brain.NeuralNetwork();
const inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]; // oxfmt-ignore
network.train([
  { input: [0, 0], output: [0] },
  { input: [0, 1], output: [1] },
  { input: [1, 0], output: [1] },
  { input: [1, 1], output: [0] },
]);
console.log(JSON.stringify(inputs.map((input) => network.run(input)[0])));
