/** Why a user function cannot be used: type errors, an exception at its start, no result in time, or a part of the page is missing. */
export class FunctionError extends Error {
  /** @param details - The type errors, or the message of the exception. */
  constructor(
    readonly reason: 'types' | 'start' | 'time' | 'load',
    readonly details: readonly string[] = [],
  ) {
    super(details.join('\n'));
  }
}
