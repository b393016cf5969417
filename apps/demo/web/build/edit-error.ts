/** Errors that edits throw. `messages.ts` contains a message for each reason, in both languages. */

/** Why an edit was rejected, with the values that the message contains. */
export type EditProblem =
  /**
   * `nodes`: the cycle, with the first node repeated at the end. `edge`: whether the edge that closes the cycle would
   * be added, or would lose its delay.
   */
  | { readonly reason: 'cycle'; readonly nodes: readonly string[]; readonly edge: 'added' | 'undelayed' }
  | { readonly reason: 'duplicateEdge'; readonly from: string; readonly to: string; readonly delay: number }
  | { readonly reason: 'intoInput'; readonly to: string }
  | { readonly reason: 'duplicateId'; readonly id: string }
  | { readonly reason: 'badId' }
  | { readonly reason: 'lastInput'; readonly id: string }
  | { readonly reason: 'lastOutput'; readonly id: string }
  | { readonly reason: 'badSizes' }
  | {
      readonly reason: 'tooMany';
      readonly what: 'inputs' | 'nodes' | 'outputs' | 'fanIn' | 'edges';
      readonly count: number;
    }
  | { readonly reason: 'tooLong' }
  | { readonly reason: 'bigFile'; readonly megabytes: number }
  | { readonly reason: 'options'; readonly id: string; readonly activation: string }
  | { readonly reason: 'standardized' }
  | { readonly reason: 'unreadable'; readonly message: string };

/** Thrown by an edit that is rejected. The graph is unchanged. */
export class EditError extends Error {
  constructor(readonly problem: EditProblem) {
    super(problem.reason);
  }
}
