// `pnpm build`: esbuild bundles the JavaScript of every package, then one run of the native TypeScript compiler emits
// all declarations. Every entry point in package.json gets a bundle; code that several entry points share goes into a
// separate file.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { compiler } from './native-compiler.mjs';

/** For each package with a command, the module under `src` that `bin/nnbp.js` runs. */
const programs = { cli: 'nnbp', nnbp: 'command' };

const names = readdirSync('packages');
for (const name of names) {
  rmSync(join('packages', name, 'dist'), { recursive: true, force: true });
  mkdirSync(join('packages', name, 'dist'));
}
await Promise.all([
  // Dependencies and Node's built-in modules are imported, not bundled.
  ...names.map((name) => bundle(name, { entryPoints: entriesOf(name), packages: 'external' })),
  // The Node build of `nnbp` has three files instead of eighteen, since Node takes a millisecond to find and read each
  // one. Core and train are not bundled, because callers use `instanceof` with the error classes of these packages.
  bundle('nnbp', {
    entryPoints: { node: 'src/index.ts' },
    conditions: ['@nnbp/source'],
    external: ['@nnbp/core', '@nnbp/train'],
    plugins: [{ name: 'wasm on demand', setup: loadWasmOnDemand }],
  }),
]);

const declarations = 'node_modules/.cache/declarations';
rmSync(declarations, { recursive: true, force: true });
execFileSync(process.execPath, [compiler, '-p', 'tsconfig.declarations.json'], { stdio: 'inherit' });
for (const name of readdirSync(declarations)) {
  cpSync(join(declarations, name, 'src'), join('packages', name, 'dist'), { recursive: true });
}

/**
 * Bundles the given entry points of a package for any JavaScript host.
 *
 * @param {string} name
 * @param {import('esbuild').BuildOptions} options
 */
async function bundle(name, options) {
  const { outputFiles } = await build({
    absWorkingDir: join(process.cwd(), 'packages', name),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    sourcemap: true,
    ...options,
    write: false,
  });
  for (const { path, text } of outputFiles) writeFileSync(path, path.endsWith('.js') ? withAsciiComments(text) : text);
}

/**
 * Replaces `@nnbp/wasm` with `wasm-on-demand.ts`, which imports `@nnbp/wasm` on first use.
 *
 * @param {import('esbuild').PluginBuild} build
 */
function loadWasmOnDemand(build) {
  const standIn = resolve('packages/nnbp/src/wasm-on-demand.ts');
  build.onResolve({ filter: /^@nnbp\/wasm$/ }, ({ path, kind, importer }) => {
    if (kind === 'dynamic-import') return { path, external: true };
    return importer === standIn ? undefined : { path: standIn };
  });
}

/**
 * Returns the entry points of a package: its exports and its command. Each key is the name of a file under `dist`,
 * without its extension; the value is its source file.
 *
 * @param {string} name
 */
function entriesOf(name) {
  const { exports } = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
  const sources = Object.values(exports).filter((target) => target['@nnbp/source'] !== undefined);
  const program = programs[name];
  return {
    ...Object.fromEntries(sources.map((target) => [basename(target.default, '.js'), target['@nnbp/source']])),
    ...(program && { [program]: `src/${program}.ts` }),
  };
}

/**
 * Escapes non-ASCII characters in comments, as esbuild does in strings: a single non-ASCII character makes JavaScript
 * engines store the whole file with two bytes per character, and take longer to decode and parse it.
 *
 * @param {string} code
 */
function withAsciiComments(code) {
  const escape = (/** @type {string} */ unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return code.replaceAll(/^ *(?:\/\/|\/?\*).*$/gm, (line) => line.replaceAll(/[^ -~]/g, escape));
}
