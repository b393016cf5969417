/**
 * Reads and writes files safely. Handles directories, devices, pipes, links, and files that change while they are read.
 */
import { type Stats } from 'node:fs';
import { open, stat, writeFile } from 'node:fs/promises';
import { writeAtomically } from '@nnbp/formats/node';
import { type Io, pathIn, printData } from './io.js';
import { misuse, Problem } from './problem.js';

const maxModelBytes = 2 ** 31 - 1;

/** Follows links. Returns undefined if there is no file. */
const statOf = (path: string): Promise<Stats | undefined> =>
  stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });

function expectFileOrPipe(path: string, stats: Stats): void {
  if (stats.isDirectory()) throw new Problem(`${path}: expected a file, received a directory.`);
  if (stats.isCharacterDevice() || stats.isBlockDevice() || stats.isSocket()) {
    throw new Problem(
      `${path}: expected a file, received a ${stats.isSocket() ? 'socket' : 'device'}. Use - for standard input.`,
    );
  }
}

/** Reads all bytes of a file, or of a pipe until its writer closes it. Throws for a device, which may never end. */
export async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const stats = await file.stat();
    expectFileOrPipe(path, stats);
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      length += (part as Buffer).length;
      if (length > maxModelBytes) throw new Problem(`${path}: larger than 2 GB, the maximum size of a model file.`);
      parts.push(part as Buffer);
    }
    return Buffer.concat(parts, length);
  } finally {
    await file.close();
  }
}

/** Whether data can be read from the path only once, as from a pipe. Throws for a device, socket or directory. */
export async function isReadOnce(path: string): Promise<boolean> {
  const stats = await stat(path);
  expectFileOrPipe(path, stats);
  return !stats.isFile();
}

/** Throws if `output` is one of the inputs, even under another name or through a link: writing would replace it. */
export async function expectOtherFile(output: string | undefined, ...inputs: readonly string[]): Promise<void> {
  if (output === undefined) return;
  const target = await statOf(output);
  if (!target?.isFile()) return;
  for (const input of inputs) {
    const source = await statOf(input);
    if (source?.ino === target.ino && source.dev === target.dev) {
      throw misuse(`Writing ${output} would overwrite the input ${input}. Choose another file.`);
    }
  }
}

/** Identifies a version of a file: device, inode, size and modification time. */
export async function fingerprint(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path);
  return [dev, ino, size, mtimeMs].join(' ');
}

export async function expectUnchanged(path: string, before: string): Promise<void> {
  if ((await fingerprint(path)) !== before) {
    throw new Problem(`${path}: the file changed while it was read. Run the command again.`);
  }
}

/** Writes a file atomically. A device or pipe is written to directly instead of being replaced by a file. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const target = await statOf(path);
  await (target === undefined || target.isFile() ? writeAtomically(path, bytes) : writeFile(path, bytes));
}

export const writeData = (io: Io, output: string | undefined, text: string): Promise<void> =>
  output === undefined ? printData(io.stdout, text) : writeWhole(pathIn(io, output), text);
