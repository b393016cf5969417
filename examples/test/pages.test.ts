import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, defaultClientConditions } from 'vite';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import type {} from '../../scripts/browser-server.js';

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.connect(inject('browserEndpoint'));
});

afterAll(() => browser.close());

const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/**
 * Builds an example as `vite build` does, serves the output, and opens the page. Fails the test if the page throws an
 * error.
 */
async function open(name: string, pagePath = ''): Promise<Page> {
  const built = await build({
    root: join(import.meta.dirname, '..', name),
    logLevel: 'error',
    resolve: { conditions: ['@nnbp/source', ...defaultClientConditions] },
    build: { write: false },
  });
  const files = new Map(
    [built]
      .flat()
      .flatMap((result) => ('output' in result ? result.output : []))
      .map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  );
  const server = createServer(({ url = '/' }, response) => {
    const path = url === '/' ? '/index.html' : url;
    const file = files.get(path);
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': types[path.split('.').at(-1)!] }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  onTestFinished(async () => {
    await page.close();
    server.close();
    expect(errors).toEqual([]);
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${pagePath}`);
  return page;
}

test('the browser page learns to separate two moons and draws the predicted probabilities', async () => {
  const page = await open('browser-page');
  await page.waitForSelector('#status[data-done]');
  const [, accuracy] = /accuracy (\d+) %/.exec(await page.locator('#status').innerText())!;
  expect(Number(accuracy)).toBeGreaterThan(95);
  const colors = await page.evaluate<number>(`
    const { data } = document.querySelector('#plot').getContext('2d').getImageData(0, 0, 96, 96);
    new Set(Array.from({ length: 96 * 96 }, (_, k) => (data[4 * k] >> 5) + ' ' + (data[4 * k + 2] >> 5))).size;
  `);
  expect(colors).toBeGreaterThan(5);
  await page.screenshot({ path: join(import.meta.dirname, '../../reports/examples/browser-page.png') });
});

test('the gesture page recognizes the shape while the pointer moves, and resets its state for the next gesture', async () => {
  const page = await open('browser-page', 'gestures.html');
  await page.waitForSelector('#status[data-done]');
  const pad = (await page.locator('#pad').boundingBox())!;
  const draw = async (points: readonly (readonly [number, number])[]) => {
    const toPixels = ([x, y]: readonly [number, number]) => [pad.x + x * pad.width, pad.y + y * pad.height] as const;
    await page.mouse.move(...toPixels(points[0]));
    await page.mouse.down();
    for (const point of points.slice(1)) await page.mouse.move(...toPixels(point), { steps: 4 });
    await page.mouse.up();
    return page.locator('#status').innerText();
  };
  const circle = Array.from({ length: 24 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 23;
    return [0.5 + 0.17 * Math.cos(angle), 0.5 + 0.17 * Math.sin(angle)] as const;
  });
  expect(await draw(circle)).toMatch(/^circle, \d+ %$/);
  expect(
    await draw([
      [0.1, 0.4],
      [0.22, 0.55],
      [0.34, 0.4],
      [0.46, 0.55],
      [0.58, 0.4],
      [0.7, 0.55],
    ]),
  ).toMatch(/^zigzag, \d+ %$/);
  expect(
    await draw([
      [0.1, 0.5],
      [0.9, 0.6],
    ]),
  ).toMatch(/^swipe, \d+ %$/);
  const shown = await page.evaluate<number[]>("[...document.querySelectorAll('meter')].map(({ value }) => value)");
  expect(shown.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  await draw(circle);
  await page.screenshot({ path: join(import.meta.dirname, '../../reports/examples/gestures.png') });
});

test('the web worker page shows the loss while training, then predicts with the model from the worker', async () => {
  const page = await open('web-worker');
  await page.locator('#status', { hasText: 'loss' }).waitFor();
  await page.locator('#status', { hasText: 'Trained.' }).waitFor();
  expect(await page.locator('#prediction').innerText()).toMatch(/^sin\(1.57\) ≈ (1\.0|0\.9)/);
  await page.locator('#x').fill('4.71');
  expect(await page.locator('#prediction').innerText()).toMatch(/^sin\(4.71\) ≈ -(1\.0|0\.9)/);
  await page.screenshot({ path: join(import.meta.dirname, '../../reports/examples/web-worker.png') });
});

test('the Stop button stops training in the worker early', async () => {
  const page = await open('web-worker');
  await page.locator('#status', { hasText: 'loss' }).waitFor();
  await page.locator('#stop').click();
  await page.locator('#status', { hasText: 'Trained.' }).waitFor();
  expect(await page.evaluate<number>("document.querySelector('#progress').value")).toBeLessThan(300);
});
