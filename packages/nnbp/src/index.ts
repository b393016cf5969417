/** Everything in one import, with the fastest engine as the default of `fit`, `evaluate` and `compile`. */
export * from '@nnbp/activations';
export * from '@nnbp/aggregations';
export * from '@nnbp/core';
export * from '@nnbp/explain';
export * from '@nnbp/formats';
export * from '@nnbp/formula';
export * from '@nnbp/gradcheck';
export * from '@nnbp/interop';
export * from '@nnbp/layers';
export * from '@nnbp/losses';
export * from '@nnbp/optim';
export * from '@nnbp/train';
export * from '@nnbp/wasm';
export { compile, evaluate, fit } from './defaults.js';
// Both optim and formula export `cosine`. This is the schedule from optim; the activation from formula is in
// `formulaActivations`.
export { cosine } from '@nnbp/optim';
// Both train and gradcheck export a Report.
export type { Report } from '@nnbp/train';
export { Report as CheckReport } from '@nnbp/gradcheck';
