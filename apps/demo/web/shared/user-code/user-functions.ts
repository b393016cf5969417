/** The user functions by name, with the built-in functions as fallback. Runs in the worker for user code. */
import { type Activation, type Loss, NnbpError } from '@nnbp/core';
import { builtinFunctions, type Functions } from '../../functions.js';

export type Kind = 'activation' | 'loss';

const activations = new Map<string, Activation>();
const losses = new Map<string, Loss>();

/**
 * Registers the default export of a user module.
 *
 * @throws NnbpError `WRONG_TYPE` if the export is not an object with the methods `value` and `derivative`
 */
export function define(kind: Kind, name: string, exported: unknown): void {
  const plugin = exported as Partial<Activation & Loss> | undefined;
  if (typeof plugin !== 'object' || plugin === null) {
    const received = plugin === null ? 'null' : typeof plugin;
    throw new NnbpError(
      'WRONG_TYPE',
      `"${name}": expected an object as the default export, received ${received}. End the code with "export default { value, derivative }".`,
    );
  }
  for (const method of ['value', 'derivative'] as const) {
    if (typeof plugin[method] !== 'function')
      throw new NnbpError('WRONG_TYPE', `"${name}" has no method ${method}. Add it to the exported object.`);
  }
  // Copy the object to set the name under which it was saved and to remove `builtin`, which only built-in functions may
  // have.
  const { builtin: _, ...rest } = plugin as Activation & Loss;
  if (kind === 'activation') {
    activations.set(name, {
      ...rest,
      name,
      value: plugin.value!.bind(plugin),
      derivative: plugin.derivative!.bind(plugin),
    });
  } else {
    losses.set(name, {
      ...rest,
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
