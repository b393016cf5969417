/**
 * Runs a Python script in this directory on one thread, with JSON as input and output. The environment variable
 * `PYTHON` sets the interpreter. Default: `python3`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs the script and parses its output.
 *
 * @throws Error if Python is not installed or the script fails
 */
export function runPython(script: string, input: unknown): unknown {
  const python = process.env.PYTHON ?? 'python3';
  const { stdout, stderr, status, error } = spawnSync(python, [fileURLToPath(new URL(script, import.meta.url))], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
  });
  if (status !== 0) throw error ?? new Error(stderr);
  return JSON.parse(stdout);
}
