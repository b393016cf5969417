import { project } from '../vitest.shared.ts';

export default project('example-programs', { include: ['test/{node-script,server,hostile-server}.test.ts'] });
