// `pnpm test:fast`: type-checks, then runs the fast tests that need no browser.
import { execFileSync } from 'node:child_process';

/** Prefixes of the names of slow test files, which vitest.shared.ts excludes from `pnpm test:fast`. */
export const slowTests = [
  'smoke',
  'examples',
  'large',
  'fuzz',
  'memory',
  'graph-features',
  'process',
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
  'properties',
  'shapes',
  'onnx-damaged',
  'onnx-decoded-size',
  'neat-python',
  'linear',
  'tables',
  'importers',
  'cross-validation',
  'explain',
  'writing',
  'linked-formula',
  'node-script',
  'server',
  'waits',
  'guarantees',
  'mutation',
  'guide',
  'models',
  'module',
];

if (process.argv[1] === import.meta.filename) {
  const options = /** @type {const} */ ({ stdio: 'inherit', shell: process.platform === 'win32' });
  execFileSync('node', ['scripts/types.mjs'], options);
  execFileSync('vitest', ['run', '--project=!*-browser', '--maxWorkers=100%'], {
    ...options,
    env: { ...process.env, FAST_TESTS: '1' },
  });
}
