/** The tests that mutants are run against. Aliases, not links, so that a package sees its neighbours' mutants. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packages = ['core', 'activations', 'aggregations', 'losses', 'optim', 'gradcheck', 'conformance'];

export default defineConfig({
  root,
  resolve: {
    alias: Object.fromEntries(packages.map((name) => [`@nnbp/${name}`, `${root}packages/${name}/src/index.ts`])),
  },
  test: {
    include: packages.map((name) => `packages/${name}/test/**/*.test.ts`),
    // What is held there by hours of repetition or by size is held elsewhere by small cases.
    exclude: ['packages/conformance/test/suite.test.ts', 'packages/core/test/large.test.ts'],
    testTimeout: 60_000,
  },
});
