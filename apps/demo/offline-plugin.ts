/** Builds the service worker as `offline-worker.js`, with the list of files to cache. */
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { OfflineFiles } from './web/offline-files.js';

const worker = 'offline-worker';
/**
 * Maximum size of a file that is cached on the first visit. Larger files, such as the TypeScript compiler of the Extend
 * view, are cached on first use.
 */
const maxBytes = 1_000_000;

export const offline: Plugin = {
  name: 'offline',
  config: () => ({
    build: {
      rolldownOptions: {
        input: {
          index: join(import.meta.dirname, 'index.html'),
          [worker]: join(import.meta.dirname, 'web/offline-worker.ts'),
        },
        output: {
          entryFileNames: ({ name }) => (name === worker ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  }),
  async writeBundle({ dir }, bundle) {
    if (this.environment.name !== 'client' || dir === undefined) return;
    const page = await readFile(join(dir, 'index.html'), 'utf8');
    const files = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css|woff2|wasm)$/.test(name));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(dir, name))).size));
    const entry = Object.values(bundle).find(
      (chunk) => chunk.type === 'chunk' && chunk.isEntry && chunk.name !== worker,
    );
    const list: OfflineFiles = {
      entry: entry!.fileName,
      pageHash: createHash('sha256').update(page).digest('hex').slice(0, 16),
      now: [...files.filter((_, k) => sizes[k] <= maxBytes), 'icon.svg', 'manifest.webmanifest'],
      later: files.filter((_, k) => sizes[k] > maxBytes),
    };
    const path = join(dir, `${worker}.js`);
    const code = await readFile(path, 'utf8');
    const written = code.replace(/(["'`])__FILES__\1/, () => JSON.stringify(JSON.stringify(list)));
    if (written === code || /\bimport\b/.test(written))
      throw new Error(
        `${worker}.js must contain the string __FILES__, which the build replaces with the list of files, and must not contain the word import.`,
      );
    await writeFile(path, written);
  },
};
