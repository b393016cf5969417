/** What reads files that are no text: loaded when the first such file is opened. */
export { fromOnnx, load } from '@nnbp/formats';
