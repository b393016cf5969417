/** Reasons why training is not possible. `messages.ts` puts them into words in both languages. */
import type { TableProblem } from './data/csv.js';

/** The number of inputs or outputs of the graph, and the number that the data set needs. */
export interface Counts {
  readonly received: number;
  readonly expected: number;
}

export type Problem =
  | { readonly kind: 'diverged'; readonly step: number }
  | { readonly kind: 'no-table' }
  | { readonly kind: 'table'; readonly reason: TableProblem }
  | { readonly kind: 'few-points' }
  /** The user's graph does not have the inputs and outputs that the data set needs. */
  | { readonly kind: 'shape'; readonly inputs: Counts; readonly outputs: Counts }
  /** The user's graph has delays, so it can be trained only on sequences. */
  | { readonly kind: 'delays' }
  /** The worker does not respond. */
  | { readonly kind: 'stuck' }
  /** The code of the worker that runs user functions could not be loaded. */
  | { readonly kind: 'not-loaded' }
  | { readonly kind: 'other'; readonly text: string };

export const isProblem = (response: object): response is Problem => 'kind' in response;
