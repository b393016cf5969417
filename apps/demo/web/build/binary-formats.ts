/** What reads files that are no text: loaded when the first such file is opened. */
export { load } from '@nnbp/formats';
export { fromOnnx } from '@nnbp/interop';
