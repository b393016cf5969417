export { type Bounds, errorBounds, type NodeErrors } from './error-bounds.js';
export { everyActivation, everyLoss, everyOptimizer, type LossCase } from './every-plugin.js';
export { randomParameters, randomSamples, type Samples, type TargetMaker } from './random-data.js';
export { randomGeneralGraph, type RandomGeneralGraphOptions } from './random-general-graph.js';
export { randomGraph, type RandomGraphOptions } from './random-graph.js';
export {
  articleNetwork,
  golden,
  type Golden,
  type GoldenNode,
  type GoldenParameters,
  type GoldenRun,
} from './golden.js';
export { expectConformance } from './compare.js';
export { conformance, type ConformanceCase } from './suite.js';
