/** Starts processes on one core: some serve requests, others run a script once. */
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const lastCore = String(availableParallelism() - 1);

/** Whether the system can keep a process on one core. */
export const canPin = spawnSync('taskset', ['-c', lastCore, 'true']).status === 0;

/** The command line of a script of this directory, pinned to one core if requested and possible. */
function command(script, args, { pinned, flags = [] }) {
  const line = [process.execPath, ...flags, fileURLToPath(new URL(script, import.meta.url)), ...args];
  return pinned && canPin ? ['taskset', '-c', lastCore, ...line] : line;
}

/** Runs a script in a new process and reads the one line of JSON that it prints. */
export function runScript(script, args, flags) {
  const [file, ...rest] = command(script, args, { pinned: true, flags });
  const { stdout, status } = spawnSync(file, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`${script} ${args.join(' ')}: exited with code ${status}.`);
  return JSON.parse(stdout);
}

/**
 * @param {string} [script] What runs in the process: `workload-process.mjs` or `call-process.mjs`.
 * @returns The library's note and `ask`; or the reason why it is not measured.
 */
export async function startProcess(library, workload, pinned, script = 'workload-process.mjs') {
  const [file, ...args] = command(script, [library, workload], { pinned });
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const nextResponse = () =>
    new Promise((resolve, reject) => {
      const exited = (code) => reject(new Error(`${library} at ${workload}: its process exited with code ${code}.`));
      child.once('exit', exited).once('message', (message) => {
        child.off('exit', exited);
        resolve(message);
      });
    });
  // Another library may be missing or fail on this machine; ours must run.
  const { reason, note } = await nextResponse().catch((error) => {
    if (library.startsWith('nnbp')) throw error;
    return { reason: error.message, note: undefined };
  });
  const end = () => child.connected && child.disconnect();
  if (reason !== undefined) {
    end();
    return { library, reason };
  }
  const ask = (message) => {
    child.send(message);
    return nextResponse();
  };
  return { library, note, ask, end };
}
