/** Looks up functions by the names in a file: built-ins, and custom ones, which the caller supplies. */
import { type ActivationRecord, activationRecords } from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import { type Activation, type Aggregation, type Loss, NnbpError } from '@nnbp/core';
import { type LossRecord, lossRecords } from '@nnbp/losses';

type Options = Readonly<Record<string, number>>;

/** The name and options by which a file refers to a function. */
export interface FunctionName {
  readonly name: string;
  /** Options of a built-in. */
  readonly options?: Options;
  readonly custom?: boolean;
}

export function nameOf({ name, builtin }: Activation | Aggregation | Loss): FunctionName {
  if (builtin === undefined) return { name, custom: true };
  return { name: builtin.name, ...(Object.keys(builtin.options).length > 0 && { options: builtin.options }) };
}

/** @throws NnbpError `MISSING_PLUGIN` (no such activation), `UNSUPPORTED` (an option it does not have), `NOT_FINITE` */
export function builtinActivation(name: string, options: Options = {}): Activation {
  const record = find<ActivationRecord>('activation', activationRecords, name, options);
  const changed = Object.entries(options).some(([option, value]) => value !== record.options[option].default);
  return changed ? record.make(options) : record.activation;
}

/** @throws NnbpError `MISSING_PLUGIN` (no such loss), `UNSUPPORTED` (an option it does not have), `OUT_OF_RANGE` */
export const builtinLoss = (name: string, options: Options = {}): Loss =>
  find<LossRecord>('loss', lossRecords, name, options).make(options);

/** @throws NnbpError `MISSING_PLUGIN` (no such aggregation), `UNSUPPORTED` (an option; aggregations have none) */
export function builtinAggregation(name: string, options: Options = {}): Aggregation {
  const records = Object.entries<Aggregation>(aggregations).map(
    ([known, aggregation]) => [known, { aggregation, options: {} }] as const,
  );
  return find('aggregation', Object.fromEntries(records), name, options).aggregation;
}

function find<Entry extends Pick<ActivationRecord | LossRecord, 'options'>>(
  kind: string,
  records: Readonly<Record<string, Entry>>,
  name: string,
  options: Options,
): Entry {
  if (!Object.hasOwn(records, name)) {
    const names = Object.keys(records).join(', ');
    throw new NnbpError('MISSING_PLUGIN', `There is no built-in ${kind} "${name}". Expected one of: ${names}.`);
  }
  const record = records[name];
  const unknown = Object.keys(options).find((option) => !Object.hasOwn(record.options, option));
  if (unknown !== undefined) {
    throw new NnbpError('UNSUPPORTED', `The ${kind} "${name}" has no option "${unknown}".`);
  }
  return record;
}

/** Custom functions. A file refers to them by `name`. */
export interface Plugins {
  /** Custom activations. */
  readonly activations?: readonly Activation[];
  /** Custom aggregations. */
  readonly aggregations?: readonly Aggregation[];
  /** Custom losses. */
  readonly losses?: readonly Loss[];
}

export interface NamedFunctions {
  readonly activations: readonly FunctionName[];
  readonly aggregations: readonly FunctionName[];
  readonly losses?: readonly FunctionName[];
}

/**
 * Checks that every custom function that a file refers to was supplied.
 *
 * @throws NnbpError `MISSING_PLUGIN`, which lists all missing functions
 */
export function expectSupplied(named: NamedFunctions, plugins: Plugins): void {
  const missingByKind = (['activations', 'aggregations', 'losses'] as const)
    .map((kind) => {
      const supplied = new Set((plugins[kind] ?? []).map(({ name }) => name));
      const missing = (named[kind] ?? []).filter(({ name, custom }) => custom === true && !supplied.has(name));
      return [kind, [...new Set(missing.map(({ name }) => `"${name}"`))].join(', ')] as const;
    })
    .filter(([, list]) => list !== '');
  if (missingByKind.length === 0) return;
  throw new NnbpError(
    'MISSING_PLUGIN',
    `The model uses custom functions: ${missingByKind.map(([kind, list]) => `${kind} ${list}`).join('; ')}. ` +
      `Pass them as the second argument: { ${missingByKind.map(([kind]) => `${kind}: [...]`).join(', ')} }.`,
  );
}

/**
 * Call {@link expectSupplied} first. The returned functions throw the errors of {@link builtinActivation} and
 * {@link builtinAggregation}, but do not check that custom functions were supplied.
 */
export function functionsNamed({ activations = [], aggregations = [] }: Plugins) {
  return {
    activationOf: lookUp(activations, builtinActivation),
    aggregationOf: lookUp(aggregations, builtinAggregation),
  };
}

/** Resolves each name once, so that nodes with the same function share one object. */
function lookUp<T extends Activation | Aggregation>(
  supplied: readonly T[],
  builtin: (name: string, options?: Options) => T,
): (name: FunctionName) => T {
  const customs = new Map(supplied.map((plugin) => [plugin.name, plugin]));
  const resolved = new Map<string, T>();
  return ({ name, options, custom }) => {
    const key = JSON.stringify([name, options, custom]);
    const found = resolved.get(key) ?? (custom === true ? customs.get(name)! : builtin(name, options));
    resolved.set(key, found);
    return found;
  };
}

/**
 * Call {@link expectSupplied} first.
 *
 * @throws NnbpError any error thrown by {@link builtinLoss}
 */
export const lossNamed = ({ name, options, custom }: FunctionName, supplied: readonly Loss[]): Loss =>
  custom === true ? supplied.find((loss) => loss.name === name)! : builtinLoss(name, options);
