/** Reads and writes fitted formulas as JSON files. A file contains the formula, from which the graph is rebuilt. */
import { mismatch, Network, NnbpError } from '@nnbp/core';
import { formulaGraph } from '@nnbp/formula';
import type { Columns } from '../columns.js';

/** The content of the file. */
export interface FittedFormula {
  readonly formula: string;
  /** Names of the columns that the formula reads. */
  readonly variables: readonly string[];
  /** Name of the column that the formula predicts. */
  readonly target: string;
  readonly parameters: Readonly<Record<string, number>>;
}

export const formulaFile = (fitted: FittedFormula): string =>
  `${JSON.stringify({ format: 'nnbp-formula', version: 1, ...fitted }, undefined, 2)}\n`;

/** @throws NnbpError `MALFORMED` if the text is not a valid file, and the errors thrown by `formulaGraph`. */
export function readFormulaFile(text: string): { network: Network; metadata: { columns: Columns } } {
  const { formula, variables, target, parameters } = asFitted(text);
  const { graph, parameters: names } = formulaGraph(formula, variables, target);
  const network = new Network(graph);
  for (const name of names) {
    const value: unknown = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (typeof value !== 'number') {
      throw mismatch('MALFORMED', 'parameters', `a number for "${name}"`, value, typeof value);
    }
    network.setParameters(name, { b: value });
  }
  const numericColumns = (columnNames: readonly string[]) =>
    columnNames.map((name) => ({ kind: 'number' as const, name }));
  return {
    network,
    metadata: { columns: { inputs: numericColumns(variables), targets: numericColumns([target]), loss: 'mse' } },
  };
}

function asFitted(text: string): FittedFormula {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NnbpError('MALFORMED', 'The file is not valid JSON.', { cause });
  }
  const { formula, variables, target, parameters } = (value ?? {}) as Partial<Record<keyof FittedFormula, unknown>>;
  if (
    typeof formula !== 'string' ||
    typeof target !== 'string' ||
    !Array.isArray(variables) ||
    !variables.every((name) => typeof name === 'string') ||
    typeof parameters !== 'object' ||
    parameters === null
  ) {
    throw new NnbpError(
      'MALFORMED',
      'Expected the "formula", "variables", "target" and "parameters" of a fitted formula.',
    );
  }
  return { formula, variables, target, parameters: parameters as Record<string, number> };
}
