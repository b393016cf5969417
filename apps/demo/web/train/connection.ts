/**
 * A worker with a trainer in it, for as long as somebody looks: the plain one, or, where the user's own functions take
 * part, the locked one in which their code runs. Either can be ended whatever it is doing.
 */
import { type Remote, wrap } from 'comlink';
import type { OwnFunction } from '../extend/user-worker.js';
import type { Trainer } from './trainer.js';

/** Milliseconds from one question to the next whether the worker still answers, and how long it may take. */
const [pause, patience] = [2000, 5000];

export interface Connection {
  readonly trainer: Remote<Trainer>;
  close(): void;
}

/** @throws FunctionError if the user's code cannot be started */
export async function connect(own: readonly OwnFunction[]): Promise<Connection> {
  if (own.length > 0) {
    const { startUserWorker } = await import('../extend/user-worker.js');
    const { runner, close, ask } = await startUserWorker(own);
    // Code that runs on after its answer cannot respond to this, and its worker is terminated.
    const watch = setInterval(() => {
      ask(({ ping }) => ping(), patience).catch(() => clearInterval(watch));
    }, pause);
    return {
      trainer: runner,
      close() {
        clearInterval(watch);
        close();
      },
    };
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'trainer' });
  return { trainer: wrap<Trainer>(worker), close: () => worker.terminate() };
}
