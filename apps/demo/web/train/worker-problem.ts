/** The time limit of a request to a worker, and the problem that an error of it is. */
import { withTimeLimit } from '../shared/time-limit.js';
import type { Problem } from './problem.js';

/** Milliseconds after which a worker that does not respond is terminated. */
const timeout = 5000;
/** The same limit while data may be loading. */
export const loadTimeout = 120_000;

/** Thrown after the time limit. */
const stuck = new Error('no response');

export type WorkerProblem = Extract<Problem, { readonly kind: 'stuck' | 'not-loaded' | 'other' }>;

export function problemOf(error: unknown): WorkerProblem {
  if (error === stuck) return { kind: 'stuck' };
  const { message, reason } = error as Error & { readonly reason?: string };
  if (reason === 'load') return { kind: 'not-loaded' };
  return reason === 'time' ? { kind: 'stuck' } : { kind: 'other', text: message };
}

/** @throws `stuck` */
export const inTime = <Answer>(answer: Promise<Answer>, milliseconds = timeout): Promise<Answer> =>
  withTimeLimit(answer, milliseconds, () => stuck);
