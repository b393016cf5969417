/** Looks up built-in activations and losses. */
import { NnbpError } from '@nnbp/core';
import { builtinActivations, builtinLosses, type Functions } from '../functions.js';

export const builtinFunctions: Functions = {
  activation: (name) => lookUp(builtinActivations, name, 'activation'),
  loss: (name) => lookUp(builtinLosses, name, 'loss'),
};

function lookUp<Plugin>(all: Readonly<Record<string, Plugin>>, name: string, what: string): Plugin {
  if (Object.hasOwn(all, name)) return all[name];
  throw new NnbpError('MISSING_PLUGIN', `Unknown ${what} "${name}". Choose another one, or write it in Extend.`);
}
