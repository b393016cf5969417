import { project } from '../../vitest.shared.ts';

/** The proofs, a file a program; against the sources of our packages. */
export default project('interop', { include: ['**/*.test.mjs'], globalSetup: ['../../scripts/browser-server.ts'] });
