import { build } from 'esbuild';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type {} from '../../../scripts/browser-server.js';
import type { Outcome } from './browser/suite.js';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** The response headers of the page at each path. */
const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/isolated': isolation,
  '/plain': {},
  // Allows scripts of this origin and blob workers, but not 'wasm-unsafe-eval'.
  '/strict': { 'Content-Security-Policy': "default-src 'self'; script-src 'self'; worker-src 'self' blob:" },
};

let browser: Browser;
let server: Server;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['page', 'worker', 'service'].map((name) =>
      fileURLToPath(new URL(`browser/${name}.ts`, import.meta.url)),
    ),
    bundle: true,
    format: 'esm',
    conditions: ['@nnbp/source'],
    outdir: 'out',
    write: false,
  });
  const script = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]));
  // The response headers of a worker's script set the worker's content security policy. So everything under a page's
  // path has that page's headers.
  server = createServer(({ url = '' }: IncomingMessage, response: ServerResponse) => {
    const [, page, file] = /^(\/[a-z]+)(\/.*)$/.exec(url) ?? [];
    const headers = pages[page];
    if (headers === undefined) response.writeHead(404).end();
    else if (script.has(file)) {
      response.writeHead(200, { 'Content-Type': 'text/javascript', ...headers }).end(script.get(file));
    } else {
      const html =
        '<!doctype html><meta charset="utf-8"><title>test</title><script type="module" src="page.js"></script>';
      response.writeHead(200, { 'Content-Type': 'text/html', ...headers }).end(html);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.connect(inject('browserEndpoint'));
});

afterAll(async () => {
  await browser.close();
  server.close();
});

async function run(
  path: string,
  functionName: 'runSuite' | 'runQuarter' | 'inWorker' | 'inServiceWorker',
  threads: number | 'auto',
): Promise<Outcome> {
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}/`);
    const call = `${functionName}(${JSON.stringify(threads)})`;
    await page.waitForFunction('globalThis.runSuite');
    return await page.evaluate<Outcome>(call);
  } finally {
    await page.close();
  }
}

describe('the conformance suite passes in a browser', () => {
  for (const where of ['runSuite', 'inWorker'] as const) {
    const environment = where === 'runSuite' ? 'in the page' : 'in a worker';
    for (const threads of [1, 2]) {
      // A page waits for threads by polling, so all cases with two threads would take 30 s. The tests in Node run them all.
      const functionName = where === 'runSuite' && threads > 1 ? 'runQuarter' : where;
      const suite = functionName === 'runSuite' ? 'the suite' : 'a quarter of the suite';
      test(`${suite} passes ${environment} (threads: ${threads})`, { timeout: 120_000 }, async () => {
        const outcome = await run('/isolated', functionName, threads);
        expect(outcome).toMatchObject({ engine: 'wasm', threads, failures: [] });
        expect(outcome.cases).toBeGreaterThan(functionName === 'runSuite' ? 50 : 15);
      });
    }
    test(
      `${where === 'runSuite' ? 'the suite' : 'a quarter of the suite'} passes ${environment} on the js engine if WebAssembly is forbidden`,
      { timeout: 120_000 },
      async () => {
        const outcome = await run('/strict', where, 'auto');
        expect(outcome).toMatchObject({ engine: 'js', failures: [] });
        expect(outcome.reason).toContain("If the page has a content security policy, allow 'wasm-unsafe-eval'");
      },
    );
  }

  test(
    'a quarter of the suite passes in a service worker, which cannot start threads',
    { timeout: 120_000 },
    async () => {
      const outcome = await run('/isolated', 'inServiceWorker', 2);
      expect(outcome).toMatchObject({ engine: 'wasm', threads: 1, failures: [] });
      expect(outcome.cases).toBeGreaterThan(15);
    },
  );

  test(
    'a quarter of the suite passes on one thread in a page that is not cross-origin isolated',
    { timeout: 120_000 },
    async () => {
      const outcome = await run('/plain', 'runQuarter', 2);
      expect(outcome).toMatchObject({ engine: 'wasm', threads: 1, failures: [] });
      expect(outcome.reason).toContain('not cross-origin isolated');
    },
  );
});
