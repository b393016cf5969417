import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { examples } from '../web/extend/examples.js';
import { writeLink } from '../web/link.js';
import { defaultState } from '../web/state.js';
import { expectAccessible, follow, open, picture, useBrowser, untilUrl } from './page.js';

useBrowser();

/** Loading TypeScript is slow while other tests run. */
const longTimeout = { timeout: 60_000 };
const extend = { view: 'extend' as const };
const source = (key: string) => examples.find((example) => example.key === key)!.source;

/** Returns the state of the Extend view with this function in the editor. */
const withFunction = (text: string, name = 'mine', kind: 'activations' | 'losses' = 'activations') => ({
  ...extend,
  custom: { activations: [], losses: [], [kind]: [{ name, source: text }] },
});

const waitForText = (page: Page, text: RegExp | string) =>
  page.getByRole('region', { name: 'Result' }).getByText(text).first().waitFor({ timeout: 50_000 });

test('a correct derivative is confirmed with a plot, in the light and the dark theme', longTimeout, async () => {
  const page = await open(extend);
  await waitForText(page, /Correct: all \d+ derivatives agree/);
  expect(await page.getByRole('button', { name: 'Save and use' }).isEnabled()).toBe(true);
  await picture(page, 'extend-light');
  await page.getByLabel('Colours').selectOption('dark');
  await picture(page, 'extend-dark');
  await expectAccessible(page);
});

test('a wrong derivative is reported with the points at which it differs', longTimeout, async () => {
  const page = await open(extend);
  await page.getByRole('button', { name: 'Wrong derivative' }).click();
  await waitForText(page, /Wrong: the derivative differs/);
  const cells = await page.getByRole('table').locator('tbody tr').first().locator('data').allTextContents();
  expect(cells).toHaveLength(2);
  expect(cells[0]).not.toBe(cells[1]);
  expect(await page.getByRole('button', { name: 'Save and use' }).isEnabled()).toBe(false);
  await expectAccessible(page);
  await picture(page, 'extend-wrong');
});

test('an infinite loop in a function or module is stopped, and the page keeps working', longTimeout, async () => {
  const page = await open(extend);
  await page.getByRole('button', { name: 'Infinite loop' }).click();
  await waitForText(page, /Stopped because there was no result in time/);
  await page.getByRole('button', { name: 'Swish' }).click();
  await waitForText(page, /Correct: all/);
  await follow(page, withFunction(`for (;;) {}\nexport default { value: (h: number) => h, derivative: () => 1 };`));
  await waitForText(page, /Stopped because there was no result in time/);
});

test('a link opens the function that it contains, and an unsaved function stays in the list across links and views', async () => {
  const page = await open(extend);
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('draft');
  const custom = { activations: [{ name: 'linked', source: 'export default 1;' }], losses: [] };
  await page.evaluate(
    (link) => {
      location.hash = link;
    },
    writeLink({ ...defaultState, ...extend, custom }),
  );
  await page.getByText('export default 1;').waitFor();
  expect(await name.inputValue()).toBe('linked');
  await page.getByRole('button', { name: 'draft activation, not saved' }).click();
  expect(await name.inputValue()).toBe('draft');
  await page.getByRole('button', { name: 'Derive', exact: true }).click();
  await page.goBack();
  await name.waitFor();
  expect(await name.inputValue()).toBe('draft');
});

test('type errors, exceptions and invalid default exports are reported without a click', longTimeout, async () => {
  const page = await open(
    withFunction(`export default { value: (h) => h.length, derivative: () => 1 } satisfies Activation;`),
  );
  await waitForText(page, /Line 1: Property 'length' does not exist on type 'number'/);
  await follow(
    page,
    withFunction(`throw new Error('not today');\nexport default { value: (h: number) => h, derivative: () => 1 };`),
  );
  await waitForText(page, /not today/);
  await follow(page, withFunction(`export const value = 1;`));
  await waitForText(
    page,
    /expected an object as the default export, received undefined\. End the code with "export default/,
  );
  await follow(page, withFunction(`export default (h: number) => h;`));
  await waitForText(page, /expected an object as the default export, received function\./);
});

test('user code cannot access the page or send requests', longTimeout, async () => {
  const names = ['document', 'window', 'parent', 'fetch', 'XMLHttpRequest', 'WebSocket', 'importScripts', 'indexedDB'];
  const moreNames = ['BroadcastChannel', 'caches', 'navigator', 'Worker', 'EventSource', 'WebTransport'];
  const text = `const scope = globalThis as unknown as Record<string, unknown>;
const available = ${JSON.stringify([...names, ...moreNames])}.filter((name) => {
  for (let o: object | null = scope; o !== null; o = Object.getPrototypeOf(o)) {
    if ((o as Record<string, unknown>)[name] !== undefined) return true;
  }
  return false;
});
let evaluated = 'evaluated';
try { (0, eval)('1'); } catch { evaluated = 'refused'; }
throw new Error('available [' + available.join() + '], eval ' + evaluated);
export default { value: (h: number) => h, derivative: () => 1 };`;
  const page = await open(withFunction(text.replace('(0, eval)', '(globalThis as any).eval')));
  await waitForText(page, 'available [], eval refused');
});

test('a saved function is part of the URL, and the Train view can use it', { timeout: 120_000 }, async () => {
  const page = await open(extend);
  await waitForText(page, /Correct: all/);
  await page.getByLabel('Name').fill('swoosh');
  await waitForText(page, /Correct: all/);
  await page.getByRole('button', { name: 'Save and use' }).click();
  await page.getByText('“swoosh” saved').waitFor();
  await untilUrl(page, ({ custom }) => custom.activations.length === 1);
  const otherPage = await page.context().newPage();
  await otherPage.goto(page.url());
  await otherPage.reload();
  await otherPage.getByRole('button', { name: 'swoosh activation', exact: true }).waitFor();
  await page.locator('.cm-content').press('ControlOrMeta+End');
  await page.keyboard.type(' ');
  await page.getByText('“swoosh” saved').waitFor({ state: 'detached' });

  await follow(page, {
    view: 'train',
    custom: { activations: [{ name: 'swoosh', source: source('swish') }], losses: [] },
    train: { ...defaultState.train, data: 'xor', activation: 'swoosh', learningRate: 0.05 },
  });
  await page.getByRole('button', { name: 'Play' }).click({ timeout: 60_000 });
  await page
    .getByText(/100(\.0)? %/)
    .first()
    .waitFor({ timeout: 60_000 });
  await picture(page, 'extend-trains');
});

test('names are checked, and functions can be removed', longTimeout, async () => {
  const page = await open(withFunction(source('loss'), 'cautious', 'losses'));
  await waitForText(page, /Correct: all/);
  await page.getByLabel('Name').fill('mse');
  await page.getByText('“mse” is a built-in').waitFor();
  await page.getByLabel('Name').fill('7');
  await page.getByText('start with a letter').waitFor();
  const remove = page.getByRole('button', { name: 'Remove cautious' });
  await remove.click();
  await remove.waitFor({ state: 'detached' });
});

test('the Extend view in Chinese fits the width of a phone', longTimeout, async () => {
  const page = await open({ ...extend, language: 'zh' }, { viewport: { width: 390, height: 844 } });
  await page.getByText(/正确/).waitFor({ timeout: 50_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await picture(page, 'extend-phone-zh');
});
