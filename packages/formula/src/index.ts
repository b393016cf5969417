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
export {
  type Formula,
  type FormulaCall,
  type FormulaName,
  type FormulaNegative,
  type FormulaNumber,
  type FormulaOperation,
  namesIn,
  type Operator,
  parseFormula,
} from './parse.js';
export {
  type Estimate,
  type FitStatistics,
  type FittedData,
  fitStatistics,
  type FitStatisticsOptions,
  type ParameterEstimate,
  type PredictionEstimate,
} from './fit-statistics.js';
