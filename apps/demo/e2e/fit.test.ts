/** The Fit view, which fits a formula to pasted data and shows the curve, the parameter estimates and derivatives. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { runFit, prepareFit } from '../web/fit/fit.js';
import { defaultState, type PlaygroundState } from '../web/state.js';
import { expectAccessible, open, picture, settled, untilUrl, useBrowser } from './page.js';

useBrowser();

const openFit = (
  change: Partial<PlaygroundState['fit']> = {},
  others: Partial<PlaygroundState> = {},
  options: Parameters<typeof open>[1] = {},
) => open({ view: 'fit', fit: { ...defaultState.fit, ...change }, ...others }, options);

/** Returns the estimate of a parameter in the table, with all digits. */
const estimate = async (page: Page, name: string) =>
  Number(
    await page
      .getByRole('row', { name: new RegExp(`^${name} `) })
      .first()
      .locator('data')
      .first()
      .getAttribute('value'),
  );

test('pasted data is fitted with the chosen model, and the link contains both', async () => {
  const page = await openFit();
  await page.getByText(/^Converged after/).waitFor();
  const expected = await runFit(prepareFit({ ...defaultState.fit, network: null }), new AbortController().signal);
  expect(await estimate(page, 'b1')).toBeCloseTo(expected.statistics.parameters[0].estimate, 8);
  await picture(page, 'fit');

  await page.getByLabel('x and y, one pair per line').fill('t;counts\n0;1,5\n1;3,5\n2;5,5\n3;7,5\n4;9,75');
  await page.getByRole('combobox', { name: 'Model' }).selectOption('line');
  await expect.poll(() => estimate(page, 'b')).toBeCloseTo(2.05, 6);
  expect(await page.getByRole('img', { name: /^5 points/ }).textContent()).toContain('counts');
  await untilUrl(page, ({ fit }) => fit.formula === 'a + b*x' && fit.data.includes('9,75'));
  await page.reload();
  await expect.poll(() => estimate(page, 'b')).toBeCloseTo(2.05, 6);
});

test('a derivative at a point opens in the Derive view with the fitted parameters', async () => {
  const page = await openFit();
  await page.getByRole('combobox', { name: 'Point' }).selectOption({ index: 3 });
  const button = page.getByRole('button', { name: /^dloss\/db_b2 = .* Open it in Derive$/ });
  const value = await page
    .getByRole('row', { name: /^dloss\/db_b2/ })
    .locator('data')
    .getAttribute('value');
  await button.press('Enter');
  const answer = page.locator('[data-answer] data');
  await answer.waitFor();
  expect(Number(await answer.getAttribute('value'))).toBeCloseTo(Number(value), 12);
  expect(await page.getByRole('button', { name: 'Fitted formula' }).getAttribute('aria-pressed')).toBe('true');
  await page.locator('[data-formula="typeset"]').first().waitFor();
  await settled(page);
  await expectAccessible(page);
  await picture(page, 'fit-in-derive');
});

test('a custom formula is fitted from the given initial values, and each mistake is reported', async () => {
  const page = await openFit({ data: '1 2.7\n2 7.4\n3 20.1\n4 54.6' });
  const formula = page.getByRole('textbox', { name: 'Formula' });
  await formula.fill('y = exp(k*x');
  await page.getByRole('alert').waitFor();
  await formula.fill('y = exp(k*x)');
  await page.getByRole('spinbutton', { name: 'Initial value of k' }).fill('0.5');
  await expect.poll(() => estimate(page, 'k')).toBeCloseTo(1, 3);
  await untilUrl(page, ({ fit }) => fit.start.k === 0.5);

  await page.getByRole('spinbutton', { name: 'Initial value of k' }).fill('500');
  await page.getByRole('alert').getByText('Change the initial values').waitFor();
  await page.getByLabel('x and y, one pair per line').fill('1 2\n2 x');
  await page.getByRole('alert').getByText('Line 2: expected two numbers, x and y.').waitFor();
  await page.getByLabel('x and y, one pair per line').fill('1 2');
  await page.getByRole('button', { name: 'Reset initial values' }).click();
  await page.getByRole('alert').getByText('1 point cannot determine 1 parameter and its error').waitFor();
});

test('pasted data that is too long is rejected and leaves the fit unchanged', async () => {
  const data = '1 2\n2 4.1\n3 6.2\n4 7.9';
  const page = await openFit({ formula: 'k*x + m', data });
  const text = page.getByLabel('x and y, one pair per line');
  await text.fill(`# ${'-'.repeat(39_985)}\n1 2\n2 4.1\n3 6.25`);
  await page.getByRole('alert').getByText('more than 40000 characters').waitFor();
  expect(await text.inputValue()).toBe(data);
  await text.fill(`${data}\n5 10`);
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  await page.getByRole('img', { name: /^5 points/ }).waitFor();
});

test('parameters that the data does not determine are reported by name', async () => {
  const page = await openFit({ formula: 'a*b*x', data: '1 2\n2 4.1\n3 6.2\n4 7.9' });
  await page.getByText(/^The data do not determine [ab]:/).waitFor();
  expect(await page.getByRole('cell', { name: 'not determined' }).count()).toBe(1);
});

test('the network drawn in the Build view is fitted instead of a formula', async () => {
  const network = {
    inputs: ['x'],
    nodes: [
      { id: 'h', from: ['x'], activation: 'tanh', b: 0.1, c: 1, w: [0.5] },
      { id: 'y', from: ['h'], activation: 'identity', b: 0, c: 1, w: [1] },
    ],
    outputs: ['y'],
  };
  const page = await openFit({ model: 'network' }, { network });
  await page.getByText(/^Converged after/).waitFor();
  await page.getByRole('button', { name: /^dloss\/dw_xtoh = / }).click();
  await untilUrl(
    page,
    ({ view, derive, network }) => view === 'derive' && derive.mode === 'own' && network.nodes[0].w[0] !== 0.5,
  );
});

test('after fitting the network from the Build view, a custom formula can be chosen again', async () => {
  const page = await openFit({ formula: 'k*x + m', data: '1 2\n2 4.1\n3 6.2\n4 7.9' });
  const model = page.getByRole('combobox', { name: 'Model' });
  await model.selectOption('network');
  await model.selectOption('own');
  expect(await page.getByRole('textbox', { name: 'Formula' }).inputValue()).toBe('k*x + m');
  await expect.poll(() => estimate(page, 'k')).toBeCloseTo(1.98, 6);
});

test.each(['light', 'dark'] as const)(
  'the Fit view is no wider than the screen of a phone and is accessible in Chinese, in the %s theme',
  async (theme) => {
    const page = await openFit({}, { language: 'zh', theme }, { viewport: { width: 375, height: 740 } });
    await page.getByText(/次后收敛/).waitFor();
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    await expectAccessible(page);
    await picture(page, `fit-phone-zh-${theme}`);
  },
);
