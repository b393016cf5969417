/** Accessibility: axe finds no serious violation in any view or theme. */
import { expect, test } from 'vitest';
import { defaultState, type PlaygroundState } from '../web/state.js';
import { expectAccessible, open, picture, useBrowser } from './page.js';

useBrowser({ reload: true });

const views: [string, Partial<PlaygroundState>][] = [
  ['learn', { view: 'learn' }],
  ['learn, the challenge', { view: 'learn', learn: { chapter: 'repair', work: {} } }],
  ['derive', {}],
  ['derive, stepping', { derive: { ...defaultState.derive, step: 12 } }],
  ['derive, the article', { derive: { ...defaultState.derive, mode: 'article' } }],
  ['derive, broken', { derive: { ...defaultState.derive, mode: 'break' } }],
  ['train', { view: 'train' }],
  ['fit', { view: 'fit' }],
  ['build', { view: 'build' }],
  ['extend', { view: 'extend' }],
];

test.each(views)('%s has no serious accessibility violation in the light or the dark theme', async (name, change) => {
  const page = await open({ ...change, theme: 'light' });
  // Wait for the view itself, not for the message that it is loading.
  await page.locator('main > :not([role="status"])').first().waitFor();
  await page.waitForLoadState('networkidle');
  expect(await page.locator('main').textContent()).not.toBe('');
  await expectAccessible(page);
  await picture(page, `${name.replaceAll(/\W+/g, '-')}-light`);
  await page.getByLabel('Colours').selectOption('dark');
  await page.locator('html[data-theme="dark"]').waitFor();
  // Only colours depend on the theme.
  await expectAccessible(page, ['color-contrast']);
  await picture(page, `${name.replaceAll(/\W+/g, '-')}-dark`);
});
