/** All that `@nnbp/activations` ships, whatever it ships: an activation added there is held to the suite at once. */
import * as shipped from '@nnbp/activations';
import type { Activation } from '@nnbp/core';

const isActivation = (candidate: unknown): candidate is Activation =>
  ['value', 'derivative'].every(
    (name) => typeof (candidate as Record<string, unknown> | undefined)?.[name] === 'function',
  );

/** Every activation that `@nnbp/activations` exports, those with options at their defaults. */
export const everyActivation: readonly Activation[] = Object.values<unknown>(shipped).filter(isActivation);
