/** TensorFlow.js on its WebAssembly backend: a sequential model, `predict`, `fit`, `loadLayersModel`. */
import { startTfjs } from '../tfjs.mjs';
import { predictInTurn, meanSquaredError } from './call.mjs';

/** @type {import('./call.mjs').Prepare} */
export async function prepare(call) {
  const { kind, sizes, inputs, targets, batchSize = 32, epochs } = call;
  const tf = await startTfjs('wasm');
  const make = (optimizer) => {
    const model = tf.sequential();
    sizes.slice(1).forEach((units, l) => {
      model.add(tf.layers.dense({ units, activation: 'sigmoid', ...(l === 0 && { inputShape: [sizes[0]] }) }));
    });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    return model;
  };
  const model = make('sgd');
  const predict = (rows, from = model) => tf.tidy(() => from.predict(tf.tensor2d(rows)).dataSync());
  switch (kind) {
    case 'predict':
      return { run: predictInTurn(call, (input) => predict([input])), note: 'model.predict and dataSync' };
    case 'predictBatch': {
      const flat = Float32Array.from(inputs.flat());
      const shape = [inputs.length, sizes[0]];
      return {
        run: () => tf.tidy(() => model.predict(tf.tensor2d(flat, shape), { batchSize: inputs.length }).dataSync()),
        count: inputs.length,
        note: 'model.predict of one typed array, and dataSync',
      };
    }
    case 'train': {
      const trained = make(tf.train.sgd(0.3));
      const [x, t] = [tf.tensor2d(inputs), tf.tensor2d(targets)];
      return {
        run: () => trained.fit(x, t, { epochs: 1, batchSize, verbose: 0, yieldEvery: 'never' }),
        count: inputs.length,
        note: `model.fit of one epoch instead of ${epochs}`,
      };
    }
    case 'trainToLoss': {
      const [x, t] = [tf.tensor2d(inputs), tf.tensor2d(targets)];
      let trained = model;
      return {
        async run() {
          trained = make(tf.train.adam(0.3));
          const onEpochEnd = (_, { loss }) => void (trained.stopTraining = loss < call.targetLoss);
          await trained.fit(x, t, {
            epochs: 10_000,
            batchSize: 32,
            verbose: 0,
            yieldEvery: 'never',
            callbacks: { onEpochEnd },
          });
        },
        loss: () => meanSquaredError(call, (input) => predict([input], trained)),
        note: 'model.fit, adam 0.3, batch size 32',
      };
    }
    case 'load': {
      let saved;
      await model.save(tf.io.withSaveHandler((artifacts) => Promise.resolve((saved = artifacts))));
      const { modelTopology, weightSpecs, weightData } = saved;
      return {
        async run() {
          const loaded = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
          const output = predict([inputs[0]], loaded);
          loaded.dispose();
          return output;
        },
        note: 'loadLayersModel from memory, then predict',
      };
    }
  }
}
