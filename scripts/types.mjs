// `pnpm typecheck`: type-checks every TypeScript project of the repository with the native compiler, two at a time.
import { spawn } from 'node:child_process';
import { compiler } from './native-compiler.mjs';

const projects = [
  'tsconfig.packages.json',
  'tsconfig.portable.json',
  'apps/demo',
  'tsconfig.json',
  'tsconfig.scripts.json',
];

const waiting = [...projects];
let failed = false;
await Promise.all([work(), work()]);
process.exit(failed ? 1 : 0);

async function work() {
  for (let project = waiting.shift(); project; project = waiting.shift()) if (!(await passes(project))) failed = true;
}

/** @param {string} project - A configuration file, or a directory that contains tsconfig.json. */
function passes(project) {
  const child = spawn(process.execPath, [compiler, '--pretty', 'false', '-p', project], { stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
}
