// `pnpm test:fast`: type-checks, then runs the tests that neither need a browser nor are slow.
import { execFileSync } from 'node:child_process';

/** The test files that are too slow for `pnpm test:fast`; vitest.shared.ts excludes them. */
export const slowTests = [
  'smoke',
  'guides',
  'examples',
  'large',
  'fuzz',
  'memory',
  'process',
  'killed',
  'checkpoints',
  'accuracy',
  'lost-thread',
  'threads',
  'conformance',
  'suite',
  'exact',
  'torch',
  'security',
  'hostile',
  'neataptic',
  'brain-js',
  'synaptic',
  'playground',
  'keras',
].map((name) => `**/${name}*.test.ts`);

if (process.argv[1] === import.meta.filename) {
  const options = /** @type {const} */ ({ stdio: 'inherit', shell: process.platform === 'win32' });
  execFileSync('node', ['scripts/types.mjs'], options);
  execFileSync('vitest', ['run', '--project=!*-browser'], { ...options, env: { ...process.env, FAST_TESTS: '1' } });
}
