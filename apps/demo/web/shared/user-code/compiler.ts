/** The TypeScript worker of the page, started on first use and restarted after it was terminated. */
import { type Remote, wrap } from 'comlink';
import { FunctionError } from './function-error.js';
import type { Compiler } from './language-worker.js';

let started: { readonly worker: Worker; readonly ready: Promise<Remote<Compiler>> } | undefined;

/** Resolves when TypeScript is loaded; rejects with a `FunctionError` if it cannot be. */
export function compiler(): Promise<Remote<Compiler>> {
  started ??= start();
  return started.ready;
}

/** Terminates the worker. */
export function endCompiler(): void {
  started?.worker.terminate();
  started = undefined;
}

function start() {
  const worker = new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module', name: 'typescript' });
  const remote = wrap<Compiler>(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', () => {
      endCompiler();
      reject(new FunctionError('load'));
    });
  });
  return { worker, ready: Promise.race([remote.initialize().then(() => remote), broken]) };
}
