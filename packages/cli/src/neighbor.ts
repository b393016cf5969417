/** Paths that a model's file names: only files in its own directory, or below it, are opened. */
import { posix, resolve } from 'node:path';
import { NnbpError } from '@nnbp/core';

/**
 * The file that `path` names, seen from the model's directory. `./weights.bin` and `parts/./weights.bin` are normalized
 * first; a path that then leads out of the directory, is absolute, or has a hidden part is refused.
 *
 * @param model - The model's file, for messages.
 * @throws NnbpError `UNSUPPORTED`
 */
export function neighborPath(model: string, directory: string, path: string): string {
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
      `${model} names ${JSON.stringify(path)}: expected a file in its own directory. Put the file there and correct the path.`,
    );
  }
  return resolve(directory, normal);
}
