/** The one language worker of the page, started when somebody first needs it, and anew when it had to be ended. */
import { type Remote, wrap } from 'comlink';
import type { Compiler } from './language-worker.js';

let started: { readonly worker: Worker; readonly ready: Promise<Remote<Compiler>> } | undefined;

/** Resolves when TypeScript is loaded; rejects if it cannot be. */
export function compiler(): Promise<Remote<Compiler>> {
  started ??= start();
  return started.ready;
}

/** Ends it, whatever it is doing. */
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
      reject(new Error('TypeScript could not be loaded: reload the page.'));
    });
  });
  return { worker, ready: Promise.race([remote.initialize().then(() => remote), broken]) };
}
