/** In the worker: validated user functions by name, with the built-ins as fallback. */
import { type Activation, type Loss, NnbpError } from '@nnbp/core';
import { builtinFunctions, type Functions } from '../../functions.js';

export type Kind = 'activation' | 'loss';

const activations = new Map<string, Activation>();
const losses = new Map<string, Loss>();

/**
 * Registers the default export of a user module.
 *
 * @throws NnbpError `WRONG_TYPE`
 */
export function define(kind: Kind, name: string, given: unknown): void {
  const plugin = given as Partial<Activation & Loss> | undefined;
  if (typeof plugin !== 'object' || plugin === null) {
    throw new NnbpError(
      'WRONG_TYPE',
      `"${name}" has no default export: end it with "export default { value, derivative }".`,
    );
  }
  for (const method of ['value', 'derivative'] as const) {
    if (typeof plugin[method] !== 'function') throw new NnbpError('WRONG_TYPE', `"${name}" has no method ${method}.`);
  }
  // A copy: the name is the one under which it was saved, and it cannot pretend to be built in.
  const { builtin: _, ...own } = plugin as Activation & Loss;
  if (kind === 'activation') {
    activations.set(name, {
      ...own,
      name,
      value: plugin.value!.bind(plugin),
      derivative: plugin.derivative!.bind(plugin),
    });
  } else {
    losses.set(name, {
      ...own,
      name,
      value: plugin.value!.bind(plugin),
      derivative: plugin.derivative!.bind(plugin),
    });
  }
}

export const userFunctions: Functions = {
  activation: (name) => activations.get(name) ?? builtinFunctions.activation(name),
  loss: (name) => losses.get(name) ?? builtinFunctions.loss(name),
};
