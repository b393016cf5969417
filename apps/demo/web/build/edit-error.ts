/** Why an edit is refused, as data, so that the message can be in either language. */

/** Why an edit is refused. */
export type EditProblem =
  /** The nodes of the cycle, with the first one repeated at the end; what was done to the edge that closes it. */
  | { readonly why: 'cycle'; readonly nodes: readonly string[]; readonly edge: 'added' | 'undelayed' }
  | { readonly why: 'duplicateEdge'; readonly from: string; readonly to: string; readonly delay: number }
  | { readonly why: 'intoInput'; readonly to: string }
  | { readonly why: 'duplicateId'; readonly id: string }
  | { readonly why: 'badId' }
  | { readonly why: 'lastInput'; readonly id: string }
  | { readonly why: 'lastOutput'; readonly id: string }
  | { readonly why: 'badSizes' }
  | {
      readonly why: 'tooMany';
      readonly what: 'inputs' | 'nodes' | 'outputs' | 'fanIn' | 'edges';
      readonly count: number;
    }
  | { readonly why: 'tooLong' }
  | { readonly why: 'bigFile'; readonly megabytes: number }
  | { readonly why: 'options'; readonly id: string; readonly activation: string }
  | { readonly why: 'units' }
  | { readonly why: 'unreadable'; readonly message: string };

/** Thrown before anything is changed. */
export class EditError extends Error {
  constructor(readonly problem: EditProblem) {
    super(problem.why);
  }
}
