/** The path of the native TypeScript compiler, a script for Node. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript-native/package.json')),
  'bin/tsc',
);
