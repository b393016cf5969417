/** Runs in the page and in a worker: the conformance suite with an engine, and what went wrong. */
import { conformance } from '@nnbp/conformance';
import { auto, wasm } from '@nnbp/wasm';

export interface Outcome {
  readonly engine: string;
  readonly threads: number | undefined;
  readonly reason: string | undefined;
  readonly cases: number;
  readonly failures: readonly string[];
}

/** With `auto`, the engine it picks; else the fast one with that many threads. */
export async function runSuite(threads: number | 'auto'): Promise<Outcome> {
  const engine = threads === 'auto' ? await auto() : await wasm({ threads, minThreadedWork: 0 });
  const cases = conformance(engine);
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
