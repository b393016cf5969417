export { type FormulaGraph, formulaGraph } from './formula-graph.js';
export {
  absolute,
  arctangent,
  cosh,
  cosine,
  exp,
  formulaActivations,
  log,
  power,
  reciprocal,
  sinh,
  sqrt,
  tangent,
} from './functions.js';
export { type Formula, type Operator, parseFormula } from './parse.js';
export {
  type Estimate,
  type FitStatistics,
  type FittedData,
  fitStatistics,
  type FitStatisticsOptions,
  type ParameterEstimate,
} from './fit-statistics.js';
