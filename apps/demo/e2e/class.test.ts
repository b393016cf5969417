/** Features for teachers: embedded pages, links for a class, exercise sheets, copied derivations. */
import { buffer } from 'node:stream/consumers';
import { expect, inject, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { articleExercise } from '../web/learn/article-exercise.js';
import { show } from '../web/learn/show.js';
import { defaultState } from '../web/state.js';
import { expectAccessible, open, picture, useBrowser } from './page.js';

useBrowser();

test('the embed code shows the current view in a frame without a header and without links to other views, and only embed.html may be framed', async () => {
  const page = await open({ view: 'derive' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('summary[aria-label="More"]').click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Copy embed code' }).click();
  await page.getByText('Copied.').waitFor();
  await page.getByText('follows each reader’s setting').waitFor();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  const [, source] = /^<iframe src="([^"]+)" title="Derive · @nnbp"/.exec(code)!;
  expect(new URL(source).pathname).toBe('/embed.html');
  expect(readAddress(new URL(source).hash, defaultState)).toMatchObject({ view: 'derive', theme: 'system' });
  await page.getByLabel('Colours').selectOption('light');
  await expect.poll(() => page.getByText('follows each reader’s setting').count()).toBe(0);
  const [whole, embedded] = await Promise.all([fetch(inject('address')), fetch(source)]);
  expect(whole.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(embedded.headers.get('content-security-policy')).toContain('frame-ancestors *');
  await page.goto(source);
  await page.getByRole('link', { name: 'Open in the playground' }).waitFor();
  expect(await page.locator('header').count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Open in the playground' }).getAttribute('href')).toMatch(/\/#/);
  await picture(page, 'embed');
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(await background()).toBe('rgb(247, 248, 250)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).toBe('rgb(18, 21, 28)');
  // An embedded page has no buttons that lead to other views, since nothing leads back.
  await page.goto(new URL('#build', source).href);
  await page.getByRole('group', { name: 'Edit' }).waitFor();
  expect(await page.getByRole('button', { name: 'View derivatives' }).count()).toBe(0);
  await page.setViewportSize({ width: 760, height: 700 });
  await page.goto(new URL('#learn/challenge', source).href);
  await page.getByText('Tap a node').waitFor();
  expect(await page.getByRole('button', { name: 'Skip to the playground' }).count()).toBe(0);
  // The nodes do not overlap even if the frame is as narrow as a column of text.
  const boxes = await page
    .getByRole('group', { name: 'The network' })
    .getByRole('button')
    .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect()));
  expect(boxes).toHaveLength(8);
  const overlaps = boxes.flatMap((one, k) =>
    boxes
      .slice(k + 1)
      .filter((two) => one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom),
  );
  expect(overlaps).toEqual([]);
});

test('a link for a class offers only one view and hides each number until the student takes the step that computes it, and the whole page is printed in black on white', async () => {
  const page = await open({
    view: 'derive',
    theme: 'dark',
    display: { locked: true, hide: [], answers: 'hidden', size: 'large' },
  });
  await page.getByText('has not been computed yet').waitFor();
  expect(await page.getByRole('group', { name: 'The loss' }).locator('data').count()).toBe(0);
  expect(await page.getByRole('navigation', { name: 'View' }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.dataset.size)).toBe('large');
  // Edges start at the border of a node, even if "Presentation size" is on.
  const gaps = () =>
    page.evaluate(() => {
      const boxes = (selector: string) =>
        Array.from(document.querySelectorAll(selector), (one) => one.getBoundingClientRect());
      const ends = boxes('.react-flow__node').map(({ right }) => right);
      return boxes('.react-flow__edge-path').map(({ left }) => Math.min(...ends.map((end) => Math.abs(end - left))));
    });
  await expect.poll(async () => (await gaps()).filter((gap) => gap < 8)).toHaveLength(11);
  await picture(page, 'class-link');
  // 680 pixels are 180 mm, the width of A4 without margins: the graph is not cut off.
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 680, height: 900 });
  const rights = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll('.react-flow__node'), (node) => node.getBoundingClientRect().right),
    );
  await expect.poll(async () => Math.max(...(await rights()))).toBeLessThan(680);
  expect(await rights()).toHaveLength(7);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
    'rgb(255, 255, 255)',
  );
});

test('a derivation is copied as LaTeX and as Markdown', async () => {
  const page = await open({ view: 'derive' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Copy LaTeX' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await copied()).toMatch(/\\begin\{align\*\}[^]*\\end\{align\*\}$/);
  await page.getByRole('button', { name: 'Copy Markdown' }).click();
  await expect.poll(copied).toContain('loss');
});

test('the graph is downloaded as SVG and PNG, and the derivation and the loss curve as SVG', async () => {
  const page = await open({ view: 'derive' });
  const saved = async (region: string, format: 'SVG' | 'PNG') => {
    const download = page.waitForEvent('download');
    await page.getByRole('region', { name: region }).getByRole('button', { name: format, exact: true }).click();
    const file = await buffer(await (await download).createReadStream());
    if (format === 'PNG') {
      expect(file.subarray(1, 4).toString()).toBe('PNG');
      return [file.readUInt32BE(16), file.readUInt32BE(20)];
    }
    return page.evaluate((text) => {
      const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
      const texts = Array.from(svg.querySelectorAll('text'), (element) => element.textContent);
      const links = text.match(/https?:[^"')]+/g)?.filter((address) => !address.startsWith('http://www.w3.org/')) ?? [];
      const pngSize = [2 * Number(svg.getAttribute('width')), 2 * Number(svg.getAttribute('height'))];
      return {
        name: svg.tagName,
        texts,
        links,
        pngSize,
        fonts: text.match(/@font-face/g)?.length ?? 0,
        paths: svg.querySelectorAll('path, polyline').length,
      };
    }, file.toString());
  };
  const graph = await saved('Network', 'SVG');
  expect(graph).toMatchObject({ name: 'svg', links: [], paths: 11 });
  expect(graph).toMatchObject({ texts: expect.arrayContaining(['0.53573', '−6.76', 'sigmoid, c = 1.5']) as unknown });
  expect(await saved('Network', 'PNG')).toEqual('pngSize' in graph && graph.pngSize);
  const derivation = await saved('Derivation', 'SVG');
  expect(derivation).toMatchObject({ links: [], texts: expect.arrayContaining(['−6.763804894210059']) as unknown });
  expect('fonts' in derivation && derivation.fonts).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Step' }).click();
  await page.locator('[data-stat="steps"]', { hasText: '1' }).waitFor();
  expect(await saved('Loss', 'SVG')).toMatchObject({
    paths: 2,
    texts: expect.arrayContaining(['Steps', 'Loss']) as unknown,
  });
});

test('an exercise sheet shows the solutions to its questions on a separate page, and not among the questions', async () => {
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

test('an exercise sheet from a link that hides answers has no solutions, either on screen or on paper', async () => {
  const page = await open({ view: 'learn', sheet: 5, display: { ...defaultState.display, answers: 'hidden' } });
  await page.getByRole('heading', { name: 'Backpropagation by hand Sheet 5' }).waitFor();
  expect(await page.locator('article section').count()).toBe(1);
  const content = await page.locator('article').textContent();
  const { cache, gradients } = articleExercise(5).pass;
  for (const value of [cache.x('7'), cache.dLossDx('2'), gradients.of('4').w['2']]) {
    expect(content).not.toContain(show(value));
  }
  await page.emulateMedia({ media: 'print' });
  const pages = (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type \/Page\b/g);
  expect(pages).toHaveLength(1);
});
