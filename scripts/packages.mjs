// What users would get: each library packed as it would be published, then looked at by publint and by are-the-types-wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryInstalled } from './installed.mjs';

const folder = mkdtempSync(join(tmpdir(), 'nnbp-packages-'));
const run = (program, args, cwd) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const problems = [];
const tarballs = {};

for (const name of readdirSync('packages')) {
  const attempt = (what, action) => {
    try {
      return action();
    } catch (error) {
      problems.push(
        `@nnbp/${name}, ${what}:\n${error.stdout ?? ''}${error.stderr ?? ''}${error.stdout ? '' : error.message}`,
      );
    }
  };
  const packed = attempt('pnpm pack', () =>
    run('pnpm', ['pack', '--json', '--pack-destination', folder], `packages/${name}`),
  );
  if (packed === undefined) continue;
  const tarball = JSON.parse(packed).filename;
  tarballs[`@nnbp/${name}`] = tarball;
  attempt('publint', () => run('publint', ['--strict', tarball]));
  attempt('are the types wrong', () =>
    run('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']),
  );
  const manifest = run('tar', ['-xOf', tarball, 'package/package.json']);
  for (const leftover of ['workspace:', 'catalog:']) {
    if (manifest.includes(leftover)) problems.push(`@nnbp/${name}: the packed package.json still says ${leftover}`);
  }
  if (JSON.stringify(JSON.parse(manifest).exports).includes('@nnbp/source')) {
    problems.push(`@nnbp/${name}: the packed exports still lead to the sources`);
  }
  const files = run('tar', ['-tf', tarball]).split('\n');
  for (const needed of ['package/README.md', 'package/LICENSE', 'package/dist/index.js', 'package/dist/index.d.ts']) {
    if (!files.includes(needed)) problems.push(`@nnbp/${name}: ${needed} is missing from the tarball`);
  }
}
const notInstalled = tryInstalled(folder, tarballs);
if (notInstalled !== undefined) problems.push(`Installed from the tarballs, ${notInstalled}`);
rmSync(folder, { recursive: true });
if (problems.length > 0) {
  console.error(problems.join('\n\n'));
  process.exit(1);
}
console.log('All packages are well formed.');
