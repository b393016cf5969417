/**
 * The first prediction and the first training step of a 2-8-8-1 network with TensorFlow.js on its WebAssembly backend.
 */
import { startTfjs } from '../tfjs.mjs';

export async function prepare() {
  const tf = await startTfjs('wasm');
  const model = tf.sequential();
  for (const [l, units] of [8, 8, 1].entries()) {
    model.add(tf.layers.dense({ units, activation: 'sigmoid', ...(l === 0 && { inputShape: [2] }) }));
  }
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return {
    predict: () => tf.tidy(() => model.predict(tf.tensor2d([[0.5, 1]])).dataSync()),
    step: () => model.fit(tf.tensor2d([[0.5, 1]]), tf.tensor2d([[1]]), { epochs: 1, verbose: 0 }),
  };
}
