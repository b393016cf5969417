/** Selects the user functions that a computation uses. */
import type { PlaygroundState } from '../../state.js';
import type { UserFunction } from './user-worker.js';

export function userFunctionsOf(
  activations: Iterable<string>,
  loss: string,
  custom: PlaygroundState['custom'],
): UserFunction[] {
  const used = new Set(activations);
  return [
    ...custom.activations
      .filter(({ name }) => used.has(name))
      .map((entry) => ({ ...entry, kind: 'activation' as const })),
    ...custom.losses.filter(({ name }) => name === loss).map((entry) => ({ ...entry, kind: 'loss' as const })),
  ];
}
