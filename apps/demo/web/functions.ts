/**
 * The activations and losses one can name on the page: the built-in ones. A user's own run in a worker only; what they
 * answered there can be repeated here (`extend/recorded.ts`), in the same form.
 */
import { activationRecords } from '@nnbp/activations';
import type { Activation, Loss } from '@nnbp/core';
import { lossRecords } from '@nnbp/losses';

/** Looks functions up by the names in the state. */
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
