import type { Options } from 'tsup';
import { library } from '../../tsup.config.base.ts';

/** A library for tests and scripts, and the command itself; both for Node. */
export default {
  ...(library as Options),
  entry: { index: 'src/index.ts', csv: 'src/csv/index.ts', nnbp: 'src/nnbp.ts' },
  platform: 'node',
} satisfies Options;
