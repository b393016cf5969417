// `pnpm build`: the JavaScript of every package by esbuild, then their types by one program of the native compiler. Both
// take seconds; the sources are bundled per entry of package.json, and code that several entries share is a separate
// file.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { compiler } from './native-compiler.mjs';

/** The module under `src` that `bin/nnbp.js` of a package runs. */
const programs = { cli: 'nnbp', nnbp: 'command' };

const names = readdirSync('packages');
for (const name of names) {
  rmSync(join('packages', name, 'dist'), { recursive: true, force: true });
  mkdirSync(join('packages', name, 'dist'));
}
await Promise.all([
  // Dependencies and Node's own modules stay imports.
  ...names.map((name) => bundle(name, { entryPoints: entriesOf(name), packages: 'external' })),
  // `nnbp` for Node, which takes a millisecond to find and read each file of a package: three files instead of eighteen.
  // Only the packages whose classes callers test for (`instanceof`) stay imports.
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
 * Bundles entries of a package, for any JavaScript host.
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
 * Replaces `@nnbp/wasm` by `wasm-on-demand.ts`, which imports it when it is used.
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
 * File name under `dist`, without its extension, to source file: the exports of the package and its program.
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
 * Escapes what is not ASCII in comments, as esbuild does in strings: hosts store a file with even one such character in
 * two bytes per character, and take longer to decode and parse it.
 *
 * @param {string} code
 */
function withAsciiComments(code) {
  const escape = (/** @type {string} */ unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return code.replaceAll(/^ *(?:\/\/|\/?\*).*$/gm, (line) => line.replaceAll(/[^ -~]/g, escape));
}
