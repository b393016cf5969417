export { backpropagate, backpropagateBatch, type Pass } from './backpropagate.js';
export type { ForParameters } from './for-parameters.js';
export { GraphBuilder, type LayerOptions, type NodeOptions } from './builder.js';
export {
  type AggregatedCache,
  ReferenceCache,
  type SampleCache,
  type SequenceCache,
  sourceValue,
  valueAt,
} from './cache.js';
export { compile, type CompileOptions, type Output, type Predictor } from './compile.js';
export { outputDerivatives } from './cases/output.js';
export { parameterGradients } from './cases/parameters.js';
export { derivativeFromSuccessors } from './cases/successors.js';
export type * from './contract.js';
export type * from './engine.js';
export { copyRows } from './copy-rows.js';
export { expectJacobianLength, expectRows, lengthOf, type Rows, rowsOf, samplesAt, totalWeight } from './counts.js';
export { edit, type EditedGraph, GraphEditor, keepParameters, type NodeChanges } from './edit.js';
export { delayed, type DelayedEdge, edgeName, type Source } from './delayed.js';
export { NnbpError, type NnbpErrorCode, type NnbpErrorDetails, type NnbpErrorOptions } from './errors.js';
export {
  allFinite,
  expectArray,
  expectEngine,
  expectPlugin,
  expectFinite,
  expectFiniteNumber,
  expectInteger,
  expectLength,
  expectList,
  expectObject,
  expectWeight,
  mismatch,
} from './expect.js';
export { expectFeatures, expectSupported, featuresOf, type GraphFeature, unsupportedFeatures } from './features.js';
export { forward, slope } from './forward.js';
export { Graph } from './graph.js';
export { constant, glorotNormal, glorotUniform, heNormal, heUniform, type Initializer } from './initializers.js';
export { js } from './js/engine.js';
export { type Memory, type StepGraph, stepGraphOf } from './js/step-graph.js';
export { Network, type NetworkOptions } from './network.js';
export { applyOutputTransform, type OutputTransform } from './output-transform.js';
export { type NodeParameters, ParameterVector } from './parameters.js';
export { Random } from './random.js';
export { reference, ReferenceExecutor } from './reference.js';
export { levels, plan, type Plan, type PlanOptions, type Unit } from './plan.js';
export { mlp, type MlpOptions } from './shapes.js';
export { type CacheRows, type Quantity, RowCache } from './row-cache.js';
export type { Row } from './rows.js';
export { backpropagateSequence, NetworkStream, predictSequence, type SequencePass, stream } from './sequence.js';
export { shuffle } from './shuffle.js';
export { Standardization } from './standardization.js';
export { type Successors, successorsOf } from './successors.js';
export { unroll } from './unroll.js';
