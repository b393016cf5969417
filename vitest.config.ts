import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', '{packages,apps}/*/vitest.browser.config.ts', 'scripts', 'scripts/examples'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      // A line of these that no test reaches is a line too many.
      thresholds: { 'packages/{core,activations,aggregations,losses,optim}/src/**/*.ts': { lines: 100, branches: 100 } },
    },
  },
});
