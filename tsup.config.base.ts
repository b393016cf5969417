import { defineConfig } from 'tsup';

/** How every library package is built: one ESM file with types, for any JavaScript host. */
export const library = defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  clean: true,
  // No keepNames: it puts a static block into each class, which bundlers must then keep.
  // tsup passes a baseUrl that TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
});
