export { type Bounds, errorBounds } from './error-bounds.js';
export { everyActivation, everyLoss, everyOptimizer } from './every-plugin.js';
export { randomParameters, randomSamples, type Samples, type TargetMaker } from './random-data.js';
export { randomGraph, type RandomGraphOptions } from './random-graph.js';
export { articleNetwork, golden } from './golden.js';
export { conformance, type ConformanceCase, expectConformance } from './suite.js';
