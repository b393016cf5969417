/** `pnpm stress [name …]`: runs all or some of the long checks. Each writes its results to results.json. */
import { spawnSync } from 'node:child_process';

/** The duration of each check in minutes on two cores, and its command. */
const checks = {
  faults: [1, [process.execPath, 'checks/stress/faults.mjs']],
  fuzz: [4, ['tsx', '--conditions=@nnbp/source', 'checks/stress/fuzz.mjs']],
  load: [1, ['tsx', '--conditions=@nnbp/source', 'checks/stress/load.mjs']],
  soak: [1, ['tsx', '--expose-gc', '--conditions=@nnbp/source', 'checks/stress/soak.mjs']],
  runtimes: [2, [process.execPath, 'checks/stress/runtimes.mjs']],
  rehearsal: [10, [process.execPath, 'checks/stress/rehearsal.mjs']],
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`Unknown check: ${unknown.join(', ')}. Expected one of ${Object.keys(checks).join(', ')}.`);
  process.exit(2);
}
const selected = chosen.length > 0 ? chosen : Object.keys(checks);
if (selected.includes('rehearsal'))
  run(['pnpm', 'install', '--ignore-workspace', '--frozen-lockfile', '--dir', 'checks/stress']);
const failed = selected.filter((name) => {
  const [minutes, command] = checks[name];
  console.log(`\n# ${name}, about ${minutes} min`);
  return !run(command);
});
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}. See the output above.`);
process.exit(failed.length === 0 ? 0 : 1);

function run([command, ...args]) {
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
}
