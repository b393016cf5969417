/** A worker with a trainer in it, for as long as somebody looks. */
import { type Remote, wrap } from 'comlink';
import type { Trainer } from './trainer.js';

export interface Connection {
  readonly trainer: Remote<Trainer>;
  /** Ends the worker, whatever it is doing. */
  close(): void;
}

export function connect(): Connection {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'trainer' });
  return { trainer: wrap<Trainer>(worker), close: () => worker.terminate() };
}
