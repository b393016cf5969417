export { type Derivation, explain, explainSequence, type ParameterOf, type WritingOptions } from './explain.js';
export type { Language } from './language.js';
export { type PathCount, paths } from './paths.js';
export { nameOf, parseQuantity, type QuantityName } from './quantity.js';
export type { Step } from './step.js';
export { type Replay, replay, type Trace, trace, traceSequence, type TraceStep } from './trace.js';
