/**
 * The built-in activations, aggregations and losses by name. User functions run only in a worker. On the page,
 * their recorded results are replayed (`shared/user-code/recording.ts`).
 */
import { activationRecords } from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import { type Activation, type Aggregation, type Loss, NnbpError } from '@nnbp/core';
import { lossRecords } from '@nnbp/losses';

/** Looks up functions by name. */
export interface Functions {
  /** @throws NnbpError `MISSING_PLUGIN` for an unknown name */
  activation(name: string): Activation;
  /** @throws NnbpError `MISSING_PLUGIN` for an unknown name */
  loss(name: string): Loss;
}

/** All built-in activations with their default options, by name. */
export const builtinActivations: Readonly<Record<string, Activation>> = Object.fromEntries(
  Object.entries(activationRecords).map(([name, { activation }]) => [name, activation]),
);

/** All aggregations by name, the sum first. */
export const builtinAggregations: Readonly<Record<string, Aggregation>> = {
  sum: aggregations.sum,
  ...Object.fromEntries(Object.values<Aggregation>(aggregations).map((aggregation) => [aggregation.name, aggregation])),
};

/** All built-in losses with their default options, by name. */
export const builtinLosses: Readonly<Record<string, Loss>> = Object.fromEntries(
  Object.entries(lossRecords).map(([name, { make }]) => [name, make({})]),
);

export const builtinFunctions: Functions = {
  activation: (name) => lookUp('activation', builtinActivations, name),
  loss: (name) => lookUp('loss', builtinLosses, name),
};

/** @throws NnbpError `MISSING_PLUGIN` for an unknown name */
export const aggregationNamed = (name: string): Aggregation =>
  lookUp('aggregation', builtinAggregations, name, 'Choose another one.');

function lookUp<Plugin>(
  kind: string,
  all: Readonly<Record<string, Plugin>>,
  name: string,
  advice = 'Choose another one, or write it in the Extend view.',
): Plugin {
  if (Object.hasOwn(all, name)) return all[name];
  throw new NnbpError('MISSING_PLUGIN', `Unknown ${kind} "${name}". ${advice}`);
}
