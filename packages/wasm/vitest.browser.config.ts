import { project } from '../../vitest.shared.ts';

export default project('wasm-browser', {
  include: ['test/browser.test.ts'],
  // A page loads, draws and trains on the cores that the other tests use.
  testTimeout: 60_000,
  globalSetup: ['../../scripts/browser-server.ts'],
});
