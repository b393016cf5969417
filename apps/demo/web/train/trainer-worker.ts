/**
 * Manages the worker of a training run. The first request starts the worker. After an error or a change of the user
 * functions, the worker is terminated and the next request starts a new one.
 */
import type { UserFunction } from '../shared/user-code/user-worker.js';
import { type Access, type Connection, connect } from './connection.js';
import { problemOf, type WorkerProblem } from './worker-problem.js';

export class TrainerWorker<Trainer> {
  /** Number of the last request. Responses to earlier requests are outdated. */
  request = 0;
  readonly #access: Access<Trainer>;
  #connection: Promise<Connection<Trainer>> | undefined;
  /** User functions of the connection, as JSON. */
  #functionsKey = '[]';

  constructor(access: Access<Trainer>) {
    this.#access = access;
  }

  /** Whether a worker is running or starting. */
  get isStarted(): boolean {
    return this.#connection !== undefined;
  }

  connectWith(functions: readonly UserFunction[]): Promise<Connection<Trainer>> {
    if (this.#functionsKey !== JSON.stringify(functions)) this.#end();
    this.#functionsKey = JSON.stringify(functions);
    return this.#connect(functions);
  }

  /** Returns the current connection. If there is none, connects to a worker without user functions. */
  connect(): Promise<Connection<Trainer>> {
    return this.#connect([]);
  }

  /** Runs `work` for a request. After an error, terminates the worker and calls `fail`. */
  async safely(request: number, work: () => Promise<void>, fail: (problem: WorkerProblem) => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A later request may already use the worker.
      if (request !== this.request) return;
      this.#end();
      this.request++;
      fail(problemOf(error));
    }
  }

  #connect(functions: readonly UserFunction[]): Promise<Connection<Trainer>> {
    return (this.#connection ??= connect(this.#access, functions));
  }

  #end(): void {
    void this.#connection?.then(({ close }) => close()).catch(() => undefined);
    this.#connection = undefined;
    this.#functionsKey = '[]';
  }
}
