import { project } from '../../vitest.shared.ts';

export default project('wasm-browser', {
  include: ['test/browser.test.ts'],
  globalSetup: ['../../scripts/browser-server.ts'],
});
