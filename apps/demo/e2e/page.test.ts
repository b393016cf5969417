import { expect, test } from 'vitest';
import { open, picture, useBrowser } from './page.js';

useBrowser();

test('the page opens in English, changes to Chinese, and the link remembers it', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Derive' }).waitFor();
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('button', { name: '求导' }).waitFor();
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByRole('button', { name: '求导' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  await picture(page, 'page-zh');
});
