/** The one language worker of the page, started when somebody first needs it. */
import { type Remote, wrap } from 'comlink';
import type { Compiler } from './language-worker.js';

let started: Promise<Remote<Compiler>> | undefined;

/** Resolves when TypeScript is loaded. */
export function compiler(): Promise<Remote<Compiler>> {
  started ??= (async () => {
    const worker = new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module', name: 'typescript' });
    const remote = wrap<Compiler>(worker);
    await remote.initialize();
    return remote;
  })();
  return started;
}
