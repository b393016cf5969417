/** The worker of a training run: started by the first request, and again for other user functions or after an error. */
import type { UserFunction } from '../shared/user-code/user-worker.js';
import { type Access, type Connection, connect } from './connection.js';
import { problemOf, type WorkerProblem } from './worker-problem.js';

export class TrainerWorker<Trainer> {
  /** Number of the last request: responses to earlier ones are outdated. */
  turn = 0;
  readonly #access: Access<Trainer>;
  #connection: Promise<Connection<Trainer>> | undefined;
  /** User functions of the connection. */
  #known = '[]';

  constructor(access: Access<Trainer>) {
    this.#access = access;
  }

  /** Whether a worker has been started. */
  get isStarted(): boolean {
    return this.#connection !== undefined;
  }

  /** The connection to a worker with these functions. */
  connectWith(own: readonly UserFunction[]): Promise<Connection<Trainer>> {
    if (this.#known !== JSON.stringify(own)) this.#end();
    this.#known = JSON.stringify(own);
    return this.#connect(own);
  }

  /** The current connection, or one without user functions. */
  connect(): Promise<Connection<Trainer>> {
    return this.#connect([]);
  }

  /** Does the work of a request. After an error the worker is terminated, and `fail` gets the problem. */
  async safely(turn: number, work: () => Promise<void>, fail: (problem: WorkerProblem) => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The worker of an outdated request may already belong to the next one.
      if (turn !== this.turn) return;
      this.#end();
      this.turn++;
      fail(problemOf(error));
    }
  }

  #connect(own: readonly UserFunction[]): Promise<Connection<Trainer>> {
    return (this.#connection ??= connect(this.#access, own));
  }

  #end(): void {
    void this.#connection?.then(({ close }) => close()).catch(() => undefined);
    this.#connection = undefined;
    this.#known = '[]';
  }
}
