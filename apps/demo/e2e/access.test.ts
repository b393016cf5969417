/** Accessibility: axe finds no serious violation in any view and theme. */
import { expect, test } from 'vitest';
import { defaultState, type PlaygroundState } from '../web/state.js';
import { expectAccessible, open, picture, useBrowser } from './page.js';

useBrowser();

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

test.each(views.flatMap(([name, change]) => (['light', 'dark'] as const).map((theme) => ({ name, change, theme }))))(
  '$name has no accessibility violation, $theme',
  async ({ name, change, theme }) => {
    const page = await open({ ...change, theme });
    // Wait for the view itself, not for what is shown while it loads.
    await page.locator('main > :not([role="status"])').first().waitFor();
    await page.waitForLoadState('networkidle');
    await expectAccessible(page);
    expect(await page.locator('main').textContent()).not.toBe('');
    await picture(page, `${name.replaceAll(/\W+/g, '-')}-${theme}`);
  },
);
