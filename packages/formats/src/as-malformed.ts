import { NnbpError } from '@nnbp/core';

/**
 * Rethrows an error of the builder as an error in the file: `MALFORMED`, except `MISSING_PLUGIN`, `UNSUPPORTED` and
 * `TOO_LARGE`.
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

/** Maximum length of a message about a file, whose names may be of any length. */
const maxMessage = 2000;

/** Shortens the messages of errors in a file that contain its names. */
export function withShortMessages<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof NnbpError) || error.message.length <= maxMessage) throw error;
    const { code, message, details } = error;
    throw new NnbpError(code, message.slice(0, maxMessage), { details, cause: error });
  }
}
