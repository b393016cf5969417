/** The error class of all packages: a stable code and details for programs, and a message for people. */

/** The error codes. Messages can change between versions; codes do not. */
export type NnbpErrorCode =
  | 'CYCLE'
  | 'SELF_EDGE'
  | 'UNKNOWN_ID'
  | 'DUPLICATE_ID'
  | 'DUPLICATE_EDGE'
  | 'DUPLICATE_OUTPUT'
  | 'NO_INPUTS'
  | 'NO_OUTPUTS'
  | 'EMPTY_LAYER'
  | 'FIXED_PARAMETER'
  | 'CONFLICT'
  | 'WRONG_LENGTH'
  | 'NOT_FINITE'
  | 'OVERFLOW'
  | 'OUT_OF_RANGE'
  | 'WRONG_TYPE'
  | 'WRONG_STATE'
  | 'WRONG_TARGET'
  | 'EMPTY_DATA'
  | 'DIVERGED'
  | 'DISPOSED'
  | 'THREAD_LOST'
  | 'UNAVAILABLE'
  | 'WRONG_DERIVATIVE'
  | 'MALFORMED'
  | 'UNKNOWN_FORMAT'
  | 'UNSUPPORTED'
  | 'MISSING_PLUGIN'
  | 'TOO_LARGE';

/** The values that a failed check compared. */
export interface NnbpErrorDetails {
  /** Path of the invalid argument or document entry, such as `inputs` or `nodes[3].from`. */
  readonly path?: string;
  /** The expected value: a number, or a description such as `an integer ≥ 1`. */
  readonly expected?: number | string;
  /** The value or length that was received. */
  readonly received?: unknown;
}

/** Options of the constructor of {@link NnbpError}. */
export interface NnbpErrorOptions extends ErrorOptions {
  /** See {@link NnbpError.details}. Default: empty. */
  readonly details?: NnbpErrorDetails;
}

/**
 * The error that all packages throw. An invalid argument is reported before anything is changed. The message names the
 * node or argument, what was expected and what was received.
 *
 * @example
 * ```ts
 * import { NnbpError, Standardization } from '@nnbp/core';
 *
 * try {
 *   new Standardization([1, 2], [1]);
 * } catch (error) {
 *   if (!(error instanceof NnbpError)) throw error;
 *   error.code; // 'WRONG_LENGTH'
 *   error.details; // { path: 'deviation', expected: 2, received: 1 }
 * }
 * ```
 */
export class NnbpError extends Error {
  /** The name of the class, for `toString` and logs. */
  override readonly name = 'NnbpError';
  /** The values that the failed check compared. Empty if the error is not about a single value. */
  readonly details: NnbpErrorDetails;

  constructor(
    /** The kind of error, for programs to check. */
    readonly code: NnbpErrorCode,
    message: string,
    { details = {}, ...options }: NnbpErrorOptions = {},
  ) {
    super(message, options);
    this.details = details;
  }
}
