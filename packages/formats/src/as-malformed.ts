import { NnbpError } from '@nnbp/core';

/**
 * Runs `build`, and reports its errors as errors in the file, with the code `MALFORMED`. The codes `MISSING_PLUGIN`,
 * `UNSUPPORTED` and `TOO_LARGE` do not change.
 *
 * @param what - Subject of the message, such as "The model".
 */
export function asMalformed<T>(what: string, build: () => T): T {
  try {
    return withShortMessages(build);
  } catch (error) {
    if (!(error instanceof NnbpError)) throw error;
    if (['MISSING_PLUGIN', 'UNSUPPORTED', 'TOO_LARGE'].includes(error.code)) throw error;
    const message = `${what} does not describe a network: ${error.message}`;
    throw new NnbpError('MALFORMED', message.slice(0, maxMessage), { cause: error });
  }
}

/** Maximum length of an error message. The names in a file can have any length. */
const maxMessage = 2000;

/** Runs `read`, and shortens its error messages, since the names in a file can have any length. */
export function withShortMessages<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof NnbpError) || error.message.length <= maxMessage) throw error;
    const { code, message, details } = error;
    throw new NnbpError(code, message.slice(0, maxMessage), { details, cause: error });
  }
}
