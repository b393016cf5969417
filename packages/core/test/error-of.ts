/** A helper for the tests of all packages. */
import { NnbpError } from '@nnbp/core';

/** Returns the error that the action throws. */
export function errorOf(action: () => unknown): NnbpError {
  try {
    action();
  } catch (error) {
    if (error instanceof NnbpError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
