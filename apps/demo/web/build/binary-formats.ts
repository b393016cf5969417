/** Importers for binary files, loaded when the user opens the first such file. */
export { load } from '@nnbp/formats';
export { fromOnnx } from '@nnbp/interop';
