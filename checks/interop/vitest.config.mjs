import { project } from '../../vitest.shared.ts';

/** One test file for each program that we are compared with; against the sources of our packages. */
export default project('interop', {
  include: ['**/*.test.mjs'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  globalSetup: ['../../scripts/browser-server.ts'],
});
