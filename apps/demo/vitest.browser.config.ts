import { project } from '../../vitest.shared.ts';

export default project('demo-browser', {
  include: ['e2e/**/*.test.ts'],
  // Long, because the pages share the cores with the other tests.
  testTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
  globalSetup: ['../../scripts/browser-server.ts', 'e2e/serve.ts'],
});
