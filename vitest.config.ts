import { defineConfig } from 'vitest/config';
import { covered } from './scripts/covered.mjs';

const sources = `packages/{${covered.join()}}/src/**/*.ts`;

export default defineConfig({
  test: {
    projects: [
      'packages/*',
      'apps/*',
      'examples',
      '{examples,packages/*,apps/*}/vitest.browser.config.ts',
      'scripts',
      'scripts/examples',
    ],
    coverage: {
      provider: 'v8',
      include: [sources],
      reporter: ['text-summary', 'html', 'json-summary'],
      // The target is 100 %; packages/core/src/{edit,unroll,sequence}.ts are below it.
      thresholds: { lines: 99, branches: 97 },
    },
  },
});
