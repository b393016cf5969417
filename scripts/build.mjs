// `pnpm build`: the JavaScript of every package (tsup, cached by turbo), then their types by one program of the native
// compiler, which takes seconds; a declaration build in each package took most of the build.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compiler } from './native-compiler.mjs';

const options = /** @type {const} */ ({ stdio: 'inherit', shell: process.platform === 'win32' });
execFileSync('turbo', ['run', 'build', '--filter=./packages/*', '--concurrency=2', ...process.argv.slice(2)], options);

const declarations = 'node_modules/.cache/declarations';
rmSync(declarations, { recursive: true, force: true });
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.declarations.json'], { stdio: 'inherit' });
for (const name of readdirSync(declarations)) {
  cpSync(join(declarations, name, 'src'), join('packages', name, 'dist'), { recursive: true });
}
