/**
 * Runs a benchmark script in a child process, either once or as a server that responds to requests. Can pin the
 * process to one core.
 */
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const lastCore = String(availableParallelism() - 1);

/** Whether processes can be pinned to one core on this machine. */
export const canPin = spawnSync('taskset', ['-c', lastCore, 'true']).status === 0;

function command(script, args, { pinned, flags = [] }) {
  const line = [process.execPath, ...flags, fileURLToPath(new URL(script, import.meta.url)), ...args];
  return pinned && canPin ? ['taskset', '-c', lastCore, ...line] : line;
}

/** Runs a script in a new process, pinned to one core if possible, and parses the JSON that it prints. */
export function runScript(script, args, flags) {
  const [file, ...rest] = command(script, args, { pinned: true, flags });
  const { stdout, status } = spawnSync(file, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`${script} ${args.join(' ')}: exited with code ${status}.`);
  return JSON.parse(stdout);
}

/**
 * Starts a process that measures one library on one workload whenever it receives a request.
 *
 * @param {string} [script] The script to run: `workload-process.mjs` or `call-process.mjs`.
 * @returns If the library can be measured: its name, a `note` about the calls and settings that the script uses, a
 * function `ask` that sends a request and resolves to the response, and a function `end` that ends the process.
 * Otherwise: its name, and the `reason` why it is not measured.
 */
export async function startProcess(library, workload, pinned, script = 'workload-process.mjs') {
  const [file, ...args] = command(script, [library, workload], { pinned });
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const nextResponse = () =>
    new Promise((resolve, reject) => {
      const exited = (code) => reject(new Error(`${library} on ${workload}: the process exited with code ${code}.`));
      child.once('exit', exited).once('message', (message) => {
        child.off('exit', exited);
        resolve(message);
      });
    });
  // Other libraries may be missing or fail on this machine; nnbp and its scoped packages must run.
  const { reason, note } = await nextResponse().catch((error) => {
    if (library.startsWith('nnbp') || library === 'scoped') throw error;
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
