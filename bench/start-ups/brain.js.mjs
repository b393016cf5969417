/** The first prediction and the first training step of a 2-8-8-1 network with brain.js. */
import brain from 'brain.js';

export function first() {
  const network = new brain.NeuralNetwork({ hiddenLayers: [8, 8] });
  const pattern = { input: [0.5, 1], output: [1] };
  // brain.js creates its layers in the first training, so the training step comes first.
  network.train([pattern], { iterations: 1 });
  return { predict: () => network.run([0.5, 1]), step: () => network.train([pattern], { iterations: 1 }) };
}
