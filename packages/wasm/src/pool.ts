/**
 * A pool of worker threads. They are started once and sleep until there is a job. Then each worker runs its share of
 * the same kernels on the same memory as this thread. All threads synchronize at barriers in the kernels.
 */
import { NnbpError } from '@nnbp/core';
import { BarrierTimeout } from './barrier-timeout.js';
import { nodeModule } from './node-module.js';
import { workerSource } from './worker-source.js';

/** Words of the control block that all threads share. */
const control = { job: 0, command: 1, executor: 2, kind: 3, loss: 4, optimizer: 5, ready: 6 } as const;
/** Commands to the workers: run kernels, receive a message (attach or release a memory), or terminate. */
const command = { run: 0, receive: 1, terminate: 2 } as const;

/** The methods of a web worker or a Node thread that are used here. */
interface WorkerThread {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** Runs the calling thread's share of a job. */
type Share = (kind: number, loss: number, optimizer: number) => void;

export class Pool {
  readonly #control = new Int32Array(new SharedArrayBuffer(64));
  readonly #workers: WorkerThread[] = [];
  #lastExecutor = 0;
  /** The value that the word `ready` must reach before the next job. Each worker adds 1 after each message. */
  #expected = 0;
  /** The error that calls throw after the workers have been terminated. */
  #terminated: NnbpError | undefined;
  #running = false;

  /**
   * Starts `count` workers and waits until all are ready.
   *
   * @throws Error if the host cannot start a worker
   */
  static async start(count: number, module: WebAssembly.Module): Promise<Pool> {
    const pool = new Pool();
    try {
      const started = Array.from({ length: count }, (_, k) =>
        startWorker(
          (worker) => {
            pool.#workers.push(worker);
            worker.postMessage({ control: pool.#control, kernels: module, thread: k + 1 });
          },
          () => void pool.terminateWithError(),
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

  get isTerminated(): boolean {
    return this.#terminated !== undefined;
  }

  /** Sends the memory of an executor to all workers. Returns a number that identifies the executor. */
  attach(memory: WebAssembly.Memory): number {
    const executor = ++this.#lastExecutor;
    this.#send({ executor, memory });
    return executor;
  }

  /** Runs a job on the memory of an executor. This thread calls `runShare` while the workers run their shares. */
  run(executor: number, runShare: Share, kind: number, loss: number, optimizer: number): void {
    this.expectUsable();
    this.#waitUntilReady();
    const words = this.#control;
    words[control.executor] = executor;
    words[control.kind] = kind;
    words[control.loss] = loss;
    words[control.optimizer] = optimizer;
    this.#signal(command.run);
    this.#running = true;
    try {
      runShare(kind, loss, optimizer);
    } catch (error) {
      // The workers are in the middle of a pass that this thread has left, so they cannot run another.
      this.terminateWithError();
      throw error;
    } finally {
      this.#running = false;
    }
  }

  /** Makes the workers release the memory of an executor. */
  detach(executor: number): void {
    try {
      if (!this.isTerminated) this.#send({ executor });
    } catch {
      // Terminated workers hold no memory.
    }
  }

  dispose(): void {
    this.#terminate(new NnbpError('DISPOSED', 'This engine has been disposed. Create a new one with wasm().'));
  }

  /** Terminates all workers, since the engine cannot run another pass. Returns the error that further calls throw. */
  terminateWithError(): NnbpError {
    return this.#terminate(
      new NnbpError(
        'THREAD_LOST',
        'A thread of the engine terminated or does not respond. The parameters are those of the last successful step. ' +
          'Dispose this engine and create a new one with wasm().',
      ),
    );
  }

  /**
   * Terminates all workers. Wakes them first, since not every host can terminate a sleeping worker. Returns the
   * `reason` that was passed to the first call of this method.
   */
  #terminate(reason: NnbpError): NnbpError {
    if (this.#terminated !== undefined) return this.#terminated;
    this.#signal(command.terminate);
    for (const worker of this.#workers) void worker.terminate();
    return (this.#terminated = reason);
  }

  /** Sends a message to all workers. Wakes the workers, since a sleeping worker cannot receive messages. */
  #send(message: unknown): void {
    this.expectUsable();
    this.#waitUntilReady();
    for (const worker of this.#workers) worker.postMessage(message);
    this.#expected += this.#workers.length;
    this.#signal(command.receive);
  }

  /** @throws NnbpError `DISPOSED`, `THREAD_LOST`; `WRONG_STATE` if a job is running */
  expectUsable(): void {
    if (this.#terminated !== undefined) throw this.#terminated;
    if (this.#running) throw new NnbpError('WRONG_STATE', 'A loss function must not use the engine that calls it.');
  }

  #signal(what: number): void {
    this.#control[control.command] = what;
    Atomics.add(this.#control, control.job, 1);
    Atomics.notify(this.#control, control.job);
  }

  /** Waits until all workers have received their messages. Polls, since the main thread of a page must not sleep. */
  #waitUntilReady(): void {
    if (this.#areReady()) return;
    const timeout = new BarrierTimeout();
    while (!this.#areReady()) if (timeout.isOver(this.#expected)) throw this.terminateWithError();
  }

  #areReady(): boolean {
    return Atomics.load(this.#control, control.ready) >= this.#expected;
  }
}

/**
 * Starts a thread, and calls `begin`, which sends the thread its first message. The promise resolves when the thread
 * responds. Calls `exited` if the host reports that the thread has failed or exited.
 */
async function startWorker(begin: (worker: WorkerThread) => void, exited: () => void): Promise<void> {
  if (typeof Worker === 'function') {
    const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
    try {
      const worker = new Worker(url, { name: '@nnbp/wasm', type: 'module' });
      const responded = new Promise<void>((resolve, reject) => {
        worker.addEventListener('message', () => resolve());
        worker.addEventListener('error', (event) => {
          event.preventDefault();
          reject(new Error(event.message || 'the page does not allow workers'));
          exited();
        });
      });
      begin(worker);
      await responded;
    } finally {
      URL.revokeObjectURL(url);
    }
    return;
  }
  const worker = new (nodeThreads().Worker)(workerSource, { eval: true, name: '@nnbp/wasm' });
  const responded = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('a worker exited before it was ready'));
      exited();
    });
  });
  begin(worker);
  await responded;
  // An idle worker must not keep the process alive.
  worker.unref();
}

/** The part of Node's worker_threads that is used here. */
interface NodeThreads {
  readonly Worker: new (
    source: string,
    options: { eval: true; name: string },
  ) => WorkerThread & { once(event: string, listener: (value: never) => void): void; unref(): void };
}

function nodeThreads(): NodeThreads {
  const threads = nodeModule('node:worker_threads') as NodeThreads | undefined;
  if (threads === undefined) throw new Error('the host supports neither web workers nor worker_threads');
  return threads;
}
