import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { writeLink } from '../web/link.js';
import { defaultState } from '../web/state.js';
import { open, picture, untilUrl, useBrowser } from './page.js';

useBrowser();

test('the page opens in English, and after a switch to Chinese, a reload keeps Chinese', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('button', { name: '求导' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '求导' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  await picture(page, 'page-zh');
});

type Action = 'reload' | 'leave' | 'hide';

/** Chooses Chinese, then reloads, leaves or hides the page in the same event-loop task. Returns the URL's hash. */
const chooseChineseAnd = (page: Page, action: Action) =>
  page
    .getByLabel('Language')
    .evaluate((element, action) => {
      const select = element as HTMLSelectElement;
      select.value = 'zh';
      select.dispatchEvent(new Event('change', { bubbles: true }));
      if (action === 'reload') location.reload();
      if (action === 'leave') location.href = 'about:blank';
      if (action === 'hide') {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      }
      return location.hash;
    }, action)
    // The page may be closed before it can respond.
    .catch(() => '');

test('an edit right before a reload is kept', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await chooseChineseAnd(page, 'reload');
  await page.getByRole('button', { name: '求导' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '求导' }).waitFor();
});

test('an edit that reaches the URL only during the reload is kept', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await page.route(inject('address'), async (route) => {
    await untilUrl(page, ({ language }) => language === 'zh');
    await route.continue();
  });
  await chooseChineseAnd(page, 'reload');
  await page.getByRole('button', { name: '求导' }).waitFor();
});

test('an edit right before leaving the page is restored by going back', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await chooseChineseAnd(page, 'leave');
  await page.waitForURL('about:blank');
  await page.goBack();
  await page.getByRole('button', { name: '求导' }).waitFor();
});

test('a link that is opened after an edit survives a reload', async () => {
  const page = await open();
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('button', { name: '求导' }).waitFor();
  // Simulates leaving the page and coming back to it from the back/forward cache, which automated browsers do not have.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await page.evaluate(
    (link) => {
      location.hash = link;
    },
    writeLink({ ...defaultState, view: 'derive' }),
  );
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: /^(Derive|求导)$/ }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
});

test('if the page is hidden right after an edit, the URL contains the edit', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  expect(readAddress(await chooseChineseAnd(page, 'hide'), defaultState).language).toBe('zh');
});

test('a link that is opened after an edit, but before the URL contains the edit, replaces the edit', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await page.getByLabel('Language').evaluate(
    (element, link) => {
      const select = element as HTMLSelectElement;
      select.value = 'zh';
      select.dispatchEvent(new Event('change', { bubbles: true }));
      // The timer of the link is due before the timer that writes the edit to the URL. The page is busy until both are
      // due.
      setTimeout(() => (location.hash = link), 100);
      const start = performance.now();
      while (performance.now() < start + 300);
    },
    writeLink({ ...defaultState, view: 'train' }),
  );
  await untilUrl(page, ({ view, language }) => view === 'train' && language === 'en');
  await page.locator('[aria-current=page]').getByText('Train').waitFor();
});
