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
      // Files run in one process, which reads each source file once: a third less CPU time. So a test undoes
      // what it changes outside itself (environment, timers, global names).
      isolate: false,
      // Long enough on a busy machine with two cores. A test that needs longer says so itself.
      testTimeout: 20_000,
      hookTimeout: 30_000,
      expect: { poll: { timeout: 10_000 } },
      ...options,
    },
  });
