/**
 * `pnpm bench`: builds the packages, downloads the other libraries if they are not installed, and runs the benchmarks
 * below. `pnpm bench ARGUMENTS` runs only the benchmark `run.mjs`, with these arguments.
 */
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);

run('building the packages', 'pnpm', ['build']);
run('installing other libraries', 'pnpm', ['install', '--ignore-workspace', '--frozen-lockfile', '--dir', 'bench']);
run('nnbp and other libraries, interleaved', process.execPath, ['bench/run.mjs', ...args]);
if (args.length === 0) {
  run('typical calls', process.execPath, ['bench/calls.mjs']);
  run('XOR from process start', process.execPath, ['bench/xor.mjs']);
  run('start-up', process.execPath, ['bench/start-up.mjs']);
  run('two threads', process.execPath, ['bench/threads.mjs']);
  run('training speed as a share of the peak of this processor', 'tsx', ['--conditions=@nnbp/source', 'bench/peak.mjs']);
  run('time to 95 % on digits', process.execPath, ['bench/digits.mjs']);
  run('time and memory by graph size', process.execPath, ['bench/growth.mjs']);
}

function run(title, command, args) {
  console.log(`\n# ${title}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
