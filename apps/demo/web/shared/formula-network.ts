/** Converts a formula and the values of its parameters to a network. */
import { Network } from '@nnbp/core';
import { formulaGraph, namesIn, parseFormula } from '@nnbp/formula';
import type { Functions } from '../functions.js';
import { networkOf } from '../network.js';
import type { FormulaDescription, NetworkDescription } from '../state.js';

/** The network, and the names of its parameters in the order of the formula. */
export interface FormulaNetwork {
  readonly network: Network;
  readonly parameters: readonly string[];
}

/**
 * Builds the network of a formula. Parameters without a value are 1.
 *
 * @throws NnbpError any error thrown by `formulaGraph`
 */
export function formulaNetwork({ formula, variable, values }: FormulaDescription): FormulaNetwork {
  const { graph, parameters } = formulaGraph(formula, [variable]);
  const network = new Network(graph);
  for (const name of parameters) {
    network.setParameters(name, { b: Object.hasOwn(values, name) ? values[name] : 1 });
  }
  return { network, parameters };
}

/**
 * Builds the network of a formula, or the described network if there is no formula.
 *
 * @throws NnbpError any error thrown by `formulaGraph` or `networkOf`
 */
export const describedNetwork = (
  { network, formula }: { readonly network: NetworkDescription; readonly formula: FormulaDescription | undefined },
  functions: Pick<Functions, 'activation'>,
): Network => (formula === undefined ? networkOf(network, functions) : formulaNetwork(formula).network);

/** The part after the first `=` or `~`, so that `y = a + b*x` works; the whole formula if it has neither. */
export const rightSide = (formula: string): string => formula.slice(formula.search(/[=~]/) + 1).trim();

/**
 * Returns the name of the input in a formula. If the formula contains `name` and no `x`, the input is `name`; otherwise
 * it is `x`.
 *
 * @param name - The name of the x column.
 * @throws NnbpError any error thrown by `parseFormula`
 */
export function variableOf(formula: string, name: string): string {
  const names = namesIn(parseFormula(formula));
  return !names.includes('x') && names.includes(name) ? name : 'x';
}
