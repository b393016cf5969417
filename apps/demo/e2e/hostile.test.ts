/** User code from a link: it runs without a click, and cannot access anything but its arguments. */
import type { Page, Worker } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { defaultState, type PlaygroundState } from '../web/state.js';
import { follow, open, useBrowser } from './page.js';

useBrowser();

/** Loading TypeScript is slow while other tests run. */
const longTimeout = { timeout: 60_000 };
const working = 'export default { value: (h: number) => h, derivative: () => 1 };';

const customOf = (source: string) => ({ activations: [{ name: 'mine', source }], losses: [] });
const nodes = defaultState.network.nodes.map((node) => (node.id === '2' ? { ...node, activation: 'mine' } : node));

/** Returns one state for each view that runs custom functions. Each state has a function with this source. */
const statesWith = (source: string): readonly Partial<PlaygroundState>[] => [
  { view: 'extend', custom: customOf(source) },
  { view: 'derive', custom: customOf(source), network: { ...defaultState.network, nodes } },
  { view: 'train', custom: customOf(source), train: { ...defaultState.train, data: 'xor', activation: 'mine' } },
];

const waitForText = (page: Page, text: RegExp | string) => page.getByText(text).first().waitFor({ timeout: 50_000 });

test(
  'user code cannot send requests or use storage, workers, timers, messages or imports in any view',
  { timeout: 180_000 },
  async () => {
    const names = [
      ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'RTCPeerConnection', 'importScripts'],
      ...['indexedDB', 'caches', 'cookieStore', 'navigator', 'webkitRequestFileSystem', 'localStorage', 'opener'],
      ...['Worker', 'SharedWorker', 'BroadcastChannel', 'MessageChannel', 'document', 'window', 'parent', 'Atomics'],
      ...['postMessage', 'addEventListener', 'onmessage', 'setTimeout', 'setInterval', 'requestAnimationFrame'],
    ];
    const source = `const scope = globalThis as unknown as Record<string, unknown>;
const available = ${JSON.stringify(names)}.filter((name) => {
  for (let o: object | null = scope; o !== null; o = Object.getPrototypeOf(o)) {
    if ((o as Record<string, unknown>)[name] !== undefined) return true;
  }
  return false;
});
const refused = (run: () => unknown) => { try { run(); return false; } catch { return true; } };
const evaluators = ['eval', 'Function'].filter((name) => !refused(() => (scope[name] as (code: string) => unknown)('1')));
const addresses = ['/index.html', 'data:text/javascript,export{}', 'http://127.0.0.1:9/x.js'] as string[];
let imported = 0;
for (const address of addresses) import(address).then(() => imported++, () => undefined);
export default {
  value(h: number): number {
    throw new Error('available [' + [...available, ...evaluators].join() + '], imported ' + imported);
  },
  derivative: () => 1,
};`;
    const page = await open();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    for (const state of statesWith(source)) {
      await follow(page, state);
      await waitForText(page, 'available [], imported 0');
      expect(requests.filter((url) => !/^(?:blob|data):/.test(url) && !url.startsWith(inject('address')))).toEqual([]);
    }
  },
);

test('user code cannot forge a response that harms the page', longTimeout, async () => {
  // Overrides everything that the worker's own code uses to build its response.
  const page = await open({
    view: 'extend',
    custom: customOf(`const bad = { toString: () => '<img src=x onerror=alert(1)>', then: 1, map: 1 };
Array.prototype.slice = function () { return [bad, bad] as never; };
Array.prototype.map = function () { return bad as never; };
Map.prototype.get = function () { return bad as never; };
Object.defineProperty(Object.prototype, 'hint', { get: () => bad, set: () => undefined });
${working}`),
  });
  await page.locator('[data-result="wrong"], [data-result="rejected"]').waitFor({ timeout: 50_000 });
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  await page.getByRole('button', { name: 'Swish' }).click();
  await waitForText(page, /Correct: all/);
});

test('user code does not keep running after its response', { timeout: 180_000 }, async () => {
  const later = `let chain: Promise<void> | undefined;
export default {
  value(h: number) {
    if (chain === undefined) {
      chain = Promise.resolve();
      for (let k = 0; k < 50; k++) chain = chain.then(() => undefined);
      chain.then(() => { for (;;); });
    }
    return h;
  },
  derivative: () => 1,
};`;
  const page = await open();
  const running = new Set<Worker>();
  let started = 0;
  page.on('worker', (worker) => {
    if (!worker.url().startsWith('blob:')) return;
    started++;
    running.add(worker);
    worker.on('close', () => running.delete(worker));
  });
  for (const state of statesWith(later)) {
    started = 0;
    await follow(page, state);
    await expect
      .poll(() => [state.view, started > 0, running.size], { timeout: 50_000 })
      .toEqual([state.view, true, 0]);
  }
});

test(
  'the locked-down worker that runs a user function can still download the digits and train on them',
  longTimeout,
  async () => {
    const page = await open({
      view: 'train',
      custom: customOf(working),
      train: { ...defaultState.train, data: 'digits', activation: 'mine', loss: 'softmaxCrossEntropy' },
    });
    await page.getByRole('button', { name: 'Play' }).click({ timeout: 50_000 });
    await page.getByRole('button', { name: 'Pause' }).click();
  },
);
