// Packs each package as for publishing, checks it with publint and are-the-types-wrong, and installs all packed
// packages.
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemAffectsResolutionKind, problemKindInfo } from '@arethetypeswrong/core/problems';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { tryInstall } from './try-install.mjs';

const folder = mkdtempSync(join(tmpdir(), 'nnbp-packages-'));
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
const pack = ['--recursive', '--filter=./packages/*', 'pack', '--json', `--pack-destination=${folder}`];
const packages = JSON.parse(run('pnpm', ...pack));

const problems = [];
for (const { name, filename } of packages) {
  for (const problem of await problemsOf(filename)) problems.push(`${name}: ${problem}`);
}
const tarballs = Object.fromEntries(packages.map(({ name, filename }) => [name, filename]));
const installProblem = tryInstall(folder, tarballs);
if (installProblem !== undefined) problems.push(`Installed from the tarballs: ${installProblem}`);
rmSync(folder, { recursive: true });
if (problems.length > 0) {
  console.error(problems.join('\n\n'));
  process.exit(1);
}
console.log(`All ${packages.length} packages are well formed.`);

async function problemsOf(tarball) {
  const data = readFileSync(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer }, strict: true });
  const found = messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);

  const content = createPackageFromTarballData(data);
  for (const file of content.listFiles().filter((name) => name.endsWith('.d.ts'))) {
    const lines = content.readFile(file).split('\n');
    const generic = lines.find((line) => /\dArray</.test(line) && !line.trimStart().startsWith('*'));
    if (generic) found.push(`${file}: typed arrays are not generic before TypeScript 5.7: ${generic.trim()}`);
  }
  const analysis = await checkPackage(content);
  if (analysis.types === false) return [...found, 'contains no types'];
  for (const problem of analysis.problems) {
    // The packages contain only ES modules, so problems with CommonJS and with `node10` resolution are expected.
    const affects = (/** @type {'node16-esm' | 'bundler'} */ kind) =>
      problemAffectsResolutionKind(problem, kind, analysis);
    if (!affects('node16-esm') && !affects('bundler')) continue;
    const { title, docsUrl } = problemKindInfo[problem.kind];
    found.push(`are the types wrong: ${title}, see ${docsUrl}: ${JSON.stringify(problem)}`);
  }

  for (const leftover of ['workspace:', 'catalog:']) {
    if (JSON.stringify(pkg).includes(leftover)) found.push(`the packed package.json still contains ${leftover}`);
  }
  if (JSON.stringify(pkg.exports).includes('@nnbp/source')) found.push('the packed exports still point to the sources');
  const files = run('tar', '-tf', tarball).split('\n');
  for (const needed of ['package/README.md', 'package/LICENSE', 'package/dist/index.js', 'package/dist/index.d.ts']) {
    if (!files.includes(needed)) found.push(`${needed} is missing from the tarball`);
  }
  return found;
}
