export { attention, type AttentionOptions } from './attention.js';
export { bidirectional, type BidirectionalOptions } from './bidirectional.js';
export type { RecurrentOptions } from './cell.js';
export { conv1d, type Conv1dOptions, conv2d, type Conv2dOptions } from './convolution.js';
export type { GridOptions, Size } from './grid.js';
export { gru, type GruOptions } from './gru.js';
export { lstm, type LstmOptions } from './lstm.js';
export { averagePool, maxPool, type PoolOptions } from './pooling.js';
export { rnn, type RnnOptions } from './rnn.js';
