/** Features for teachers: embedded pages, links for a class, exercise sheets, copied derivations. */
import { expect, inject, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { articleExercise } from '../web/learn/article-exercise.js';
import { show } from '../web/learn/show.js';
import { defaultState } from '../web/state.js';
import { expectAccessible, open, picture, useBrowser } from './page.js';

useBrowser();

test('the embed code shows the state in a frame without a header, and only embed.html may be framed', async () => {
  const page = await open({ view: 'derive' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('summary[aria-label="More"]').click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Copy embed code' }).click();
  await page.getByText('Copied.').waitFor();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  const [, source] = /^<iframe src="([^"]+)" title="Derive · @nnbp"/.exec(code)!;
  expect(new URL(source).pathname).toBe('/embed.html');
  expect(readAddress(new URL(source).hash, defaultState).view).toBe('derive');
  const [whole, embedded] = await Promise.all([fetch(inject('address')), fetch(source)]);
  expect(whole.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(embedded.headers.get('content-security-policy')).toContain('frame-ancestors *');
  await page.goto(source);
  await page.getByRole('link', { name: 'Open in the playground' }).waitFor();
  expect(await page.locator('header').count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Open in the playground' }).getAttribute('href')).toMatch(/\/#/);
  await picture(page, 'embed');
});

test('a link for a class offers one view only and hides derivations until they are stepped to', async () => {
  const page = await open({
    view: 'derive',
    display: { locked: true, hide: [], answers: 'hidden', size: 'large' },
  });
  await page.getByText('is not computed yet').waitFor();
  expect(await page.getByRole('navigation', { name: 'View' }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.dataset.size)).toBe('large');
  await picture(page, 'class-link');
});

test('a derivation is copied as LaTeX and as Markdown', async () => {
  const page = await open({ view: 'derive' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Copy LaTeX' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await copied()).toMatch(/\\begin\{aligned\}/);
  await page.getByRole('button', { name: 'Copy Markdown' }).click();
  await expect.poll(copied).toContain('loss');
});

test('an exercise sheet has its numbers from the seed, and the solutions on a page of their own', async () => {
  const page = await open({ view: 'learn', sheet: 5 });
  await page.getByRole('heading', { name: 'Solutions Sheet 5' }).waitFor();
  const [questions, solutions] = await page.locator('article section').allTextContents();
  const { cache, gradients } = articleExercise(5).pass;
  for (const value of [cache.x('7'), cache.dLossDx('2'), gradients.of('4').w['2']]) {
    expect(solutions).toContain(show(value));
    expect(questions).not.toContain(show(value));
  }
  await picture(page, 'sheet');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('button', { name: 'Print' }).first().isVisible()).toBe(false);
  const pages = (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type \/Page\b/g);
  expect(pages).toHaveLength(2);
});
