import { defineConfig } from 'tsup';

/** How every library package is built: one ESM file, for any JavaScript host. scripts/build.mjs adds the types. */
export const library = defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  clean: true,
  // No keepNames: it puts a static block into each class, which bundlers must then keep.
});
