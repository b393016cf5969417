/** Determines what the Derive view shows. `state.ts` describes the modes: `own`, `article`, `break` and `fit`. */
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../state.js';

/**
 * Returns the mode and, in `fit` mode, the fitted formula. If a link specifies `fit` without a formula, the mode is
 * `own`.
 */
export function modeOf(
  mode: PlaygroundState['derive']['mode'],
  fitted: FormulaDescription | null,
): { readonly mode: typeof mode; readonly formula: FormulaDescription | undefined } {
  if (mode !== 'fit') return { mode, formula: undefined };
  return fitted === null ? { mode: 'own', formula: undefined } : { mode, formula: fitted };
}

/**
 * Whether the loss is a custom loss. With a custom loss, only the last time step of a sequence has a target, because
 * the worker that runs custom losses records only one loss value per pass.
 */
export const isCustomLoss = ({ derive, custom }: Pick<PlaygroundState, 'derive' | 'custom'>): boolean =>
  custom.losses.some(({ name }) => name === derive.loss);

/** Returns the input and the output of a formula as a network without edges, for code that needs only their ids. */
export const formulaStandIn = ({ variable }: FormulaDescription): NetworkDescription => ({
  inputs: [variable],
  nodes: [],
  outputs: ['y'],
});
