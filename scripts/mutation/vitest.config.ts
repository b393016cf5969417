/**
 * The tests that run for each mutant. Packages are resolved by aliases, so that a package uses the mutated sources of other
 * packages.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tested = ['core', 'activations', 'aggregations', 'losses', 'optim', 'gradcheck', 'conformance'];
const packages = [...tested, 'train', 'wasm', 'layers'];

export default defineConfig({
  root,
  resolve: {
    alias: Object.fromEntries(packages.map((name) => [`@nnbp/${name}`, `${root}packages/${name}/src/index.ts`])),
  },
  test: {
    // Only the tests of train use train.
    include: (process.env.MUTATED_PACKAGE === 'train' ? ['train'] : tested).map(
      (name) => `packages/${name}/test/**/*.test.ts`,
    ),
    // Slow tests whose guarantees are covered by faster tests too.
    exclude: ['packages/conformance/test/suite.test.ts', 'packages/core/test/large.test.ts'],
    testTimeout: 60_000,
  },
});
