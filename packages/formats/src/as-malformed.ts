import { NnbpError } from '@nnbp/core';

/**
 * Rethrows an error of the builder as an error in the file: `MALFORMED`, except `MISSING_PLUGIN`, `UNSUPPORTED` and
 * `TOO_LARGE`.
 *
 * @param what - Subject of the message, such as "The model".
 */
export function asMalformed<T>(what: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof NnbpError)) throw error;
    if (['MISSING_PLUGIN', 'UNSUPPORTED', 'TOO_LARGE'].includes(error.code)) throw error;
    throw new NnbpError('MALFORMED', `${what} does not describe a network: ${error.message}`, { cause: error });
  }
}
