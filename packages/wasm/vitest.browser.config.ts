import { project } from '../../vitest.shared.ts';

export default project('wasm-browser', {
  include: ['test/browser.test.ts'],
  // The browser shares its cores with the other tests, so pages can be slow.
  testTimeout: 60_000,
  globalSetup: ['../../scripts/browser-server.ts'],
});
