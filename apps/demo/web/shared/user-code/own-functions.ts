/** The user's functions among those that a computation uses. */
import type { PlaygroundState } from '../../state.js';
import type { UserFunction } from './user-worker.js';

export function ownFunctionsOf(
  activations: Iterable<string>,
  loss: string,
  custom: PlaygroundState['custom'],
): UserFunction[] {
  const used = new Set(activations);
  return [
    ...custom.activations.filter(({ name }) => used.has(name)).map((own) => ({ ...own, kind: 'activation' as const })),
    ...custom.losses.filter(({ name }) => name === loss).map((own) => ({ ...own, kind: 'loss' as const })),
  ];
}
