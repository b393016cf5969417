/** Time limits of requests to a worker, and conversion of errors to problems. */
import { withTimeLimit } from '../shared/time-limit.js';
import type { Problem } from './problem.js';

/** Time limit of a request, in milliseconds. A worker that does not respond in time is terminated. */
const timeout = 5000;
/** Time limit of a request that loads data, in milliseconds. */
export const loadTimeout = 120_000;

/** The error with which a request is rejected after the time limit. */
const stuck = new Error('The worker did not respond in time.');

export type WorkerProblem = Extract<Problem, { readonly kind: 'stuck' | 'not-loaded' | 'other' }>;

export function problemOf(error: unknown): WorkerProblem {
  if (error === stuck) return { kind: 'stuck' };
  const { message, reason } = error as Error & { readonly reason?: string };
  if (reason === 'load') return { kind: 'not-loaded' };
  return reason === 'time' ? { kind: 'stuck' } : { kind: 'other', text: message };
}

/** Settles like `response`. Rejects with `stuck` after the time limit. */
export const withTimeout = <Response>(response: Promise<Response>, milliseconds = timeout): Promise<Response> =>
  withTimeLimit(response, milliseconds, () => stuck);
