/** Writes files atomically: a path always holds a complete file, the old or the new one. */
import { NnbpError } from '@nnbp/core';
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Matches names of temporary files, which a killed process may leave behind. */
export const temporaryName = /^\.(.+)\.[0-9a-f-]{36}\.tmp$/;

/**
 * Writes `bytes` to `path` and replaces an existing file. Writes to a temporary file in the same directory, syncs it to
 * disk, and renames it: if the process is killed or the disk is full, the old file is unchanged.
 *
 * @throws NnbpError `UNAVAILABLE`, with the system's error as its cause: the directory is missing or read-only, or the
 * disk is full
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { load, save } from '@nnbp/formats';
 * import { writeAtomically } from '@nnbp/formats/node';
 * import { mkdtemp, readFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'model-')), 'model.safetensors');
 * await writeAtomically(path, save(new Network(mlp([1, 1], { activation: tanh }))));
 * load(await readFile(path)).network.predict([0]); // [0]
 * ```
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new NnbpError('UNAVAILABLE', `"${path}" could not be written (${(error as Error).message}).`, {
      cause: error,
    });
  }
}

/** Syncs the directory, so that the new name is on disk. Windows does not support this and does not need it. */
async function syncDirectory(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
