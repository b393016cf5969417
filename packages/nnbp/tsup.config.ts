import type { Options } from 'tsup';
import { library } from '../../tsup.config.base.ts';

/** The library for any host, and the command for Node. */
export default [
  library as Options,
  { ...(library as Options), entry: { command: 'src/command.ts' }, platform: 'node', clean: false },
] satisfies Options[];
