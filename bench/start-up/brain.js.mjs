/** The first prediction and the first training step of a 2-8-8-1 network with brain.js. */
import brain from 'brain.js';

export function prepare() {
  const network = new brain.NeuralNetwork({ hiddenLayers: [8, 8] });
  const pattern = { input: [0.5, 1], output: [1] };
  // brain.js creates its layers when training starts, so a training step must precede the first prediction.
  network.train([pattern], { iterations: 1 });
  return { predict: () => network.run([0.5, 1]), step: () => network.train([pattern], { iterations: 1 }) };
}
