/**
 * `pnpm bench`: builds our packages, downloads the peers if they are not there, and measures. With arguments only the
 * race of `run.mjs` is run, with them.
 */
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);

run('building', 'pnpm', ['build', '--output-logs=errors-only']);
run('the peers', 'pnpm', ['install', '--ignore-workspace', '--frozen-lockfile', '--dir', 'bench']);
run('ours and the peers, by turns', process.execPath, ['bench/run.mjs', ...args]);
if (args.length === 0) {
  run('two threads', process.execPath, ['bench/threads.mjs']);
  run('how near to the processor', 'tsx', ['--conditions=@nnbp/source', 'bench/ceiling.mjs']);
  run('digits, from nothing to 95 %', process.execPath, ['bench/digits.mjs']);
  run('growth', process.execPath, ['bench/growth.mjs']);
}

function run(what, command, args) {
  console.log(`\n# ${what}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
