/** Network and options of the training run that is killed, and of the uninterrupted run it is compared with. */
import { tanh } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';

export const freshNetwork = (): Network => new Network(mlp([2, 4, 1], { activation: tanh }), { seed: 7 });

export const options = () => ({ loss: mse(), optimizer: adam({ learningRate: 0.01 }), batchSize: 1, seed: 3 });
