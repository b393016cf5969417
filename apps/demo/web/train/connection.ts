/**
 * A worker that holds a trainer: a plain one, or a locked-down one if there are user functions. Either can be terminated at
 * any time.
 */
import { type Remote, wrap } from 'comlink';
import type { UserFunction } from '../shared/user-code/user-worker.js';
import type { Runner } from '../user-code-worker.js';

/** Milliseconds between two checks that the worker responds, and the time limit of each. */
const [pause, timeLimit] = [2000, 5000];

export interface Connection<Trainer> {
  readonly trainer: Remote<Trainer>;
  close(): void;
}

/** How to reach a trainer. */
export interface Access<Trainer> {
  /** Starts a worker that exposes it. */
  readonly start: () => Worker;
  /** Its place in the worker that runs user functions. */
  readonly among: (runner: Remote<Runner>) => Remote<Trainer>;
}

/** @throws FunctionError if the user's code cannot be started */
export async function connect<Trainer>(
  { start, among }: Access<Trainer>,
  own: readonly UserFunction[],
): Promise<Connection<Trainer>> {
  if (own.length > 0) {
    const { startUserWorker } = await import('../shared/user-code/user-worker.js');
    const { runner, close, ask } = await startUserWorker(own);
    // User code that keeps running cannot respond to this, so its worker is terminated.
    const watch = setInterval(() => {
      ask(({ ping }) => ping(), timeLimit).catch(() => clearInterval(watch));
    }, pause);
    return {
      trainer: among(runner),
      close() {
        clearInterval(watch);
        close();
      },
    };
  }
  const worker = start();
  return { trainer: wrap<Trainer>(worker), close: () => worker.terminate() };
}
