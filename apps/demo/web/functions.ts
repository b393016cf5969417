/**
 * The built-in activations and losses by name. User functions run in a worker only; their recorded results are replayed
 * with the same interface (`extend/recording.ts`).
 */
import { activationRecords } from '@nnbp/activations';
import type { Activation, Loss } from '@nnbp/core';
import { lossRecords } from '@nnbp/losses';

/** Looks up functions by name. */
export interface Functions {
  /** Throws NnbpError `MISSING_PLUGIN`. */
  activation(name: string): Activation;
  /** Throws NnbpError `MISSING_PLUGIN`. */
  loss(name: string): Loss;
}

/** All built-in activations with their default options, by name. */
export const builtinActivations: Readonly<Record<string, Activation>> = Object.fromEntries(
  Object.entries(activationRecords).map(([name, { activation }]) => [name, activation]),
);

/** All built-in losses with their default options, by name. */
export const builtinLosses: Readonly<Record<string, Loss>> = Object.fromEntries(
  Object.entries(lossRecords).map(([name, { make }]) => [name, make({})]),
);
