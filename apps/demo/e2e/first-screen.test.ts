/** The first screen, which the page shows while its scripts are loading. */
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { expectAccessible, open, useBrowser } from './page.js';

useBrowser();

const phone = { width: 390, height: 844 };

/** Opens an address of the site, but holds back the page's main script until the returned function is called. */
async function openHeld(page: Page, address: string): Promise<() => void> {
  let release!: () => void;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.goto('about:blank');
  await page.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(new URL(address, inject('address')).href, { waitUntil: 'commit' });
  return release;
}

const boxes = (page: Page) =>
  page.evaluate(() =>
    Array.from(document.querySelectorAll('#page :is(button, select, input, h2, p, svg, [data-node])'), (element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return `${element.tagName} ${element.textContent} ${[x, y, width, height].join()}`;
    }),
  );

for (const [locale, viewport, colorScheme, question] of [
  ['en-GB', { width: 1440, height: 900 }, 'light', 'How does node 4 compute x4 from x2 and x3?'],
  ['zh-CN', phone, 'dark', '节点 4 怎样用 x2、x3 算 x4？'],
] as const) {
  test(`the first chapter is shown before the scripts run, and stays in place when they run (${locale})`, async () => {
    const page = await open({}, { locale, viewport, colorScheme });
    const release = await openHeld(page, '');
    await page.getByText(question).waitFor();
    const html = await page.content();
    // The values of h4 and x4 solve the chapter's tasks, so the page must not contain them.
    expect(html).not.toMatch(/0\.1432|0\.8036/);
    expect(await page.locator('[inert]').count()).toBe(1);
    const before = await boxes(page);
    release();
    await page.locator('[inert]').waitFor({ state: 'detached' });
    expect(await boxes(page)).toEqual(before);
    await page.getByRole('textbox').fill('1');
    await page.getByRole('button', { name: locale === 'zh-CN' ? '检查' : 'Check' }).click();
    await page.locator('[role="status"]', { hasText: /\S/ }).first().waitFor();
    await expectAccessible(page);
  });
}

test('a link to another view or chapter shows no first screen', async () => {
  const page = await open();
  for (const address of ['#derive', '#learn/2', '#learn/1/x', 'embed.html']) {
    const release = await openHeld(page, address);
    await page.waitForFunction(() => document.readyState === 'interactive');
    // The script that could show the first screen also adds this `link` element. Once the element exists, the script
    // has run.
    await page.locator('link[rel="modulepreload"][href*="/view-"]').first().waitFor({ state: 'attached' });
    expect(await page.locator('#page > *').count(), address).toBe(0);
    release();
    await page.locator('main').waitFor();
    await page.unrouteAll();
  }
});
