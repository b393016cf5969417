import { defaultClientConditions, defaultServerConditions } from 'vite';
import { configDefaults, defineProject, type TestProjectInlineConfiguration } from 'vitest/config';
import { slowTests } from './scripts/fast.mjs';

const source = '@nnbp/source';

/**
 * Defines the Vitest project of a package. Tests use the sources of all workspace packages, so nothing has to be built
 * first.
 */
export const project = (name: string, options: TestProjectInlineConfiguration['test'] = {}) =>
  defineProject({
    resolve: { conditions: [source, ...defaultClientConditions] },
    ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      // Test files share one process, which loads each source file only once and saves a third of the CPU time. A test
      // must therefore undo its changes to the environment, timers and globals.
      isolate: false,
      // Long enough for a busy machine with two cores. A test that needs more time sets its own timeout.
      testTimeout: 20_000,
      hookTimeout: 30_000,
      expect: { poll: { timeout: 10_000 } },
      ...options,
      // Vitest does not pass --exclude on to projects.
      ...(process.env.FAST_TESTS && {
        exclude: [...(options.exclude ?? configDefaults.exclude), ...slowTests.map((name) => `**/${name}*.test.ts`)],
      }),
    },
  });
