/** Modes of Derive: the user's network, the article's node, or the formula that was fitted last. */
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../state.js';

/** The mode, and the formula if it is `fit`. A link may name this mode without containing a formula. */
export function modeOf(
  mode: PlaygroundState['derive']['mode'],
  shown: FormulaDescription | null,
): { readonly mode: typeof mode; readonly formula: FormulaDescription | undefined } {
  if (mode !== 'fit') return { mode, formula: undefined };
  return shown === null ? { mode: 'own', formula: undefined } : { mode, formula: shown };
}

/**
 * Whether the user wrote the loss. In a sequence, only the last step then has a target: the recorded results of such a loss
 * are those of one step.
 */
export const isOwnLoss = ({ derive, custom }: Pick<PlaygroundState, 'derive' | 'custom'>): boolean =>
  custom.losses.some(({ name }) => name === derive.loss);

/** A network description with the input and the output of a formula, for code that needs only their ids. */
export const formulaStandIn = ({ variable }: FormulaDescription): NetworkDescription => ({
  inputs: [variable],
  nodes: [],
  outputs: ['y'],
});
