/**
 * `pnpm stress faults`: kills a training run 200 times at random moments, and reads 100,000 corrupt files of each
 * format.
 */
import { spawnSync } from 'node:child_process';
import { record } from './results.mjs';

const [kills, files] = [200, 100_000];
const fuzzTests = ['security', 'onnx', 'brain-js', 'keras', 'neat-python', 'neataptic', 'synaptic', 'playground'];
const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'formats', '--project', 'interop', 'checkpoints', ...fuzzTests],
  {
    stdio: 'inherit',
    env: { ...process.env, KILLS: String(kills), FUZZ_FILES: String(files) },
  },
);
if (status !== 0) process.exit(1);
record('faults', { kills, files });
