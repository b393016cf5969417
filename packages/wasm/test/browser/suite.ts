/** Runs the conformance suite with an engine, in the page or in a worker, and returns the failures. */
import { conformance } from '@nnbp/conformance';
import { auto, wasm } from '@nnbp/wasm';

export interface Outcome {
  readonly engine: string;
  readonly threads: number | undefined;
  readonly reason: string | undefined;
  readonly cases: number;
  readonly failures: readonly string[];
}

/** Runs every case on the wasm engine. If `threads` is 'auto', `auto` chooses the engine instead. */
export const runSuite = (threads: number | 'auto'): Promise<Outcome> => runEvery(1, threads);

/** Runs every fourth case, for slow environments. The tests in Node run all cases. */
export const runQuarter = (threads: number | 'auto'): Promise<Outcome> => runEvery(4, threads);

async function runEvery(stride: number, threads: number | 'auto'): Promise<Outcome> {
  const engine = threads === 'auto' ? await auto() : await wasm({ threads, minThreadedWork: 0 });
  const cases = conformance(engine).filter((_, k) => k % stride === 0);
  const failures: string[] = [];
  for (const { name, run } of cases) {
    try {
      run();
    } catch (error) {
      failures.push(`${name}: ${String(error)}`);
    }
  }
  engine.dispose();
  return {
    engine: engine.name,
    threads: 'threads' in engine ? engine.threads : undefined,
    reason: 'reason' in engine ? engine.reason : engine.threadsReason,
    cases: cases.length,
    failures,
  };
}
