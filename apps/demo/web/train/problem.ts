/** Why there is nothing to see, in a form that can be said in any language. */
import type { TableProblem } from './data/csv.js';

/** How many the graph has, and how many the data need. */
export interface Counts {
  readonly found: number;
  readonly expected: number;
}

export type Problem =
  | { readonly kind: 'diverged'; readonly step: number }
  | { readonly kind: 'no-table' }
  | { readonly kind: 'table'; readonly why: TableProblem }
  | { readonly kind: 'few-points' }
  /** A graph of one's own with other inputs or outputs than the data need. */
  | { readonly kind: 'shape'; readonly inputs: Counts; readonly outputs: Counts }
  /** The worker gives no answer. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'other'; readonly text: string };

export const isProblem = (answer: object): answer is Problem => 'kind' in answer;
