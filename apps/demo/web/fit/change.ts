/** Updates the state. Used by several parts of the Fit view. */
import { nameOf } from '@nnbp/explain';
import { describe } from '../network.js';
import type { PlaygroundState } from '../state.js';
import { update } from '../store.js';
import type { FitResult, Parameter } from './fit.js';

/** Updates the part of the state that belongs to the Fit view. */
export const change = (part: Partial<PlaygroundState['fit']>): void =>
  update((state) => ({ ...state, fit: { ...state.fit, ...part } }));

/** Returns the estimates by parameter name. */
export const estimatesOf = ({ parameters, network }: FitResult): Record<string, number> =>
  Object.fromEntries(parameters.map(({ label, index }) => [label, network.parameters.vector[index]]));

/**
 * Opens the fitted model in the Derive view, with the given data point as the sample. Selects the derivative of the
 * loss with respect to the given parameter.
 */
export function openInDerive(fit: FitResult, point: number, { quantity }: Parameter): void {
  const { x, y } = fit.data.points[point];
  const selection = { input: [x], target: [y], loss: 'mse', selected: nameOf(quantity), step: null };
  update((state) => ({
    ...state,
    view: 'derive',
    ...(fit.formula === null
      ? { network: describe(fit.network), derive: { ...state.derive, ...selection, mode: 'own' as const } }
      : {
          fit: { ...state.fit, shown: { ...fit.formula, values: estimatesOf(fit) } },
          derive: { ...state.derive, ...selection, mode: 'fit' as const },
        }),
  }));
}
