/** The quick start of `nnbp`, but with imports from the @nnbp packages, so that the default engine is js. */
import { identity, tanh } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { fit } from '@nnbp/train';

const network = new Network(mlp([2, 8, 1], { activation: tanh, outputActivation: identity }), { seed: 1 });
const data = { inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]] }; // oxfmt-ignore
// `loss` is measured before the epoch's update. The update can increase the loss: stop at 0.003 to end below 0.005.
const stopAt = { onEpochEnd: ({ loss, stop }) => loss < 0.003 && stop() };
await fit(network, data, { loss: mse(), optimizer: adam({ learningRate: 0.05 }), epochs: 1000, callbacks: [stopAt] });
console.log(JSON.stringify(data.inputs.map((input) => network.predict(input)[0])));
