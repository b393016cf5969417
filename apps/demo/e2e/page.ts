/** Helpers for browser tests: a page of the served playground, screenshots, and accessibility checks with axe. */
import axe, { type RunOptions } from 'axe-core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import type {} from '../../../scripts/browser-server.js';
import { readAddress } from '../web/address.js';
import { writeLink } from '../web/link.js';
import { defaultState, type PlaygroundState } from '../web/state.js';

/** Directory of the screenshots. */
const pictures = join(import.meta.dirname, '../../../reports/playground');
const desktop = { width: 1280, height: 900 };

let browser: Browser;
/** The context of all pages with default options. */
let shared: BrowserContext;
/**
 * A page of this context that no test uses anymore. Reusing it takes a third less work than a new page, because its
 * process has already compiled the scripts.
 */
let idle: Page | undefined;
let reloads = false;

/**
 * Connects to the browser of the test run before a file's tests, and disconnects after them.
 *
 * @param options.reload - Whether each test loads the page again. If false (the default), a test reuses the previous
 *   test's page and only changes the state in its URL. This takes half the time, but state that is not in the URL
 *   (trainers, drafts, the undo history, the focus) remains from the previous test.
 */
export function useBrowser({ reload = false } = {}): void {
  beforeAll(async () => {
    reloads = reload;
    browser = await chromium.connect(inject('browserEndpoint'));
    shared = await newContext({});
  });
  afterAll(async () => {
    idle = undefined;
    await browser.close();
  });
}

async function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
  // A service worker would download all files of the page for every test.
  const defaults: BrowserContextOptions = { locale: 'en-GB', viewport: desktop, serviceWorkers: 'block' };
  const context = await browser.newContext({ ...defaults, ...options });
  // Shorter than a test's timeout, so that the error names the element that was not found.
  context.setDefaultTimeout(30_000);
  return context;
}

/**
 * Opens the playground with the default state and the changes in `change`. Default view: Derive. The test fails if the
 * page reports an error or violates its content security policy, unless the message matches `expected`; if `expected`
 * is given, such an error is required. A page that has options other than the viewport gets its own context. All other
 * pages share one, because the playground stores data only in the session storage of each tab.
 */
export async function open(
  change: Partial<PlaygroundState> = {},
  { viewport = desktop, ...options }: BrowserContextOptions = {},
  expected?: RegExp,
): Promise<Page> {
  const isShared = Object.keys(options).length === 0;
  const context = isShared ? shared : await newContext({ viewport, ...options });
  const page = (isShared ? idle : undefined) ?? (await context.newPage());
  if (isShared) {
    idle = undefined;
    if (viewport !== null) await page.setViewportSize(viewport);
  }
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') pageErrors.push(message.text());
  });
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail' && !page.isClosed()) await save(page, `failed ${task.name}`);
    if (isShared) await leave(page, task.result?.state !== 'fail');
    else await context.close();
    const isExpected = (message: string) => expected?.test(message) === true;
    expect(
      pageErrors.filter((message) => !isExpected(message)),
      'errors in the page',
    ).toEqual([]);
    if (expected !== undefined) expect(pageErrors.some(isExpected), `an error that matches ${expected}`).toBe(true);
  });
  await follow(page, change);
  return page;
}

/** Goes to the URL that {@link addressOf} returns, and waits until the page has read it. */
export async function follow(page: Page, change: Partial<PlaygroundState>): Promise<void> {
  await page.goto(addressOf(inject('address'), change));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Keeps at most one page of the shared context for the next test, and closes all others. */
async function leave(page: Page, isReusable: boolean): Promise<void> {
  const others = shared.pages().filter((one) => one !== page && one !== idle);
  await Promise.all(others.map((one) => one.close()));
  if (page.isClosed()) return;
  if (!isReusable || idle !== undefined) return page.close();
  if (reloads) await page.goto('about:blank');
  page.removeAllListeners();
  await page.unrouteAll();
  await page.emulateMedia({ media: null, reducedMotion: null, colorScheme: null });
  await page.mouse.move(0, 0);
  idle = page;
}

/** Returns the URL of the playground with the default state and the changes in `change`. Default view: Derive. */
export const addressOf = (server: string, change: Partial<PlaygroundState>): string =>
  `${server}#${writeLink({ ...defaultState, view: 'derive', ...change })}`;

export const untilUrl = (page: Page, condition: (state: PlaygroundState) => boolean) =>
  page.waitForURL(({ hash }) => condition(readAddress(hash, defaultState)));

/** Waits until fonts are loaded, no animation runs, and every element has kept its position and size for two frames. */
export const settled = (page: Page) =>
  page.waitForFunction(
    async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const boxes = () =>
        Array.from(document.querySelectorAll('main *'), (element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return [x, y, width, height].join();
        }).join('\n');
      await document.fonts.ready;
      await frame();
      const before = boxes();
      await frame();
      await frame();
      return document.getAnimations().every(({ playState }) => playState !== 'running') && boxes() === before;
    },
    undefined,
    { polling: 50 },
  );

/**
 * Saves a screenshot under reports/playground, but only if the environment variable PICTURES is set, because a
 * screenshot takes half a second.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES !== undefined) await save(page, name);
}

async function save(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name.replaceAll(/[^\p{L}\d]+/gu, '-')}.png`), fullPage: true });
}

/** Fails if axe finds a serious or critical violation. Checks `rules`, or by default all rules of axe. */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  const options: RunOptions = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  // The page's policy forbids third-party scripts, but does not apply to scripts that the debugger evaluates.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
    options,
  );
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html.slice(0, 160)).join('\n  ')}`);
  expect(serious).toEqual([]);
}
