/** Only `pnpm bench` and `pnpm interop` install the other libraries: these declarations let type checking work without them. */
declare module '@jax-js/jax';
declare module '@tensorflow/tfjs';
declare module '@tensorflow/tfjs-backend-wasm';
declare module 'brain.js';
declare module 'convnetjs';
declare module 'neataptic';
declare module 'onnxruntime-node';
declare module 'synaptic';
