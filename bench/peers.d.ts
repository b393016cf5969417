/** Other libraries are installed by `pnpm bench` and `pnpm interop` only: type checking works without their types. */
declare module '@jax-js/jax';
declare module '@tensorflow/tfjs';
declare module '@tensorflow/tfjs-backend-wasm';
declare module 'brain.js';
declare module 'convnetjs';
declare module 'neataptic';
declare module 'onnxruntime-node';
declare module 'synaptic';
