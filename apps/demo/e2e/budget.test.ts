/** Download sizes of the page and its views, from the build manifest. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { viewNames } from '../web/state.js';

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
}

const built = (file: string) => readFile(join(inject('built'), file));
const size = async (file: string) => gzipSync(await built(file)).length;

/** Adds to `files` all files that the chunk with this name loads immediately. Returns `files`. */
function filesOf(manifest: Readonly<Record<string, Chunk>>, name: string, files = new Set<string>()): Set<string> {
  const { file, imports = [], css = [] } = manifest[name];
  if (files.has(file)) return files;
  for (const path of [file, ...css]) files.add(path);
  for (const imported of imports) filesOf(manifest, imported, files);
  return files;
}

const total = async (files: Iterable<string>) =>
  (await Promise.all(Array.from(files, size))).reduce((sum, bytes) => sum + bytes, 0);

/** Returns the path of the script that preloads the files of a view. */
async function preloadScript(): Promise<string> {
  const page = (await built('index.html')).toString();
  return /src="\.\/(assets\/preload-[^"]*)"/.exec(page)![1];
}

const kilobytes = 1024;

test('the page with the Derive or Fit view is less than 250 KB gzipped, and the Learn view adds less than 40 KB to the page with Derive', async () => {
  const manifest = JSON.parse((await built('.vite/manifest.json')).toString()) as Record<string, Chunk>;
  const shell = filesOf(manifest, 'index.html');
  const derive = filesOf(manifest, 'web/derive/view.tsx', new Set(shell));
  const learn = filesOf(manifest, 'web/learn/view.tsx', new Set(shell));
  const preload = await preloadScript();
  const page = await total(['index.html', preload, ...derive]);
  expect(page).toBeLessThan(250 * kilobytes);
  const additional = await total([...learn].filter((file) => !derive.has(file)));
  expect(additional).toBeLessThan(40 * kilobytes);
  const fit = filesOf(manifest, 'web/fit/view.tsx', new Set(shell));
  expect(await total(['index.html', preload, ...fit])).toBeLessThan(250 * kilobytes);
  // `filesOf` leaves out KaTeX, which is imported dynamically. The libraries of other views are not loaded at all.
  const names = [...derive, ...learn].join(' ');
  expect(names).not.toMatch(/katex|codemirror|typescript|uplot/i);
});

test('the page preloads all scripts and styles of the view that the URL names, in at most ten requests', async () => {
  const manifest = JSON.parse((await built('.vite/manifest.json')).toString()) as Record<string, Chunk>;
  const script = (await built(await preloadScript())).toString();
  const preloaded = JSON.parse(/const files = (.*);/.exec(script)![1]) as Record<string, string[]>;
  const shell = filesOf(manifest, 'index.html');
  expect(Object.keys(preloaded)).toEqual([...viewNames]);
  for (const name of viewNames) {
    const files = filesOf(manifest, `web/${name}/view.tsx`, new Set(shell));
    // The Derive view shows formulas from the start, so KaTeX is preloaded although it is imported dynamically.
    if (name === 'derive') filesOf(manifest, 'web/shared/katex.ts', files);
    const expected = [...files].filter((file) => !shell.has(file));
    const isWorkerOrFont = (file: string) => file.includes('/worker-') || file.endsWith('.woff2');
    expect(preloaded[name].filter((file) => !isWorkerOrFont(file)).toSorted(), name).toEqual(expected.toSorted());
    expect(preloaded[name].filter((file) => file.endsWith('.woff2')).length, name).toBe(name === 'derive' ? 3 : 0);
    expect(preloaded[name].length, name).toBeLessThanOrEqual(10);
  }
  expect(preloaded.train.filter((file) => file.includes('/worker-'))).toHaveLength(1);
});

test('the page has no inline or third-party scripts or styles', async () => {
  const page = (await built('index.html')).toString();
  for (const [tag] of page.matchAll(/<script[^>]*>/g)) expect(tag).toMatch(/src="\.\//);
  expect(page).not.toMatch(/<style|style=|https?:\/\/|\son\w+=/);
});
