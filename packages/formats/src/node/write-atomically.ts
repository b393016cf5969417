/**
 * Writes a file so that there is always a whole one under its name: think of laying the new page on the desk, finished,
 * before the old one is taken away.
 */
import { NnbpError } from '@nnbp/core';
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What an unfinished file is called while it is written; one that a killed process left behind has such a name too. */
export const temporaryName = /^\.(.+)\.[0-9a-f-]{36}\.tmp$/;

/**
 * Puts `bytes` under the name `path`, whatever was there before. They are written beside it under another name, brought to
 * the disk, and renamed: a process that is killed, or a disk that is full, leaves what was there.
 *
 * @throws NnbpError `UNAVAILABLE`, with the system's error as its cause: the directory is missing or read-only, the disk full
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
    await bringToDisk(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new NnbpError('UNAVAILABLE', `"${path}" could not be written (${(error as Error).message}).`, {
      cause: error,
    });
  }
}

/** A new name is safe once its directory is on the disk. Windows opens no directory, and needs no such thing. */
async function bringToDisk(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
