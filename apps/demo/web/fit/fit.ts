/** Fits a model to points: returns estimates, the curve and derivatives. */
import { backpropagate, type Network, NnbpError } from '@nnbp/core';
import { nameOf, type QuantityName } from '@nnbp/explain';
import { type FitStatistics, fitStatistics } from '@nnbp/formula';
import { mse } from '@nnbp/losses';
import { levenbergMarquardt } from '@nnbp/optim';
import { DivergedError, fit } from '@nnbp/train';
import { builtinFunctions } from '../functions.js';
import { hasDelays, networkOf } from '../network.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../state.js';
import { formulaNetwork, rightSide, variableOf } from '../shared/formula-network.js';
import { modelOf } from './models.js';
import { type Points, readPoints, type PointsProblem } from './points.js';

export interface FitRequest extends Pick<PlaygroundState['fit'], 'data' | 'formula' | 'start'> {
  /** The network from the Build view that is fitted instead of the formula. If null, the formula is fitted. */
  readonly network: NetworkDescription | null;
}

/** The parsed data and model of a request. */
export interface Prepared {
  readonly data: Points;
  readonly network: Network;
  /** The formula, with the initial values of its parameters; null if a network from the Build view is fitted. */
  readonly formula: FormulaDescription | null;
  readonly parameters: readonly Parameter[];
}

/** A parameter of the model: its index in the parameter vector, its name in the results, and its derivative. */
export interface Parameter {
  readonly index: number;
  readonly label: string;
  readonly quantity: QuantityName;
}

export interface FitResult extends Prepared {
  readonly statistics: FitStatistics;
  readonly iterations: number;
  readonly converged: boolean;
  /** The values of the fitted curve at the points, in the order of the points. */
  readonly fittedValues: readonly number[];
  /** The curve at evenly spaced x, extending slightly beyond the points; NaN where the model has no finite value. */
  readonly curve: readonly CurvePoint[];
}

/** A point of the fitted curve. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** The 95 % confidence interval of the curve. */
  readonly confidenceInterval: readonly [low: number, high: number];
  /** The 95 % prediction interval of a new observation. */
  readonly predictionInterval: readonly [low: number, high: number];
}

/** Reasons why the model cannot be fitted. */
export type FitProblem =
  // The data cannot be read.
  | { readonly kind: 'points'; readonly problem: PointsProblem }
  // The network does not have exactly one input and one output.
  | { readonly kind: 'shape' }
  | { readonly kind: 'delays' }
  // The fit needs more points than parameters.
  | { readonly kind: 'few'; readonly points: number; readonly parameters: number }
  // The model or one of its derivatives is not finite after this number of iterations. 0 means at the initial values.
  | { readonly kind: 'not-finite'; readonly iterations: number }
  | { readonly kind: 'other'; readonly text: string };

export class FitError extends Error {
  constructor(readonly problem: FitProblem) {
    super(problem.kind);
  }
}

const maxIterations = 500;
const curveSegments = 160;

/**
 * @throws FitError if the data cannot be read, or if the network has delays or does not have exactly one input and
 *   one output
 * @throws NnbpError if the formula or the network is invalid
 */
export function prepareFit({ data, network: drawn, formula, start }: FitRequest): Prepared {
  const points = readPoints(data);
  if ('reason' in points) throw new FitError({ kind: 'points', problem: points });
  if (drawn !== null) {
    if (hasDelays(drawn)) throw new FitError({ kind: 'delays' });
    const network = networkOf(drawn, builtinFunctions);
    const { graph } = network;
    if (graph.inputCount !== 1 || graph.outputs.length !== 1) throw new FitError({ kind: 'shape' });
    return { data: points, network, formula: null, parameters: parametersOf(network) };
  }
  const formulaText = rightSide(formula);
  const variable = variableOf(formulaText, points.names[0]);
  const values = { ...modelOf(formulaText)?.start(points.points), ...start };
  const description = { formula: formulaText, variable, values };
  const { network, parameters } = formulaNetwork(description);
  return {
    data: points,
    network,
    formula: description,
    parameters: parameters.map((node) => ({
      index: network.graph.biasIndex(network.graph.indexOf(node)),
      label: node,
      quantity: { quantity: 'dLossDb', node },
    })),
  };
}

/**
 * @throws FitError if there are too few points, or if the model or one of its derivatives is not finite
 * @throws NnbpError any other error of `fit` or `fitStatistics`
 * @throws the abort reason of `signal`
 */
export async function runFit(prepared: Prepared, signal: AbortSignal): Promise<FitResult> {
  const { data, network, parameters } = prepared;
  const { points } = data;
  if (points.length <= parameters.length) {
    throw new FitError({ kind: 'few', points: points.length, parameters: parameters.length });
  }
  const table = { inputs: points.map(({ x }) => [x]), targets: points.map(({ y }) => [y]) };
  let iterations = 0;
  try {
    const options = { loss: mse(), optimizer: levenbergMarquardt(), epochs: maxIterations, signal };
    const report = await fit(network, table, options);
    iterations = report.history.length;
    const statistics = fitStatistics(network, table);
    return {
      ...prepared,
      statistics,
      iterations,
      converged: report.stoppedBy === 'converged',
      fittedValues: points.map(({ x }) => network.predict([x])[0]),
      curve: curveOf(points, statistics),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DivergedError) throw new FitError({ kind: 'not-finite', iterations: error.epoch - 1 });
    if (error instanceof NnbpError && error.code === 'NOT_FINITE') {
      throw new FitError({ kind: 'not-finite', iterations });
    }
    throw error;
  }
}

function curveOf(points: Points['points'], { predict }: FitStatistics): CurvePoint[] {
  const xs = points.map(({ x }) => x);
  const low = xs.reduce((a, b) => Math.min(a, b));
  const high = xs.reduce((a, b) => Math.max(a, b));
  const margin = 0.04 * (high - low || 1);
  return Array.from({ length: curveSegments + 1 }, (_, k) => {
    const x = low - margin + ((high - low + 2 * margin) * k) / curveSegments;
    try {
      const [{ curve, observation }] = predict([x]);
      return { x, y: curve.estimate, confidenceInterval: curve.interval, predictionInterval: observation.interval };
    } catch {
      return { x, y: NaN, confidenceInterval: [NaN, NaN], predictionInterval: [NaN, NaN] } as const;
    }
  });
}

/**
 * Returns the derivative of the squared error at one point with respect to each parameter, in the order of
 * `parameters`.
 */
export function gradientAt({ network, parameters, data }: FitResult, point: number): number[] {
  const { x, y } = data.points[point];
  const { vector } = backpropagate(network, [x], [y], mse()).gradients;
  return parameters.map(({ index }) => vector[index]);
}

/** The parameters of a network from the Build view. All of them are fitted, because none is fixed or shared. */
function parametersOf({ graph }: Network): Parameter[] {
  const parameters: Parameter[] = [];
  const add = (index: number, quantity: QuantityName) =>
    parameters.push({ index, label: nameOf(quantity).replace('dloss/d', ''), quantity });
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const node = graph.ids[i];
    add(graph.biasIndex(i), { quantity: 'dLossDb', node });
    add(graph.scaleIndex(i), { quantity: 'dLossDc', node });
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      add(graph.weightIndex(e, i), { quantity: 'dLossDw', node, from: graph.ids[graph.predecessors[e]] });
    }
  }
  return parameters;
}
