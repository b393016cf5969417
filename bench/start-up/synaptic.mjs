/** The first prediction and the first training step of a 2-8-8-1 network with synaptic. */
import synaptic from 'synaptic';

export function prepare() {
  const network = new synaptic.Architect.Perceptron(2, 8, 8, 1);
  return { predict: () => network.activate([0.5, 1]), step: () => network.propagate(0.1, [1]) };
}
