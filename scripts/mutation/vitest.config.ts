/**
 * Vitest configuration for mutation testing: the tests to run for each mutant. Aliases resolve each package to its
 * sources, so that packages use each other's mutated sources.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { FailedFiles } from './failed-files.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tested = ['core', 'activations', 'aggregations', 'losses', 'optim', 'gradcheck', 'conformance'];
const packages = [...tested, 'train', 'wasm', 'layers'];
/** Packages whose own tests must kill every mutant: only these tests run if the package is mutated. */
const testedAlone = ['activations', 'aggregations', 'losses', 'train'];
const mutated = process.env.MUTATED_PACKAGE ?? '';

export default defineConfig({
  root,
  resolve: {
    alias: Object.fromEntries(packages.map((name) => [`@nnbp/${name}`, `${root}packages/${name}/src/index.ts`])),
  },
  test: {
    include: (testedAlone.includes(mutated) ? [mutated] : tested).map((name) => `packages/${name}/test/**/*.test.ts`),
    // These tests are slow, and faster tests cover the same guarantees.
    exclude: ['packages/conformance/test/suite.test.ts', 'packages/core/test/large.test.ts'],
    testTimeout: 60_000,
    reporters: [new FailedFiles()],
  },
});
