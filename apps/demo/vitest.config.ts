import { mergeConfig } from 'vitest/config';
import { project } from '../../vitest.shared.ts';

export default mergeConfig(project('demo', ['test/**/*.test.ts', 'e2e/**/*.test.ts']), {
  test: { globalSetup: ['e2e/serve.ts'] },
});
