/** Runs the kernels on one thread, or on several that share the memory. */
import { BarrierTimeout } from './barrier-timeout.js';
import type { MultiplyAdd } from './assembler.js';
import { completeUpdate, type Optimize } from './complete-update.js';
import type { Attached, Host } from './executor.js';
import { job } from './kernels/job.js';
import { header } from './memory-map.js';
import type { Pool } from './pool.js';
import { ThreadChoice } from './thread-choice.js';

interface Exports {
  run(thread: number, kind: number, loss: number, optimizer: number): void;
  /** Only with one thread. */
  runMany(count: number, loss: number, optimizer: number): number;
  /** Only with several threads. */
  readonly optimize: Optimize;
  /** `loss` and `update` exist only with one thread. Unrolled code calls them. */
  readonly loss: WebAssembly.ExportValue;
  readonly update: WebAssembly.ExportValue;
}

interface Environment {
  activation(unit: number, from: number, to: number): void;
  aggregation(unit: number, from: number, to: number): void;
  loss(): number;
  advance?(): number;
  waiting?(turn: number): void;
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, environment: Environment): Exports {
  return new WebAssembly.Instance(module, { environment: { memory, ...environment } }).exports as unknown as Exports;
}

export const oneThread = (module: WebAssembly.Module, multiplyAdd: MultiplyAdd): Host => ({
  threads: 1,
  multiplyAdd,
  attach(memory, { activation, aggregation, lossPass }, advance, unrolled) {
    let kernels = instantiate(module, memory, { activation, aggregation, loss: lossPass, advance });
    if (unrolled) {
      const { loss, update } = kernels;
      kernels = new WebAssembly.Instance(unrolled, { environment: { memory, loss, update, advance } })
        .exports as unknown as Exports;
    }
    const { run, runMany } = kernels;
    return { run: (kind, loss, optimizer) => run(0, kind, loss, optimizer), runMany, detach: () => undefined };
  },
});

/**
 * Returns a host that runs the kernels on this thread and the pool's workers.
 *
 * @param measured - Whether each executor measures its speed with and without workers, and uses the faster option.
 */
export function manyThreads(
  module: WebAssembly.Module,
  multiplyAdd: MultiplyAdd,
  pool: Pool,
  threads: number,
  measured: boolean,
): Host {
  // If an executor is garbage-collected without dispose(), the workers must release it too.
  const dropped = new FinalizationRegistry<number>((executor) => pool.detach(executor));
  return {
    threads,
    multiplyAdd,
    attach(memory, plugins): Attached {
      const timeout = new BarrierTimeout();
      const { run, optimize } = instantiate(module, memory, {
        activation: plugins.activation,
        aggregation: plugins.aggregation,
        loss: plugins.threadedLossPass,
        waiting(turn) {
          if (pool.isTerminated || timeout.isOver(turn)) throw pool.terminateWithError();
        },
      });
      const updated = new Uint32Array(memory.buffer, header.updated, 1);
      const runShare = (kind: number, loss: number, optimizer: number) => {
        timeout.begin();
        try {
          run(0, kind, loss, optimizer);
        } catch (error) {
          if (kind !== job.step || updated[0] === 0) throw error;
          // A worker was lost, but only during the update, which this thread can complete. The next call reports the
          // lost worker.
          completeUpdate(memory, threads, optimizer, optimize);
        }
      };
      const executor = pool.attach(memory);
      const choice = measured ? new ThreadChoice() : undefined;
      const words = new Uint32Array(memory.buffer);
      const runOn = (several: boolean, kind: number, loss: number, optimizer: number) => {
        words[header.threads / 4] = several ? threads : 1;
        if (several) pool.run(executor, runShare, kind, loss, optimizer);
        else run(0, kind, loss, optimizer);
        plugins.rethrow();
      };
      const attached = {
        run(kind: number, loss: number, optimizer: number) {
          if (choice === undefined) {
            runOn(true, kind, loss, optimizer);
            return;
          }
          pool.expectUsable();
          const rows = words[header.samples / 4] * words[header.steps / 4];
          const isTrial = choice.isTrial(kind, rows);
          const several = choice.isThreaded(kind, rows);
          if (!isTrial) {
            runOn(several, kind, loss, optimizer);
            return;
          }
          const startTime = performance.now();
          runOn(several, kind, loss, optimizer);
          choice.record(kind, rows, performance.now() - startTime);
        },
        detach() {
          dropped.unregister(attached);
          pool.detach(executor);
        },
      };
      dropped.register(attached, executor, attached);
      return attached;
    },
  };
}
