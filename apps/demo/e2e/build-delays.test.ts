/** Delayed edges and aggregations in the Build view. */
import { expect, test } from 'vitest';
import { defaultState, type PlaygroundState } from '../web/state.js';
import { expectAccessible, open, picture, settled, untilUrl, useBrowser } from './page.js';

useBrowser();

const chain: PlaygroundState['network'] = {
  inputs: ['1'],
  nodes: [
    { id: '2', from: ['1'], activation: 'tanh', b: 0, c: 1, w: [0.8] },
    { id: '3', from: ['2'], activation: 'identity', b: 0, c: 1, w: [2] },
  ],
  outputs: ['3'],
};

test('an edge that would close a cycle can be added with a delay, is drawn dashed, and can be edited and undone', async () => {
  const page = await open({ view: 'build', network: chain });
  const form = page.getByRole('form', { name: 'Add an edge' });
  await form.getByLabel('From node').selectOption('3');
  await form.getByLabel('to node').selectOption('2');
  await form.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('button', { name: 'Delay this edge by one step' }).click();
  await page.getByRole('heading', { name: 'Edge 3 → 2, delayed by 1 step' }).waitFor();
  const inspector = page.getByRole('region', { name: 'Selection' });
  await inspector.getByLabel('Delay in steps').first().fill('2');
  await page.getByRole('heading', { name: 'Edge 3 → 2, delayed by 2 steps' }).waitFor();
  await page.getByLabel('x of 3 before the first step').fill('0.25');
  await untilUrl(page, ({ network: { nodes, initial } }) => nodes[0].delays?.[1] === 2 && initial?.['3'] === 0.25);
  const edge = page.getByRole('button', { name: 'Edge 3 → 2, w = 0.5, delayed by 2 steps' });
  expect(await edge.textContent()).toBe('0.5z⁻²');
  expect(await page.locator('.react-flow__edge path[style*="dasharray"]').count()).toBe(1);
  await settled(page);
  await picture(page, 'build-delay');
  await expectAccessible(page);
  for (let k = 0; k < 3; k++) await page.getByRole('button', { name: 'Undo' }).click();
  await untilUrl(page, ({ network }) => JSON.stringify(network) === JSON.stringify(chain));
});

test('an aggregation can be chosen for a node with a delayed edge to itself, on a phone, in Chinese and in dark mode', async () => {
  const { nodes } = chain;
  const network = {
    ...chain,
    nodes: [{ ...nodes[0], from: ['1', '2'], delays: [0, 1], w: [0.8, 0.6] }, nodes[1]],
  };
  const page = await open(
    { ...defaultState, view: 'build', language: 'zh', theme: 'dark', network },
    { viewport: { width: 390, height: 844 } },
  );
  await page.locator('.react-flow__node[data-id="2"]').getByRole('button').click();
  await page.getByLabel('聚合函数 A').selectOption('product');
  await untilUrl(page, ({ network }) => network.nodes[0].aggregation === 'product');
  expect(await page.locator('.react-flow__node[data-id="2"]').textContent()).toContain('product · tanh');
  await expect.poll(() => page.getByLabel('该图的 JSON 文本').inputValue()).toContain('"aggregation":"product"');
  await settled(page);
  await picture(page, 'build-delay-phone');
  await expectAccessible(page);
});
