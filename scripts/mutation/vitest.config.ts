/**
 * The tests that mutants are run against. Aliases instead of links, so that a package uses the mutated sources of other
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
    // Only the tests of train reach train.
    include: (process.env.MUTATED_PACKAGE === 'train' ? ['train'] : tested).map(
      (name) => `packages/${name}/test/**/*.test.ts`,
    ),
    // Excluded: slow and large tests, whose guarantees smaller tests cover too.
    exclude: ['packages/conformance/test/suite.test.ts', 'packages/core/test/large.test.ts'],
    testTimeout: 60_000,
  },
});
