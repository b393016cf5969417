import { project } from '../../vitest.shared.ts';

export default project('demo-browser', {
  include: ['e2e/**/*.test.ts'],
  globalSetup: ['../../scripts/browser-server.ts', 'e2e/serve.ts'],
});
