/** Connects to a trainer in a worker: a normal worker, or a locked-down one if there are user functions. */
import { type Remote, wrap } from 'comlink';
import type { UserFunction } from '../shared/user-code/user-worker.js';
import type { Runner } from '../user-code-worker.js';

/** The interval between checks that the worker responds, and the time limit of each check, in milliseconds. */
const [checkInterval, timeLimit] = [2000, 5000];

export interface Connection<Trainer> {
  readonly trainer: Remote<Trainer>;
  close(): void;
}

export interface Access<Trainer> {
  /** Starts a worker that exposes the trainer. */
  readonly start: () => Worker;
  /** Selects the trainer in the worker that runs user functions. */
  readonly inUserWorker: (runner: Remote<Runner>) => Remote<Trainer>;
}

/**
 * Starts a worker and connects to its trainer.
 *
 * @throws FunctionError if a user function cannot be compiled or defined, or if the worker cannot be loaded
 */
export async function connect<Trainer>(
  { start, inUserWorker }: Access<Trainer>,
  functions: readonly UserFunction[],
): Promise<Connection<Trainer>> {
  if (functions.length > 0) {
    const { startUserWorker } = await import('../shared/user-code/user-worker.js');
    const { runner, close, ask } = await startUserWorker(functions);
    // If user code runs too long, the worker does not respond in time, and `ask` terminates it.
    const watch = setInterval(() => {
      ask(({ ping }) => ping(), timeLimit).catch(() => clearInterval(watch));
    }, checkInterval);
    return {
      trainer: inUserWorker(runner),
      close() {
        clearInterval(watch);
        close();
      },
    };
  }
  const worker = start();
  return { trainer: wrap<Trainer>(worker), close: () => worker.terminate() };
}
