/** Readers of binary files, loaded when the first one is opened. */
export { load } from '@nnbp/formats';
export { fromOnnx } from '@nnbp/interop';
