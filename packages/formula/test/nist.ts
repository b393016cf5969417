/** The 27 nonlinear regression problems of NIST StRD, as networks. */
import { readFileSync } from 'node:fs';
import { Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { levenbergMarquardt } from '@nnbp/optim';
import { fit, type Report } from '@nnbp/train';
import { formulaGraph } from '@nnbp/formula';

/** A problem with its certified values, which have 11 digits. */
export interface Problem {
  readonly name: string;
  /** The formula for y. In the problem Nelson, the formula and the data are for log(y). */
  readonly formula: string;
  readonly variables: readonly string[];
  /** Two sets of initial parameters: the first is far from the solution, the second near it. */
  readonly starts: readonly (readonly number[])[];
  readonly certified: readonly number[];
  readonly standardDeviations: readonly number[];
  readonly residualSumOfSquares: number;
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
}

const file = new URL('nist.generated.json', import.meta.url);
export const problems = JSON.parse(readFileSync(file, 'utf8')) as readonly Problem[];

export const dataOf = ({ x, y }: Problem) => ({ inputs: x, targets: y.map((value) => [value]) });

/** Returns how many digits agree with the certified values: the minimum over all values, at most 11. */
export function digits(actual: readonly number[], certified: readonly number[]): number {
  return Math.min(
    ...certified.map((value, k) =>
      actual[k] === value ? 11 : Math.min(11, -Math.log10(Math.abs(actual[k] - value) / Math.abs(value))),
    ),
  );
}

/** Fits the formula. The initial parameters are `problem.starts[start]`. */
export async function solve(
  problem: Problem,
  start: number,
): Promise<{ network: Network; names: string[]; report: Report }> {
  const { graph, parameters } = formulaGraph(problem.formula, problem.variables);
  const network = new Network(graph);
  // Sorted by number: b1, b2, …
  const names = [...parameters].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  names.forEach((name, k) => network.setParameters(name, { b: problem.starts[start][k] }));
  const report = await fit(network, dataOf(problem), {
    loss: mse(),
    optimizer: levenbergMarquardt(),
    epochs: 3000,
    yieldEvery: 1000,
  });
  return { network, names, report };
}
