/** Locks a directory for one process, using a file in it whose name identifies the process. */
import { NnbpError } from '@nnbp/core';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** The parts of a lock's name: the process id, the start time of the process (empty if unknown), and the machine. */
const lockName = /^run-(\d+)-(\d*)-(.*)\.lock$/;
const host = encodeURIComponent(hostname());

/**
 * Locks an existing directory and resolves to a function that unlocks it. Stale locks of processes on this machine are
 * removed. Two processes that start at the same moment may both fail, but never both succeed: each writes its own file
 * before it looks for others, and none removes the file of a running process.
 *
 * @throws NnbpError `WRONG_STATE`: another run, of this process or another one, is using the directory
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const name = `run-${process.pid}-${(await startTimeOf(process.pid)) ?? ''}-${host}.lock`;
  const path = join(directory, name);
  try {
    await writeFile(path, '', { flag: 'wx' });
  } catch (error) {
    throw (error as { code?: string }).code === 'EEXIST' ? inUse(directory, name) : error;
  }
  const unlock = () => rm(path, { force: true });
  try {
    for (const other of await readdir(directory)) {
      if (other === name || !lockName.test(other)) continue;
      if (await isRunning(other)) throw inUse(directory, other);
      await rm(join(directory, other), { force: true });
    }
  } catch (error) {
    await unlock();
    throw error;
  }
  return unlock;
}

/** Processes on other machines cannot be checked and count as running. */
async function isRunning(name: string): Promise<boolean> {
  const [, pid, started, where] = lockName.exec(name)!;
  if (where !== host) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: the process is running, but belongs to another user.
    if ((error as { code?: string }).code !== 'EPERM') return false;
  }
  // After a crash, the process id in the lock may belong to another process.
  const actualStart = await startTimeOf(Number(pid));
  return actualStart === undefined || started === '' || actualStart === started;
}

/** The start time of a process, in ticks since the machine was started; undefined if there is no /proc. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The second field is the name of the program, which may contain anything, even parentheses and spaces.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function inUse(directory: string, name: string): NnbpError {
  const [, pid, , where] = lockName.exec(name)!;
  return new NnbpError(
    'WRONG_STATE',
    `"${directory}" is in use by another training run: process ${pid} on ${where}. Wait until it ends, or use another ` +
      `directory. If that process is not running, delete "${join(directory, name)}".`,
  );
}
