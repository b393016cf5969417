/** Resolves paths that a model file contains. Accepts only files in the model file's directory or below. */
import { posix, resolve } from 'node:path';
import { NnbpError } from '@nnbp/core';

/**
 * Resolves `path` relative to the directory of the model. Normalizes the path first, so that `./weights.bin` and
 * `parts/./weights.bin` are allowed. Rejects an absolute path, a URL, a path that leads out of the directory, and a
 * path with a backslash or with a part that begins with a dot.
 *
 * @param model - The path of the model file, for error messages.
 * @throws NnbpError `UNSUPPORTED` if the path is rejected
 */
export function neighbourPath(model: string, directory: string, path: string): string {
  const normal = posix.normalize(path);
  const inside =
    !/[\\\0]/.test(path) &&
    path !== '' &&
    !posix.isAbsolute(path) &&
    !/^[a-z][a-z\d+.-]*:/i.test(path) &&
    normal.split('/').every((part) => part !== '' && !part.startsWith('.'));
  if (!inside) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${model} refers to ${JSON.stringify(path)}: expected a file in the directory of the model or below. Put the file there and correct the path.`,
    );
  }
  return resolve(directory, normal);
}
