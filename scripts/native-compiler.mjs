/** The path of the Node script that runs the native TypeScript compiler. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript-native/package.json')),
  'bin/tsc',
);
