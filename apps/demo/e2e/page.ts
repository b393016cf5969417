/** Helpers for browser tests: a page of the served playground, screenshots, and accessibility checks with axe. */
import axe from 'axe-core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import type {} from '../../../scripts/browser-server.js';
import { readAddress } from '../web/address.js';
import { writeLink } from '../web/link.js';
import { defaultState, type PlaygroundState } from '../web/state.js';

/** Directory of the screenshots. */
const pictures = join(import.meta.dirname, '../../../reports/playground');

let browser: Browser;

/** Connects to the browser of the test run before a file's tests, and disconnects after them. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.connect(inject('browserEndpoint'));
  });
  afterAll(() => browser.close());
}

/**
 * Opens the playground at the Derive view, with a part of the state changed. The test fails if the page reports an error or breaks its
 * content security policy, or if it does not complain where it is expected to.
 */
export async function open(
  change: Partial<PlaygroundState> = {},
  options: BrowserContextOptions = {},
  expected?: RegExp,
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  // Sooner than a test's own limit, so that it says what was waited for.
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    const isExpected = (complaint: string) => expected?.test(complaint) === true;
    expect(
      complaints.filter((complaint) => !isExpected(complaint)),
      'errors in the page',
    ).toEqual([]);
    if (expected !== undefined) expect(complaints.some(isExpected), `a complaint such as ${expected}`).toBe(true);
  });
  await page.goto(`${inject('address')}#${writeLink({ ...defaultState, view: 'derive', ...change })}`);
  return page;
}

/** Waits until the URL holds a state that is as wanted. */
export const untilUrl = (page: Page, wanted: (state: PlaygroundState) => boolean) =>
  page.waitForURL(({ hash }) => wanted(readAddress(hash, defaultState)));

/** Waits until fonts are loaded, no animation runs, and two frames in a row show everything at the same place. */
export const settled = (page: Page) =>
  page.waitForFunction(
    async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const places = () =>
        Array.from(document.querySelectorAll('main *'), (element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return [x, y, width, height].join();
        }).join('\n');
      await document.fonts.ready;
      await frame();
      const before = places();
      await frame();
      await frame();
      return document.getAnimations().every(({ playState }) => playState !== 'running') && places() === before;
    },
    undefined,
    { polling: 50 },
  );

/** Keeps a picture of the whole page under reports/playground. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** Fails with axe's serious and critical violations. */
export async function expectAccessible(page: Page): Promise<void> {
  // The page's policy forbids third-party scripts; it does not apply to the debugger's evaluate.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html.slice(0, 160)).join('\n  ')}`);
  expect(serious).toEqual([]);
}
