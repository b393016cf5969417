import { project } from '../../vitest.shared.ts';

export default project('demo-browser', {
  include: ['e2e/**/*.test.ts'],
  // A page loads, draws and trains on the cores that the other tests use.
  testTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
  globalSetup: ['../../scripts/browser-server.ts', 'e2e/serve.ts'],
});
