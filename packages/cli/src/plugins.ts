/** `--plugin`: loads custom activations from a JavaScript file that exports them. */
import type { Activation } from '@nnbp/core';
import { pathToFileURL } from 'node:url';
import { type Io, pathIn } from './io.js';
import { misuse, Problem } from './problem.js';

/** Loads the activations that the files export: objects with `name`, `value(h)` and `derivative(h, g)`. */
export async function loadPlugins(io: Io, files: readonly string[] = []): Promise<Activation[]> {
  const found: Activation[] = [];
  for (const file of files) {
    const activations = Object.values(await importFrom(io, file)).filter(isActivation);
    if (activations.length === 0) {
      throw misuse(`${file} exports no activation: expected an object with name, value(h) and derivative(h, g).`);
    }
    found.push(...activations);
  }
  return found;
}

async function importFrom(io: Io, file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(pathIn(io, file)).href)) as object;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ERR_MODULE_NOT_FOUND' ? 'it or a file it imports does not exist' : message.split('\n')[0];
    throw new Problem(`${file} could not be loaded as a module: ${reason}.`);
  }
}

function isActivation(value: unknown): value is Activation {
  const { name, value: g, derivative } = (value ?? {}) as Partial<Record<string, unknown>>;
  // A loss has properties with the same names, but its `value` takes two arguments.
  return typeof name === 'string' && typeof g === 'function' && g.length === 1 && typeof derivative === 'function';
}
