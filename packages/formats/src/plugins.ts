/** Finds functions by the names in a file: the shipped ones, and the user's own, which are supplied again on loading. */
import { type ActivationRecord, activationRecords } from '@nnbp/activations';
import { type Activation, type Loss, NnbpError } from '@nnbp/core';
import { type LossRecord, lossRecords } from '@nnbp/losses';

type Options = Readonly<Record<string, number>>;

/** What a file says of a function. */
export interface FunctionName {
  readonly name: string;
  /** Only for shipped ones that have options. */
  readonly options?: Options;
  /** Whether it is the user's own. */
  readonly custom?: boolean;
}

/** What a file says of an activation or a loss. */
export function nameOf({ name, builtin }: Activation | Loss): FunctionName {
  if (builtin === undefined) return { name, custom: true };
  return { name: builtin.name, ...(Object.keys(builtin.options).length > 0 && { options: builtin.options }) };
}

/**
 * The built-in activation of this name with these options: `elu`, `{ alpha: 0.5 }`.
 *
 * @throws NnbpError `MISSING_PLUGIN` (no such activation), `UNSUPPORTED` (an option it does not have), `NOT_FINITE`
 */
export function builtinActivation(name: string, options: Options = {}): Activation {
  const record = find<ActivationRecord>('activation', activationRecords, name, options);
  const changed = Object.entries(options).some(([option, value]) => value !== record.options[option].default);
  return changed ? record.make(options) : record.activation;
}

/**
 * The built-in loss of this name with these options: `huber`, `{ delta: 0.5 }`.
 *
 * @throws NnbpError `MISSING_PLUGIN` (no such loss), `UNSUPPORTED` (an option it does not have), `OUT_OF_RANGE`
 */
export const builtinLoss = (name: string, options: Options = {}): Loss =>
  find<LossRecord>('loss', lossRecords, name, options).make(options);

function find<Entry extends ActivationRecord | LossRecord>(
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

/** What a file only names, and whoever loads it supplies again. */
export interface Plugins {
  /** Your own activations; each is found by its `name`. */
  readonly activations?: readonly Activation[];
  /** Your own losses, likewise. */
  readonly losses?: readonly Loss[];
}

/**
 * Nothing, if each of the author's own functions in a file was supplied.
 *
 * @throws NnbpError `MISSING_PLUGIN`, which lists all that are missing
 */
export function expectSupplied(
  activationNames: readonly FunctionName[],
  lossNames: readonly FunctionName[],
  { activations = [], losses = [] }: Plugins,
): void {
  const missing = (names: readonly FunctionName[], supplied: readonly { readonly name: string }[]) => {
    const own = new Set(supplied.map(({ name }) => name));
    const without = names.filter(({ name, custom }) => custom === true && !own.has(name)).map(({ name }) => name);
    return [...new Set(without)].map((name) => `"${name}"`).join(', ');
  };
  const lists = { activations: missing(activationNames, activations), losses: missing(lossNames, losses) };
  const lacking = Object.entries(lists).filter(([, list]) => list !== '');
  if (lacking.length === 0) return;
  throw new NnbpError(
    'MISSING_PLUGIN',
    `The model uses functions of its author's own: ${lacking.map(([kind, list]) => `${kind} ${list}`).join('; ')}. ` +
      `Supply them: load(file, { ${lacking.map(([kind]) => `${kind}: [...]`).join(', ')} }).`,
  );
}

/**
 * The activation that each name stands for.
 *
 * @param supplied - The user's own, all that {@link expectSupplied} asks for.
 * @throws NnbpError as {@link builtinActivation}
 */
export function activationsNamed(supplied: readonly Activation[]): (name: FunctionName) => Activation {
  const own = new Map(supplied.map((activation) => [activation.name, activation]));
  const found = new Map<string, Activation>();
  return ({ name, options, custom }) => {
    const key = JSON.stringify([name, options, custom]);
    const activation = found.get(key) ?? (custom === true ? own.get(name)! : builtinActivation(name, options));
    // One object for one function, however many nodes name it.
    found.set(key, activation);
    return activation;
  };
}

/**
 * The loss that a name stands for; see {@link activationsNamed}.
 *
 * @throws NnbpError as {@link builtinLoss}
 */
export const lossNamed = ({ name, options, custom }: FunctionName, supplied: readonly Loss[]): Loss =>
  custom === true ? supplied.find((loss) => loss.name === name)! : builtinLoss(name, options);
