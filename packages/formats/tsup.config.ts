import type { Options } from 'tsup';
import { library } from '../../tsup.config.base.ts';

/** `node` is for Node only: files on disk. `shared` is for @nnbp/interop. */
export default {
  ...(library as Options),
  entry: { index: 'src/index.ts', node: 'src/node/index.ts', shared: 'src/shared.ts' },
  external: [/^node:/],
} satisfies Options;
