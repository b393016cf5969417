/** Custom functions in the Derive view. */
import { type Activation, backpropagate } from '@nnbp/core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { formulaNetwork } from '../web/shared/formula-network.js';
import { networkOf } from '../web/network.js';
import { defaultState } from '../web/state.js';
import { builtinFunctions } from '../web/functions.js';
import { fourth, fourthSource } from './custom-loss.js';
import { open, picture, useBrowser } from './page.js';

useBrowser();

/** The page loads the TypeScript compiler, which is slow while other tests run. */
const longTimeout = { timeout: 60_000 };
const { derive, network: articleNetwork } = defaultState;
const bent: Activation = { name: 'bent', value: (h) => h + h * h, derivative: (h) => 1 + 2 * h };
const custom = {
  activations: [
    {
      name: 'bent',
      source: 'export default { value: (h: number) => h + h * h, derivative: (h: number) => 1 + 2 * h };',
    },
  ],
  losses: [fourthSource],
};
const nodes = articleNetwork.nodes.map((node) =>
  node.id === '2' || node.id === '7' ? { ...node, activation: 'bent' } : node,
);
const network = { ...articleNetwork, nodes };

const shownNumber = async (page: Page, name: string) =>
  Number(await page.locator(`button[aria-label^="${name} = "]`).last().locator('data').last().getAttribute('value'));

test(
  'a derivation with a custom activation and loss shows the numbers that backpropagate() returns, before and after b is changed',
  longTimeout,
  async () => {
    const page = await open({ network, custom, derive: { ...derive, loss: 'fourth' } });
    const functions = { activation: (name: string) => (name === 'bent' ? bent : builtinFunctions.activation(name)) };
    const expected = (b: number) => {
      const changed = { ...network, nodes: nodes.map((node) => (node.id === '2' ? { ...node, b } : node)) };
      return backpropagate(networkOf(changed, functions), derive.input, derive.target, fourth);
    };
    await page.locator('button[aria-label^="dloss/dw_1to2 = "]').first().waitFor({ timeout: 50_000 });
    const before = expected(articleNetwork.nodes[0].b);
    expect(await shownNumber(page, 'dloss/dw_1to2')).toBe(before.gradients.of('2').w['1']);
    expect(await shownNumber(page, 'dloss/dx_7')).toBe(before.cache.dLossDx('7'));

    await page.getByLabel('b_2', { exact: true }).fill('0.75');
    const after = expected(0.75).gradients.of('2').w['1'];
    await expect.poll(() => shownNumber(page, 'dloss/dw_1to2')).toBe(after);
    await picture(page, 'derive-custom-functions');
  },
);

test('a custom function can be chosen for a node', longTimeout, async () => {
  const page = await open({ custom });
  await page.getByLabel('Activation of node 2').selectOption('bent');
  await expect
    .poll(() => shownNumber(page, 'dloss/db_2'), { timeout: 50_000 })
    .toBe(
      backpropagate(
        networkOf(
          {
            ...articleNetwork,
            nodes: articleNetwork.nodes.map((node) => (node.id === '2' ? { ...node, activation: 'bent' } : node)),
          },
          { activation: (name) => (name === 'bent' ? bent : builtinFunctions.activation(name)) },
        ),
        derive.input,
        derive.target,
        builtinFunctions.loss(derive.loss),
      ).gradients.of('2').b,
    );
});

test('the derivation of a fitted formula can use a custom loss', longTimeout, async () => {
  const shown = { formula: 'a*exp(b*x)', variable: 'x', values: { a: 1.5, b: 0.4 } };
  const page = await open({
    custom,
    fit: { ...defaultState.fit, shown },
    derive: { ...derive, input: [2], target: [3], loss: 'fourth', mode: 'fit', selected: 'dloss/db_b' },
  });
  const { gradients } = backpropagate(formulaNetwork(shown).network, [2], [3], fourth);
  const answer = page.locator('[data-answer] data');
  await answer.waitFor({ timeout: 50_000 });
  expect(Number(await answer.getAttribute('value'))).toBe(gradients.of('b').b);
});

test(
  'an infinite loop in the activation of a node is stopped with a message, and the page keeps working',
  longTimeout,
  async () => {
    const endless = 'export default { value(h: number) { for (;;) h += 0; }, derivative: () => 1 };';
    const page = await open({ network, custom: { activations: [{ name: 'bent', source: endless }], losses: [] } });
    await page.getByRole('alert').getByText('Stopped because there was no result in time').waitFor({ timeout: 50_000 });
    await page.getByLabel('Activation of node 2').selectOption('tanh');
    await page.getByLabel('Activation of node 7').selectOption('tanh');
    await page.locator('button[aria-label^="dloss/dw_1to2 = "]').first().waitFor();
  },
);
