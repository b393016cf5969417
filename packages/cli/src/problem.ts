/** Errors with a one-line message for users and an exit code for scripts. */
import { NnbpError } from '@nnbp/core';

/** Scripts rely on these numbers. */
export const exitCodes = {
  /** Success. */
  done: 0,
  /** A file or its data cannot be used, or training failed. */
  failed: 1,
  /** Invalid command: an unknown option, column or function. */
  usage: 2,
  /** `nnbp check` found a wrong derivative. */
  wrongDerivative: 3,
  /** Stopped by Ctrl-C. `nnbp train` saves the current model. */
  interrupted: 130,
} as const;

/** An error that the user can fix. Its message says what was received and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    message: string,
    /** One of {@link exitCodes}. Default: `failed`. */
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

/** Creates an error for a mistake in the command, not in the files. */
export const misuse = (message: string): Problem => new Problem(message, exitCodes.usage);

const systemMessages: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'access is denied',
  EISDIR: 'expected a file, received a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  EIO: 'the disk or device failed',
  EMFILE: 'too many files are open',
  EFBIG: 'the file would be too large',
  EDQUOT: 'the disk quota is used up',
};

/**
 * The one-line message for an error that stopped a command. Undefined for a bug, whose stack trace is printed instead.
 */
export function messageOf(error: unknown): string | undefined {
  if (error instanceof NnbpError && error.code === 'MISSING_PLUGIN') {
    return `${error.message} On the command line, use --plugin FILE with a JavaScript file that exports it.`;
  }
  if (error instanceof Problem || error instanceof NnbpError) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined) return undefined;
  if (path !== undefined) return `${path}: ${systemMessages[code] ?? code}.`;
  // Node includes the path in errors from opening a file, but not in errors from reading or writing it.
  if (Object.hasOwn(systemMessages, code)) return `The command cannot continue: ${systemMessages[code]}.`;
  return undefined;
}
