/** Parses option values such as `b1=500,b2=0.0001`, which set parameters of a formula. */
import { InvalidArgumentError } from 'commander';
import { suggestion } from '../nearest.js';
import { misuse } from '../problem.js';

/** Numbers by parameter name. */
export type Assignments = ReadonlyMap<string, number>;

/** Parses `name=number` pairs separated by commas. Adds them to the previous ones, so the option can be repeated. */
export function assignments(text: string, before: Assignments = new Map()): Assignments {
  const all = new Map(before);
  for (const part of text.split(',')) {
    const [name, number, ...rest] = part.split('=').map((side) => side.trim());
    const value = Number(number);
    if (name === '' || number === undefined || number === '' || rest.length > 0 || !Number.isFinite(value)) {
      throw new InvalidArgumentError(`Expected name=number pairs such as b1=500,b2=0.0001, received "${part.trim()}".`);
    }
    all.set(name, value);
  }
  return all;
}

/** Throws if a pair names something that is not a parameter. */
export function expectParameters(option: string, given: Assignments, parameters: readonly string[]): void {
  for (const name of given.keys()) {
    if (parameters.includes(name)) continue;
    throw misuse(`${option}: the formula has no parameter "${name}". ${suggestion(name, parameters)}`);
  }
}
