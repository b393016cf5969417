import { defineConfig } from 'vitest/config';
import { coveredPackages } from './scripts/coverage.mjs';

const sources = `packages/{${coveredPackages.join()}}/src/**/*.ts`;

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
      thresholds: { 100: true },
    },
  },
});
