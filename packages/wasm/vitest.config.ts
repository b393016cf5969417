import { project } from '../../vitest.shared.ts';

export default project('wasm', { exclude: ['test/browser.test.ts'] });
