/** Starts the TypeScript worker on first use. If the worker is terminated, the next use starts a new one. */
import { type Remote, wrap } from 'comlink';
import { FunctionError } from './function-error.js';
import type { Compiler } from './language-worker.js';

let started: { readonly worker: Worker; readonly ready: Promise<Remote<Compiler>> } | undefined;

/** Resolves when TypeScript is loaded. Rejects with a `FunctionError` if loading fails. */
export function compiler(): Promise<Remote<Compiler>> {
  started ??= start();
  return started.ready;
}

/** Terminates the worker. */
export function terminateCompiler(): void {
  started?.worker.terminate();
  started = undefined;
}

function start() {
  const worker = new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module', name: 'typescript' });
  const remote = wrap<Compiler>(worker);
  const failure = new Promise<never>((_, reject) => {
    worker.addEventListener('error', () => {
      terminateCompiler();
      reject(new FunctionError('load'));
    });
  });
  return { worker, ready: Promise.race([remote.initialize().then(() => remote), failure]) };
}
