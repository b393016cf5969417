/**
 * The Derive view of a network with delays: one column per time step; a derivative with respect to a parameter is shown
 * as a sum over the time steps.
 */
import { backpropagateSequence } from '@nnbp/core';
import { expect, test } from 'vitest';
import { presets } from '../web/derive/presets.js';
import { networkOf } from '../web/network.js';
import { recurrence, recurrentSequence } from '../web/recurrence.js';
import { defaultState } from '../web/state.js';
import { builtinFunctions } from '../web/functions.js';
import { expectAccessible, open, picture, settled, untilUrl, useBrowser } from './page.js';

useBrowser();

test('the two-step recurrence can be chosen as a preset, and the numbers in its sum over time are those of the engine', async () => {
  const page = await open();
  await page.getByLabel('Network', { exact: true }).selectOption('recurrence');
  const sum = page.getByRole('group', { name: 'dloss/dw_1to2 as a sum over time' });
  await sum.waitFor();
  const network = networkOf(recurrence, builtinFunctions);
  const targets = [null, [recurrentSequence.target]];
  const pass = backpropagateSequence(
    network,
    recurrentSequence.inputs.map((x) => [x]),
    targets,
    builtinFunctions.loss('mse'),
  );
  const gradient = String(pass.gradients.of('2').w['1']);
  expect(await page.locator('[data-answer] data').getAttribute('value')).toBe(gradient);
  expect(await sum.locator('tbody tr').last().locator('data').last().getAttribute('value')).toBe(gradient);
  for (const t of [0, 1]) {
    const shown = page.locator(`button[data-name="dloss/dx_2@${t}"][data-case] data`);
    expect(await shown.getAttribute('value')).toBe(String(pass.cache.dLossDx('2', 0, t)));
  }
  await settled(page);
  await picture(page, 'derive-time');
  await expectAccessible(page);
  const box = page.getByRole('group', { name: 'The loss' });
  expect(await box.locator('data').first().getAttribute('value')).toBe(String(pass.loss));
  await box.getByRole('button').click();
  const updatedWeight = recurrence.nodes[0].w[1] - 0.01 * pass.gradients.of('2').w['2@-1'];
  await untilUrl(page, ({ network: { nodes } }) => nodes[0].w[1] === updatedWeight);
  const slider = sum.getByRole('slider');
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => sum.locator('tbody tr').count()).toBe(1);
  expect(await sum.getByRole('status').textContent()).toBe('The term of one earlier step has not been added yet.');
  await page.getByLabel('input x_1 at step 0').fill('-2');
  // Step 8 of the trace adds the only term that is shown.
  await untilUrl(page, ({ derive }) => derive.input[0] === -2 && derive.step === 8);
  await page.getByLabel('Steps', { exact: true }).fill('5');
  await expect.poll(() => sum.locator('tbody tr').count()).toBe(5);
  await page
    .getByRole('button', { name: /^x_2@3 =/ })
    .first()
    .click();
  await page.getByText('Select the derivative with respect to a parameter to see it as a sum over time.').waitFor();
  await page.getByRole('button', { name: 'Break it' }).click();
  await page.getByText('“Break it” supports only networks without delays.').waitFor();
});

test('in a link with hidden answers, a network with delays shows each number only after the trace step that computes it', async () => {
  const { network, input, target, time } = presets.recurrence;
  const page = await open({
    network,
    display: { locked: true, hide: [], answers: 'hidden', size: 'normal' },
    derive: {
      ...defaultState.derive,
      input: [...input],
      target: [...target],
      time: time!,
      selected: 'dloss/dw_1to2',
      step: null,
    },
  });
  await page.getByText('has not been computed yet').first().waitFor();
  expect(await page.locator('main data').count()).toBe(0);
  const stepper = page.getByRole('group', { name: 'Step by step' });
  const shown = (name: string) => page.locator(`button[data-name="${name}"] data`);
  await stepper.getByText('Only the parameters are known. Take a step.').waitFor();
  await stepper.getByRole('button', { name: 'Next step' }).focus();
  // The first five trace steps: the input at both time steps, then node 2 before t = 0 and at both time steps.
  for (let step = 1; step <= 5; step++) await page.keyboard.press('ArrowRight');
  await stepper.getByText('Step 5 of 15').waitFor();
  await shown('x_2@1').waitFor();
  expect(await shown('dloss/dx_2@1').count()).toBe(0);
  await page.keyboard.press('ArrowRight');
  await shown('dloss/dx_2@1').waitFor();
  await stepper.getByText('Backward, node 2@1: differentiate the loss.').waitFor();
  expect(await page.locator('[data-term-step]').count()).toBe(0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await stepper.getByText(/^dloss\/dw_1to2: term/).waitFor();
  await expect.poll(() => page.locator('[data-term-step]').count()).toBe(1);
  expect(await shown('dloss/dx_2@0').count()).toBe(0);
  expect(await page.locator('[data-answer] data').count()).toBe(0);
  const loss = page.getByRole('group', { name: 'The loss' });
  expect(await loss.locator('span').first().textContent()).toBe('loss ?');
  expect(await loss.getByRole('button').isDisabled()).toBe(true);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => page.locator('[data-term-step]').count()).toBe(0);
  await page.getByRole('slider', { name: /^Terms of the sum/ }).press('End');
  await page.locator('[data-answer] data').waitFor();
  await stepper.getByRole('button', { name: 'Back to the start' }).click();
  await expect.poll(() => page.locator('[data-answer] data').count()).toBe(0);
  await stepper.getByRole('button', { name: 'Last step' }).click();
  await page.locator('[data-answer] data').waitFor();
  await loss.locator('data').waitFor();
  await stepper.getByText('Step 15 of 15').waitFor();
});

test('a network with delays can be stepped through in Chinese on a phone', async () => {
  const { network, input, target, time } = presets.recurrence;
  const page = await open(
    {
      language: 'zh',
      network,
      derive: {
        ...defaultState.derive,
        input: [...input],
        target: [...target],
        time: time!,
        selected: 'dloss/dx_2@0',
        step: 7,
      },
    },
    // Without animation, so that the new number is not highlighted in the screenshot.
    { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' },
  );
  const stepper = page.getByRole('group', { name: '逐步' });
  await stepper.getByText('反向，节点 2@1：节点内部的导数。').waitFor();
  await page.locator('[data-answer]', { hasText: '?' }).waitFor();
  await settled(page);
  await picture(page, 'derive-time-step-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessible(page);
  await stepper.getByRole('button', { name: '下一步' }).click();
  await stepper.getByText('2@1').first().waitFor();
  await stepper
    .getByText(/本步的项/)
    .first()
    .waitFor();
  await stepper.getByRole('button', { name: '下一步' }).click();
  await page.locator('[data-answer] data').waitFor();
});

test('the unrolled network in Chinese, in dark mode and on a phone is accessible and fits the width of the screen', async () => {
  const { network, input, target, time } = presets.recurrence;
  const page = await open(
    {
      language: 'zh',
      theme: 'dark',
      network,
      derive: {
        ...defaultState.derive,
        input: [...input, 1, -1],
        target: [...target],
        time: { ...time!, steps: 4, targets: 'each' },
        selected: 'dloss/dw_2to2',
      },
    },
    { viewport: { width: 390, height: 844 } },
  );
  await page.getByRole('group', { name: 'dloss/dw_2@-1to2 是各步之和' }).waitFor();
  await settled(page);
  await picture(page, 'derive-time-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessible(page);
});
