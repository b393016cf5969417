export { type PathCount, paths } from './paths.js';
export { nameOf, parseQuantity, type QuantityName } from './quantity.js';
export { type Replay, replay, type Trace, trace, type TraceStep } from './trace.js';
