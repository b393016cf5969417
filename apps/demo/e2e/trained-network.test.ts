/** A training run persists across views and in the link; its network can be exported and opened in other views. */
import { load } from '@nnbp/formats';
import { fromOnnx } from '@nnbp/interop';
import { buffer } from 'node:stream/consumers';
import type { Locator, Page } from 'playwright-core';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { defaultState } from '../web/state.js';
import { open, picture, untilUrl, useBrowser } from './page.js';

useBrowser({ reload: true });

const stat = (page: Page, name: string) => page.locator(`[data-stat="${name}"]`).textContent();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const stateOf = (page: Page) => readAddress(new URL(page.url()).hash, defaultState);

/** Takes training steps one at a time, and waits until the page shows their number. */
async function steps(page: Page, count: number): Promise<void> {
  await expect.poll(() => stat(page, 'training-loss')).not.toBe('–');
  for (let k = 0; k < count; k++) await button(page, 'Step').click();
  await expect.poll(() => stat(page, 'steps')).toBe(String(count));
}

test('a trained network persists across views and reloads, and can be exported, opened in Derive and Build, and trained further', async () => {
  const page = await open({ view: 'train' });
  await steps(page, 7);
  const loss = await stat(page, 'training-loss');
  await untilUrl(page, ({ train }) => train.steps === 7);

  await button(page, 'Extend').click();
  await button(page, 'Train').click();
  expect(await stat(page, 'steps')).toBe('7');
  expect(await stat(page, 'training-loss')).toBe(loss);

  // The link contains the number of training steps. After a reload, the page repeats them.
  await page.reload();
  await expect.poll(() => stat(page, 'steps')).toBe('7');
  expect(await stat(page, 'training-loss')).toBe(loss);
  await picture(page, 'train-trained');

  const exported = async (name: string, root: Page | Locator = page) => {
    const download = page.waitForEvent('download');
    await root.getByRole('button', { name, exact: true }).click();
    // The browser may run on another machine, so the file is read as a stream.
    return buffer(await (await download).createReadStream());
  };
  // The loss curve includes the repeated steps.
  const curve = (await exported('SVG', page.getByRole('region', { name: 'Loss', exact: true }))).toString();
  expect(/<polyline[^>]* points="([^"]*)"/.exec(curve)![1].split(' ').length).toBeGreaterThan(1);
  await page.getByText('Export', { exact: true }).click();
  await picture(page, 'train-export');
  const { network } = load(await exported('Model file (.safetensors)'));
  expect(network.graph.parameterCount).toBe(121);
  const onnx = fromOnnx(await exported('ONNX'));
  expect(onnx.predict([0.3, -0.2])[0]).toBeCloseTo(network.predict([0.3, -0.2])[0], 5);
  const zipped = unzipSync(await exported('PyTorch'));
  expect(Object.keys(zipped)).toEqual(['network.py', 'train.py', 'weights.safetensors']);
  expect((await exported('ES module (.js)')).toString()).toContain('export function predict');
  const cells = (JSON.parse((await exported('Notebook (.ipynb)')).toString()) as { cells: { source: string }[] }).cells;
  expect(cells.map(({ source }) => source).join('\n')).toContain(`torch.tensor([[${network.predict([0.5, 0.5])[0]}]]`);

  await button(page, 'Open sample 0 in Derive').click();
  await page.getByRole('group', { name: 'The loss' }).waitFor();
  await untilUrl(page, ({ view, derive }) => view === 'derive' && derive.loss === 'binaryCrossEntropyWithLogits');
  const derived = stateOf(page);
  expect(derived.network.nodes).toHaveLength(17);
  expect(derived.network.nodes[0].b).toBe(network.getParameters(derived.network.nodes[0].id).b);
  await button(page, 'Build').click();
  await button(page, 'Train this network').click();
  await page.getByText('Your graph, 17 nodes').waitFor();
  await steps(page, 2);
  await untilUrl(page, ({ train }) => train.steps === 2 && train.graph?.nodes.length === 17);
});

test('a graph that does not fit the data is rejected with a message, and a graph that fits is trained', async () => {
  const page = await open({ view: 'build' });
  await button(page, 'Train this network').click();
  await steps(page, 3);
  await page.getByText('Your graph, 6 nodes').waitFor();
  await page.getByText('iris', { exact: true }).click();
  await page.getByText('The graph has 1 input and 1 output; this data set needs 4 and 3.').waitFor();
  await button(page, 'Use layers instead').click();
  await page.getByText('1 hidden layer').waitFor();
});

test('a link from Learn to another view prepares the task in that view', async () => {
  const done = { seed: 0, task: 0, tries: [['', '', '']], draft: '' };
  const page = await open({ view: 'learn', learn: { chapter: 'repair', work: { repair: done } } });
  await button(page, 'Give node 2 four successors').click();
  await page.getByText('Give node 2 four successors, then view its derivatives. It now has 3.').waitFor();
  await picture(page, 'build-task');
  await page.getByLabel('From node').selectOption('2');
  await page.getByLabel('to node').selectOption('7');
  await button(page, 'Connect').click();
  await page.getByText('Done:').waitFor();
  await page.goBack();
  await button(page, 'Train the network of chapter 8').click();
  await expect.poll(async () => Number((await stat(page, 'steps'))?.replaceAll(',', ''))).toBeGreaterThan(10);
  await page.goBack();
  await button(page, 'Write the derivative of softsign').click();
  await page.getByText('Write the derivative of softsign so that all checks pass, then save it.').waitFor();
  await picture(page, 'extend-task');
});
