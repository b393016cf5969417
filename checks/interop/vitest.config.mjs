import { project } from '../../vitest.shared.ts';

/** Tests of @nnbp against other programs. They run our packages from source, without a build. */
export default project('interop', {
  include: ['**/*.test.mjs'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  globalSetup: ['../../scripts/browser-server.ts'],
});
