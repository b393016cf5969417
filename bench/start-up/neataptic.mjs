/** The first prediction and the first training step of a 2-8-8-1 network with neataptic. */
import neataptic from 'neataptic';

export function prepare() {
  const network = new neataptic.architect.Perceptron(2, 8, 8, 1);
  return {
    predict: () => network.activate([0.5, 1]),
    step: () => network.train([{ input: [0.5, 1], output: [1] }], { iterations: 1, error: 0, rate: 0.1 }),
  };
}
