import type { Options } from 'tsup';
import { library } from '../../tsup.config.base.ts';

/** The second entry is for Node only: files on disk. */
export default {
  ...(library as Options),
  entry: { index: 'src/index.ts', node: 'src/node/index.ts' },
  external: [/^node:/],
} satisfies Options;
