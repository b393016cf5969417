import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineProject, type TestProjectInlineConfiguration } from 'vitest/config';

const source = '@nnbp/source';

/** A package's tests run against the sources of every workspace package: nothing needs to be built first. */
export const project = (name: string, options: TestProjectInlineConfiguration['test'] = {}) =>
  defineProject({
    resolve: { conditions: [source, ...defaultClientConditions] },
    ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      // Not a promise of speed: a machine that does other things beside is no reason to fail.
      testTimeout: 120_000,
      typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
      ...options,
    },
  });
