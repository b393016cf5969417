/** Why there is nothing to see, in a form that can be said in any language. */
import type { TableProblem } from './data/csv.js';

export type Problem =
  | { readonly kind: 'diverged'; readonly step: number }
  | { readonly kind: 'no-table' }
  | { readonly kind: 'table'; readonly why: TableProblem }
  | { readonly kind: 'few-points' }
  /** The worker gives no answer. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'other'; readonly text: string };

export const isProblem = (answer: object): answer is Problem => 'kind' in answer;
