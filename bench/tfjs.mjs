/** Starts TensorFlow.js on a backend that uses no GPU. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
// Loads the CommonJS builds: the ES modules import directories, which Node rejects.
const require = createRequire(import.meta.url);

/** @param {'cpu' | 'wasm'} backend */
export async function startTfjs(backend) {
  const tf = require('@tensorflow/tfjs');
  // Turns off debug checks and the advice to install tfjs-node.
  tf.enableProdMode();
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    wasm.setThreadsCount(1);
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
  await tf.setBackend(backend);
  await tf.ready();
  return tf;
}
