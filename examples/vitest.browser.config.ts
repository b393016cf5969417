import { project } from '../vitest.shared.ts';

export default project('example-programs-browser', {
  include: ['test/pages.test.ts'],
  testTimeout: 60_000,
  globalSetup: ['../scripts/browser-server.ts'],
});
