/** The page works offline, and reports a new version after a deployment. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preview } from 'vite';
import { expect, inject, onTestFinished, test } from 'vitest';
import { addressOf, open, useBrowser } from './page.js';

useBrowser();

/** Serves a copy of the build, which a test can change. */
async function serveCopy() {
  const directory = await mkdtemp(join(tmpdir(), 'nnbp-offline-'));
  await cp(inject('built'), directory, { recursive: true });
  const start = (port: number) =>
    preview({
      configFile: join(import.meta.dirname, '../vite.config.ts'),
      logLevel: 'error',
      build: { outDir: directory },
      preview: { host: '127.0.0.1', port, strictPort: port > 0 },
    });
  let server = await start(0);
  const bound = server.httpServer.address();
  if (bound === null || typeof bound === 'string') throw new Error('The playground is not served on a port.');
  onTestFinished(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    stop: () => server.close(),
    start: async () => {
      server = await start(bound.port);
    },
    async edit(file: string, from: RegExp, to: string) {
      const path = join(directory, file);
      const text = await readFile(path, 'utf8');
      expect(text).toMatch(from);
      await writeFile(path, text.replace(from, to));
    },
  };
}

test('after one visit the page works offline, and an open page shows that there is a new version', async () => {
  const server = await serveCopy();
  const page = await open({}, { serviceWorkers: 'allow' });
  const requests: string[] = [];
  page.context().on('request', (request) => requests.push(request.url()));
  await page.goto(addressOf(server.address, {}));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await server.stop();
  await page.reload();
  await page.locator('[data-answer]', { hasText: '−6.763804894210059' }).waitFor();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Step' }).click();
  await page.locator('[data-stat="steps"]', { hasText: '1' }).waitFor();
  // The Extend view needs TypeScript, which is fetched on first use and therefore not available offline.
  await page.getByRole('button', { name: 'Extend', exact: true }).click();
  await page.getByText('Part of the page could not be loaded. Check your internet connection').waitFor();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const notice = page.getByText('A newer version of this page is ready.');
  expect(await notice.count()).toBe(0);
  const isOwn = (url: string) => new URL(url).hostname === '127.0.0.1' || /^(data|blob):/.test(url);
  expect(requests.filter((url) => !isOwn(url))).toEqual([]);

  // Deploy another version: change the page, and its hash in the service worker.
  await server.edit('index.html', /See how every/, 'Second version: see how every');
  await server.edit('offline-worker.js', /(pageHash\\":\\")[0-9a-f]{16}/, '$10123456789abcdef');
  await server.start();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await notice.waitFor();
  const version = () => page.locator('meta[name="description"]').getAttribute('content');
  expect(await version()).toMatch(/^See how/);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(version).toMatch(/^Second version/);
  await server.stop();
  await page.reload();
  await page.getByRole('button', { name: 'Step' }).waitFor();
  expect(await version()).toMatch(/^Second version/);
});
