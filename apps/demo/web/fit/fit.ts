/** A fit: points and a model in, estimates, curve and derivatives out. */
import { backpropagate, type Network, NnbpError } from '@nnbp/core';
import { nameOf, type QuantityName } from '@nnbp/explain';
import { type FitStatistics, fitStatistics } from '@nnbp/formula';
import { mse } from '@nnbp/losses';
import { levenbergMarquardt } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { builtinFunctions } from '../functions.js';
import { hasDelays, networkOf } from '../network.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../state.js';
import { formulaNetwork, rightSide, variableOf } from '../shared/formula-network.js';
import { modelOf } from './models.js';
import { type Points, readPoints, type PointsProblem } from './points.js';

/** What is fitted. */
export interface FitRequest extends Pick<PlaygroundState['fit'], 'data' | 'formula' | 'start'> {
  /** A drawn network instead of the formula. */
  readonly network: NetworkDescription | null;
}

/** A request whose data and model could be read. */
export interface Prepared {
  readonly data: Points;
  readonly network: Network;
  /** The formula as Derive shows it, with its initial values; null: a drawn network. */
  readonly formula: FormulaDescription | null;
  readonly parameters: readonly Parameter[];
}

/** A parameter and its name. */
export interface Parameter {
  readonly index: number;
  readonly label: string;
  readonly quantity: QuantityName;
}

/** The result of a fit as the view shows it. */
export interface FitResult extends Prepared {
  readonly statistics: FitStatistics;
  readonly iterations: number;
  readonly converged: boolean;
  /** At the points, in their order. */
  readonly fittedValues: readonly number[];
  /** At evenly spaced x, from a little below the points to a little above; NaN where the model has no finite value. */
  readonly curve: readonly CurvePoint[];
}

/** The curve at x, and the ends of its two bands. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** Of the confidence band. */
  readonly curve: readonly [low: number, high: number];
  /** Of the prediction band. */
  readonly observation: readonly [low: number, high: number];
}

/** Why there is no fit. */
export type FitProblem =
  | { readonly kind: 'points'; readonly problem: PointsProblem }
  | { readonly kind: 'shape' }
  | { readonly kind: 'delays' }
  | { readonly kind: 'few'; readonly points: number; readonly parameters: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'other'; readonly text: string };

/** A `FitProblem` that is thrown. */
export class FitError extends Error {
  constructor(readonly problem: FitProblem) {
    super(problem.kind);
  }
}

const maxIterations = 500;
const curvePoints = 160;

/**
 * Reads data and model.
 *
 * @throws FitError for bad points, a network of another shape or one with delays
 * @throws NnbpError for a formula or a network that cannot be built
 */
export function prepareFit({ data, network: drawn, formula, start }: FitRequest): Prepared {
  const points = readPoints(data);
  if ('why' in points) throw new FitError({ kind: 'points', problem: points });
  if (drawn !== null) {
    if (hasDelays(drawn)) throw new FitError({ kind: 'delays' });
    const network = networkOf(drawn, builtinFunctions);
    const { graph } = network;
    if (graph.inputCount !== 1 || graph.outputs.length !== 1) throw new FitError({ kind: 'shape' });
    return { data: points, network, formula: null, parameters: parametersOf(network) };
  }
  const right = rightSide(formula);
  const variable = variableOf(right, points.names[0]);
  const values = { ...modelOf(right)?.start(points.points), ...start };
  const description = { formula: right, variable, values };
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
 * Fits the model to the points.
 *
 * @throws FitError for too few points or a bad start
 * @throws NnbpError as `fit` and `fitStatistics` do
 * @throws the signal's reason when aborted
 */
export async function runFit(question: Prepared, signal: AbortSignal): Promise<FitResult> {
  const { data, network, parameters } = question;
  const { points } = data;
  if (points.length <= parameters.length) {
    throw new FitError({ kind: 'few', points: points.length, parameters: parameters.length });
  }
  const table = { inputs: points.map(({ x }) => [x]), targets: points.map(({ y }) => [y]) };
  try {
    const options = { loss: mse(), optimizer: levenbergMarquardt(), epochs: maxIterations, signal };
    const report = await fit(network, table, options);
    const statistics = fitStatistics(network, table);
    return {
      ...question,
      statistics,
      iterations: report.history.length,
      converged: report.stoppedBy === 'converged',
      fittedValues: points.map(({ x }) => network.predict([x])[0]),
      curve: curveOf(points, statistics),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NnbpError && (error.code === 'DIVERGED' || error.code === 'NOT_FINITE')) {
      throw new FitError({ kind: 'start' });
    }
    throw error;
  }
}

function curveOf(points: Points['points'], { predict }: FitStatistics): CurvePoint[] {
  const xs = points.map(({ x }) => x);
  const low = xs.reduce((a, b) => Math.min(a, b));
  const high = xs.reduce((a, b) => Math.max(a, b));
  const margin = 0.04 * (high - low || 1);
  return Array.from({ length: curvePoints + 1 }, (_, k) => {
    const x = low - margin + ((high - low + 2 * margin) * k) / curvePoints;
    try {
      const [{ curve, observation }] = predict([x]);
      return { x, y: curve.estimate, curve: curve.interval, observation: observation.interval };
    } catch {
      return { x, y: NaN, curve: [NaN, NaN], observation: [NaN, NaN] } as const;
    }
  });
}

/** dloss/d of every parameter, in their order, for one point and the loss mse. */
export function gradientAt({ network, parameters, data }: FitResult, point: number): number[] {
  const { x, y } = data.points[point];
  const { vector } = backpropagate(network, [x], [y], mse()).gradients;
  return parameters.map(({ index }) => vector[index]);
}

/** The parameters of a drawn network, all of which are fitted: it has none that is fixed or shared. */
function parametersOf({ graph }: Network): Parameter[] {
  const found: Parameter[] = [];
  const add = (index: number, quantity: QuantityName) =>
    found.push({ index, label: nameOf(quantity).replace('dloss/d', ''), quantity });
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const node = graph.ids[i];
    add(graph.biasIndex(i), { quantity: 'dLossDb', node });
    add(graph.scaleIndex(i), { quantity: 'dLossDc', node });
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      add(graph.weightIndex(e, i), { quantity: 'dLossDw', node, from: graph.ids[graph.predecessors[e]] });
    }
  }
  return found;
}
