// Checks that no file contains an absolute path on someone's machine or the host of a package registry.
import { execFileSync } from 'node:child_process';

const patterns = [
  ['absolute local path', '(^|[^A-Za-z0-9_.-])/(work|root|farm|home|Users)/[A-Za-z0-9_.-]'],
  ['host of a package registry', '(registry\\.(npm|yarn)[a-z]*\\.[a-z]+|[a-z]+\\.debian\\.org)'],
];
let found = '';
for (const [what, pattern] of patterns) {
  try {
    const lines = execFileSync(
      'git',
      ['grep', '--untracked', '-nIE', pattern, '--', '.', ':!pnpm-lock.yaml', ':!scripts/local-paths.mjs'],
      {
        encoding: 'utf8',
      },
    );
    found += `${what}:\n${lines}`;
  } catch (error) {
    if (error.status !== 1) throw error;
  }
}
if (found) {
  console.error(found);
  process.exit(1);
}
console.log('No file contains an absolute local path or the host of a package registry.');
