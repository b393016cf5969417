import { defaultClientConditions, defaultServerConditions } from 'vite';
import { configDefaults, defineProject, type TestProjectInlineConfiguration } from 'vitest/config';
import { slowTests } from './scripts/fast.mjs';

const source = '@nnbp/source';

/** The Vitest project of a package. Tests run against the sources of every workspace package: nothing has to be built first. */
export const project = (name: string, options: TestProjectInlineConfiguration['test'] = {}) =>
  defineProject({
    resolve: { conditions: [source, ...defaultClientConditions] },
    ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      // Test files run in one process, which reads each source file once: a third less CPU time. So a test must undo its
      // changes to the environment, timers and globals.
      isolate: false,
      // Long enough on a busy machine with two cores. A test that needs longer sets its own timeout.
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
