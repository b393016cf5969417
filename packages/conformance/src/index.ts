export { everyActivation } from './every-activation.js';
export { randomParameters, randomSamples, type Samples, type TargetMaker } from './random-data.js';
export { randomGraph, type RandomGraphOptions } from './random-graph.js';
