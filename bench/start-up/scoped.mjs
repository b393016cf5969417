/** The first prediction and the first training step of a 2-8-8-1 network with the scoped packages. */
import { sigmoid } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { fit } from '@nnbp/train';

export function prepare() {
  const network = new Network(mlp([2, 8, 8, 1], { activation: sigmoid }));
  return {
    predict: () => network.predict([0.5, 1]),
    step: () =>
      fit(network, { inputs: [[0.5, 1]], targets: [[1]] }, { loss: mse(), optimizer: sgd({ learningRate: 0.1 }), epochs: 1 }),
  };
}
