/**
 * Helping threads: think of a crew that waits at the door. Started once, they sleep until a job is called out, run the
 * same kernels on the same memory as this thread, each its share, and meet it at the barriers inside.
 */
import { NnbpError } from '@nnbp/core';
import { BarrierTimeout } from './barrier-timeout.js';
import { workerSource } from './worker-source.js';

/** Words of the control block that all threads share. */
const control = { job: 0, command: 1, executor: 2, kind: 3, loss: 4, optimizer: 5, ready: 6 } as const;
/** What a new job asks for: to run kernels, to read the mail (a memory to attach or to let go), or to end. */
const command = { run: 0, mail: 1, end: 2 } as const;

/** The part of a web worker and of a Node thread that is used here. */
interface Helper {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** Does a thread's share of a job. */
type Share = (kind: number, loss: number, optimizer: number) => void;

/** Threads that help this one. */
export class Pool {
  readonly #control = new Int32Array(new SharedArrayBuffer(64));
  readonly #helpers: Helper[] = [];
  #executors = 0;
  /** How many times the helpers have said, all together, that they are ready. */
  #expected = 0;
  /** Why there are no helpers any more. */
  #ended: NnbpError | undefined;
  /** Whether a job is under way. */
  #atWork = false;

  /**
   * Starts `count` helpers and waits until all are there.
   *
   * @throws Error if the host refuses to start one
   */
  static async start(count: number, module: WebAssembly.Module): Promise<Pool> {
    const pool = new Pool();
    try {
      const started = Array.from({ length: count }, (_, k) =>
        startHelper(
          (helper) => {
            pool.#helpers.push(helper);
            helper.postMessage({ control: pool.#control, kernels: module, thread: k + 1 });
          },
          () => void pool.lose(),
        ),
      );
      await Promise.all(started);
    } catch (error) {
      pool.dispose();
      throw error;
    }
    pool.#expected = count;
    return pool;
  }

  /** Whether there are no helpers any more. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Gives a memory to all helpers, and returns the number by which they know it. */
  attach(memory: WebAssembly.Memory): number {
    const executor = ++this.#executors;
    this.#mail({ executor, memory });
    return executor;
  }

  /** Calls out a job on a memory, which the helpers begin while this thread does its `own` share. */
  run(executor: number, own: Share, kind: number, loss: number, optimizer: number): void {
    this.#expectFree();
    this.#waitUntilReady();
    const words = this.#control;
    words[control.executor] = executor;
    words[control.kind] = kind;
    words[control.loss] = loss;
    words[control.optimizer] = optimizer;
    this.#callOut(command.run);
    this.#atWork = true;
    try {
      own(kind, loss, optimizer);
    } catch (error) {
      // The helpers are in the middle of a pass that this thread has left: they cannot be called again.
      this.lose();
      throw error;
    } finally {
      this.#atWork = false;
    }
  }

  /** Lets the helpers let go of a memory. */
  detach(executor: number): void {
    try {
      if (!this.hasEnded) this.#mail({ executor });
    } catch {
      // With the helpers gone, so is what they held.
    }
  }

  /** Ends all helpers. */
  dispose(): void {
    this.#end(new NnbpError('DISPOSED', 'The engine was disposed of: its threads have ended.'));
  }

  /** Ends all helpers since one has ended by itself: what it had to do in the call under way is not done. */
  lose(): NnbpError {
    return this.#end(
      new NnbpError(
        'THREAD_LOST',
        'A thread of the engine has ended, or does not come any more. The parameters are those of the last step that ' +
          'succeeded. Make a new engine with wasm(), and dispose of this one.',
      ),
    );
  }

  /** Woken first, since not every host can end one that sleeps. The first reason is the one that is told. */
  #end(reason: NnbpError): NnbpError {
    if (this.#ended !== undefined) return this.#ended;
    this.#callOut(command.end);
    for (const helper of this.#helpers) void helper.terminate();
    return (this.#ended = reason);
  }

  /** Helpers asleep cannot hear messages: they are woken to read their mail, and say when they have. */
  #mail(message: unknown): void {
    this.#expectFree();
    this.#waitUntilReady();
    for (const helper of this.#helpers) helper.postMessage(message);
    this.#expected += this.#helpers.length;
    this.#callOut(command.mail);
  }

  #expectFree(): void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#atWork) throw new NnbpError('WRONG_STATE', 'A loss may not use the engine that calls it.');
  }

  #callOut(what: number): void {
    this.#control[control.command] = what;
    Atomics.add(this.#control, control.job, 1);
    Atomics.notify(this.#control, control.job);
  }

  /** Reading mail takes a helper a moment; the page's main thread may not sleep, so this watches. */
  #waitUntilReady(): void {
    if (this.#areReady()) return;
    const patience = new BarrierTimeout();
    while (!this.#areReady()) if (patience.isOver(this.#expected)) throw this.lose();
  }

  #areReady(): boolean {
    return Atomics.load(this.#control, control.ready) >= this.#expected;
  }
}

/** Starts a thread, sends it its first message and resolves when it has answered; tells if it ends, where hosts tell. */
async function startHelper(begin: (helper: Helper) => void, ended: () => void): Promise<void> {
  if (typeof Worker === 'function') {
    const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
    try {
      const worker = new Worker(url, { name: '@nnbp/wasm', type: 'module' });
      const answered = new Promise<void>((resolve, reject) => {
        worker.addEventListener('message', () => resolve());
        worker.addEventListener('error', (event) => {
          event.preventDefault();
          reject(new Error(event.message || 'the page does not let a worker start'));
          ended();
        });
      });
      begin(worker);
      await answered;
    } finally {
      URL.revokeObjectURL(url);
    }
    return;
  }
  const worker = new (nodeThreads().Worker)(workerSource, { eval: true, name: '@nnbp/wasm' });
  const answered = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('it ended before it began'));
      ended();
    });
  });
  begin(worker);
  await answered;
  // A thread that waits for work is no reason for a process to go on.
  worker.unref();
}

/** What is used of Node's worker_threads, without importing a module that browsers do not have. */
interface NodeThreads {
  readonly Worker: new (
    source: string,
    options: { eval: true; name: string },
  ) => Helper & { once(event: string, listener: (value: never) => void): void; unref(): void };
}

function nodeThreads(): NodeThreads {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const threads = host.process?.getBuiltinModule?.('node:worker_threads');
  if (threads === undefined) throw new Error('The host has neither web workers nor worker_threads.');
  return threads as NodeThreads;
}
