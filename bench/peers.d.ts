/**
 * Declares other libraries as untyped modules, so that type checking works when they are not installed. Only `pnpm
 * bench` and `pnpm interop` install them.
 */
declare module '@jax-js/jax';
declare module '@tensorflow/tfjs';
declare module '@tensorflow/tfjs-backend-wasm';
declare module 'brain.js';
declare module 'convnetjs';
declare module 'neataptic';
declare module 'onnxruntime-node';
declare module 'synaptic';
