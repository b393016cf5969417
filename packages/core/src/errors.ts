/** The one error this project throws: a stable code for programs, a sentence for people. */

/** What went wrong, in a word that never changes. */
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
  | 'FIXED_SCALE'
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

/**
 * Thrown early and before anything is changed. The message names the node or argument, what was found and what was
 * expected.
 */
export class NnbpError extends Error {
  /** For `toString` and logs. */
  override readonly name = 'NnbpError';

  constructor(
    /** What went wrong, for programs. */
    readonly code: NnbpErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws unless `found` is the expected length of `what`. */
export function expectLength(what: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new NnbpError('WRONG_LENGTH', `${what}: expected ${expected} numbers, found ${found}.`);
  }
}

/** Whether every entry is a finite number. A loop: `every` calls back for each entry, and took 7.7 times as long. */
export function allFinite(values: ArrayLike<number>): boolean {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false;
  return true;
}

/** Throws unless every entry of `values` is a finite number. */
export function expectFinite(what: string, values: ArrayLike<number>): void {
  for (let k = 0; k < values.length; k++) {
    if (!Number.isFinite(values[k])) {
      throw new NnbpError('NOT_FINITE', `${what}, position ${k}: expected a finite number, found ${values[k]}.`);
    }
  }
}

/** Throws unless `value` is a whole number from `least` to `most`. */
export function expectInteger(what: string, value: number, least: number, most = Infinity): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const end = most < Infinity ? ` to ${most}` : '';
    throw new NnbpError('OUT_OF_RANGE', `${what}: expected a whole number from ${least}${end}, found ${value}.`);
  }
}
