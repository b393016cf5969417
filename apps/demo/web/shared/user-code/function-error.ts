/** Reports that a user function cannot be used. */
export class FunctionError extends Error {
  /**
   * @param reason - `types`: the function has type errors. `start`: its module throws, or its default export is
   * invalid. `time`: compiling, loading or running the function exceeds a time limit. `load`: part of the page could
   * not be loaded.
   * @param details - The type errors, or the message of the exception.
   */
  constructor(
    readonly reason: 'types' | 'start' | 'time' | 'load',
    readonly details: readonly string[] = [],
  ) {
    super(details.join('\n'));
  }
}
