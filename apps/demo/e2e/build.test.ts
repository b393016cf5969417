/** The Build view: every edit is verified on the page, in the JSON and in the link. */
import { tanh } from '@nnbp/activations';
import { backpropagate, mlp, Network } from '@nnbp/core';
import { fromJson, load, save } from '@nnbp/formats';
import { toOnnx } from '@nnbp/interop';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { describe, networkOf } from '../web/network.js';
import { defaultState, type NetworkDescription, type PlaygroundState } from '../web/state.js';
import { builtinFunctions } from '../web/functions.js';
import { expectAccessible, open, picture, useBrowser, settled } from './page.js';

useBrowser();

const inBuild = (change: Partial<PlaygroundState> = {}, options = {}) => open({ view: 'build', ...change }, options);

const text = (page: Page) => page.getByLabel('The graph as JSON');

/** Returns the graph that the page shows as JSON. */
const shown = async (page: Page): Promise<NetworkDescription> => describe(fromJson(await text(page).inputValue()));

const edgesOf = ({ nodes }: NetworkDescription) => nodes.flatMap(({ id, from }) => from.map((from) => `${from}→${id}`));

const boxOf = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);

async function connect(page: Page, from: string, to: string): Promise<void> {
  const form = page.getByRole('form', { name: 'Add an edge' });
  await form.getByLabel('From node').selectOption(from);
  await form.getByLabel('to node').selectOption(to);
  await form.getByRole('button', { name: 'Connect' }).click();
}

/** Drags with the mouse from a node's right side to a point. */
async function dragFrom(page: Page, id: string, x: number, y: number): Promise<void> {
  const from = (await boxOf(page, id).locator('[data-handle="source"]').boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(x - 40, y, { steps: 4 });
  await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
}

test('a node that is added, connected and edited in the forms appears in the JSON with its activation and parameters', async () => {
  const page = await inBuild();
  await page.getByRole('button', { name: 'Add a node', exact: true }).click();
  await page.getByRole('heading', { name: 'Node 8' }).waitFor();
  await connect(page, '1', '8');
  await page.getByLabel('w from 1 to 8').fill('0.75');
  await boxOf(page, '8').getByRole('button').click();
  await page.getByLabel('Activation g').first().selectOption('relu');
  await page.getByLabel('b of 8').fill('-1.5');
  await page.getByLabel('c of 8').fill('2');
  await page.getByLabel('Output: the loss compares its value with the target').check();
  const network = await shown(page);
  expect(network.nodes.find(({ id }) => id === '8')).toEqual({
    id: '8',
    from: ['1'],
    activation: 'relu',
    b: -1.5,
    c: 2,
    w: [0.75],
  });
  expect(network.outputs).toEqual(['7', '8']);
  await expect
    .poll(() => page.locator('[data-counts]').textContent())
    .toBe('1 input, 7 nodes, 12 edges, 26 parameters');
});

test('dragging from node to node adds an edge, and dragging onto the empty canvas adds a node', async () => {
  const page = await inBuild();
  const target = (await boxOf(page, '7').boundingBox())!;
  await dragFrom(page, '2', target.x + target.width / 2, target.y + target.height / 2);
  await page.getByRole('heading', { name: 'Edge 2 → 7' }).waitFor();
  expect(edgesOf(await shown(page))).toContain('2→7');
  const canvas = (await page.locator('.react-flow__pane').boundingBox())!;
  await dragFrom(page, '3', canvas.x + canvas.width / 2, canvas.y + canvas.height - 6);
  await page.getByRole('heading', { name: 'Node 8' }).waitFor();
  expect(edgesOf(await shown(page))).toContain('3→8');
});

test('an edge can be drawn by touch on a phone', async () => {
  const page = await inBuild({}, { viewport: { width: 390, height: 900 }, hasTouch: true, isMobile: true });
  await settled(page);
  const start = (await boxOf(page, '2').locator('[data-handle="source"]').boundingBox())!;
  const end = (await boxOf(page, '7').boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', along: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        type === 'touchEnd'
          ? []
          : [
              {
                x: start.x + start.width / 2 + along * (end.x + end.width / 2 - start.x),
                y: start.y + start.height / 2 + along * (end.y + end.height / 2 - start.y),
              },
            ],
    });
  await touch('touchStart', 0);
  for (const along of [0.2, 0.4, 0.6, 0.8, 1]) await touch('touchMove', along);
  await touch('touchEnd', 1);
  await page.getByRole('heading', { name: 'Edge 2 → 7' }).waitFor();
  expect(edgesOf(await shown(page))).toContain('2→7');
});

test('an edge that would close a cycle is rejected, and the cycle is named and highlighted', async () => {
  const page = await inBuild();
  const before = await text(page).inputValue();
  await connect(page, '7', '2');
  expect(await page.getByRole('alert').textContent()).toContain(
    '7 → 2 was not added: it would close the cycle 2 → 4 → 7 → 2',
  );
  const marked = page.locator('[data-in-cycle]');
  const names = await marked.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!.split(',')[0]));
  expect(names.toSorted()).toEqual(['Edge 2 → 4', 'Edge 4 → 7', 'Node 2', 'Node 4', 'Node 7']);
  await picture(page, 'build-cycle');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  const two = (await boxOf(page, '2').boundingBox())!;
  await dragFrom(page, '4', two.x + two.width / 2, two.y + two.height / 2);
  expect(await page.getByRole('alert').textContent()).toContain('2 → 4 → 2');
  await connect(page, '2', '2');
  expect(await page.getByRole('alert').textContent()).toContain('Node 2 cannot be its own predecessor');
  expect(await text(page).inputValue()).toBe(before);
});

test('the only input and the only output cannot be removed, and a name that is already used is rejected', async () => {
  const page = await inBuild();
  const before = await text(page).inputValue();
  for (const [id, problem] of [
    ['1', 'the only input'],
    ['7', 'the only output'],
  ]) {
    await boxOf(page, id).getByRole('button').click();
    await page.keyboard.press('Delete');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain(problem);
  }
  await page.getByLabel('Name').fill('4');
  await page.getByLabel('Name').press('Enter');
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('already');
  expect(await text(page).inputValue()).toBe(before);
});

test('undo and redo cover every edit, including those in Derive, and a number typed digit by digit is one edit', async () => {
  const page = await inBuild();
  // After a reload, there is nothing to undo.
  await page.reload();
  const texts = [await text(page).inputValue()];
  const recordText = async () => texts.push(await text(page).inputValue());
  await boxOf(page, '4').getByRole('button').click();
  await page.getByLabel('b of 4').pressSequentially('125');
  await recordText();
  await page.getByLabel('Name').fill('four');
  await page.getByLabel('Name').press('Enter');
  await recordText();
  await boxOf(page, '5').getByRole('button').click();
  await page.keyboard.press('Delete');
  await page.getByRole('heading', { name: 'Nothing selected' }).waitFor();
  await recordText();
  await page.getByRole('button', { name: 'Derive', exact: true }).click();
  await page.getByLabel('b_2', { exact: true }).fill('0.625');
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  await text(page).waitFor();
  await recordText();
  expect(new Set(texts).size).toBe(5);
  for (const earlier of texts.slice(0, -1).toReversed()) {
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await text(page).inputValue()).toBe(earlier);
  }
  expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
  for (const later of texts.slice(1)) {
    await page.locator('main').focus();
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(() => text(page).inputValue()).toBe(later);
  }
  await page.keyboard.press('Control+z');
  await expect.poll(() => text(page).inputValue()).toBe(texts.at(-2));
});

test('a graph exported and imported as JSON is unchanged, and its predictions are bit-identical', async () => {
  const page = await inBuild();
  const before = await text(page).inputValue();
  expect(fromJson(before).predict([0.5])).toEqual(networkOf(defaultState.network, builtinFunctions).predict([0.5]));
  await page.getByRole('button', { name: '2-4-2-1' }).click();
  expect((await shown(page)).nodes).toHaveLength(7);
  await text(page).fill(before);
  await page.getByRole('button', { name: 'Apply' }).click();
  expect(await text(page).inputValue()).toBe(before);
  await expect.poll(() => readAddress(new URL(page.url()).hash, defaultState).network).toEqual(defaultState.network);
});

test('invalid JSON is reported and leaves the graph unchanged', async () => {
  const page = await inBuild();
  const before = await text(page).inputValue();
  for (const [invalid, problem] of [
    ['{"format": ', 'not valid json'],
    ['{"layers": []}', ''],
    [before.replace('"from":["1"]', '"from":["7"]'), 'cycle'],
    [before.replaceAll('"sigmoid"', '"sigmoyd"'), 'sigmoyd'],
    [before.replace('0.15', '1e999'), ''],
  ]) {
    await text(page).fill(invalid);
    await page.getByRole('button', { name: 'Apply' }).click();
    const message = (await page.getByRole('alert').textContent())!;
    expect(message).toContain('nothing was changed');
    expect(message.toLowerCase()).toContain(problem);
    expect(await text(page).inputValue()).toBe(invalid);
    await page.getByRole('button', { name: 'Discard changes' }).click();
    expect(await text(page).inputValue()).toBe(before);
  }
});

test('.safetensors and .onnx files open, and files that are invalid or too large are reported', async () => {
  const page = await inBuild();
  const network = networkOf(defaultState.network, builtinFunctions);
  network.setParameters('2', { b: 0.0625 });
  const files = [
    { name: 'mine.safetensors', mimeType: '', buffer: Buffer.from(save(network)) },
    { name: 'mine.onnx', mimeType: '', buffer: Buffer.from(toOnnx(network)) },
  ];
  expect(load(files[0].buffer).network.predict([0.5])).toEqual(network.predict([0.5]));
  for (const file of files) {
    await page.getByRole('button', { name: "The article's network" }).click();
    await page.locator('input[type=file]').setInputFiles(file);
    await expect.poll(() => page.getByRole('status').first().textContent()).toContain('replaced');
    await expect
      .poll(async () => networkOf(await shown(page), builtinFunctions).predict([0.5])[0], { message: file.name })
      .toBeCloseTo(network.predict([0.5])[0], file.name.endsWith('onnx') ? 5 : 15);
  }
  const before = await text(page).inputValue();
  const large = new Network(mlp([2, 500, 1], { activation: tanh }));
  for (const [name, buffer, problem] of [
    ['large.safetensors', Buffer.from(save(large)), 'Too many nodes that are not inputs: 501.'],
    ['broken.onnx', Buffer.from('not at all'), 'nothing was changed'],
    ['broken.safetensors', Buffer.from('not at all'), 'nothing was changed'],
    ['empty', Buffer.alloc(0), 'nothing was changed'],
  ] as const) {
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer });
    await expect.poll(() => page.getByRole('alert').textContent(), { message: name }).toContain(problem);
    await page.getByRole('button', { name: 'Dismiss' }).click();
  }
  // The file is created in the page, since sending 16 MB from the test takes seconds.
  await page.locator('input[type=file]').evaluate((input: HTMLInputElement) => {
    const chosen = new DataTransfer();
    chosen.items.add(new File([new Uint8Array(16_000_001)], 'huge.json'));
    input.files = chosen.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('files of up to 16 MB');
  expect(await text(page).inputValue()).toBe(before);
});

test('a graph can be pasted outside input fields', async () => {
  const page = await inBuild();
  const before = await text(page).inputValue();
  await page.getByRole('button', { name: '2-4-2-1' }).click();
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    document.querySelector('main')!.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, before);
  await expect.poll(() => text(page).inputValue()).toBe(before);
});

test('an invalid graph from a link can be fixed in Build', async () => {
  const { network } = defaultState;
  const nodes = network.nodes.map((node) => (node.id === '2' ? { ...node, from: ['7'] } : node));
  const page = await inBuild({ network: { ...network, nodes } });
  await page.getByText('cycle', { exact: false }).first().waitFor();
  await boxOf(page, '2').getByRole('button').click();
  await page.getByRole('button', { name: 'Remove edge 7 → 2' }).click();
  expect(edgesOf(await shown(page))).not.toContain('7→2');
});

test('custom layers are created with skip connections, and invalid sizes and too many nodes or edges are reported', async () => {
  const page = await inBuild();
  const form = page.getByRole('form', { name: 'Custom layers' });
  await form.getByLabel('Sizes').fill('2-3-1');
  await form.getByLabel('Skip connections').check();
  await form.getByRole('button', { name: 'Create' }).click();
  const network = await shown(page);
  expect(network.inputs).toEqual(['1', '2']);
  expect(network.nodes.find(({ id }) => id === '6')?.from).toEqual(['1', '2', '3', '4', '5']);
  await picture(page, 'build-skips');
  await form.getByLabel('Sizes').fill('10-20-20-5');
  await form.getByLabel('Skip connections').uncheck();
  await form.getByRole('button', { name: 'Create' }).click();
  await boxOf(page, '31').getByRole('button').click();
  await settled(page);
  await picture(page, 'build-large');
  const before = await text(page).inputValue();
  for (const [sizes, problem] of [
    ['2, 401, 1', 'Too many nodes that are not inputs: 402.'],
    ['100, 100, 100', 'Too many edges: 20000.'],
    ['seven', 'integers ≥ 1'],
  ]) {
    await form.getByLabel('Sizes').fill(sizes);
    await form.getByRole('button', { name: 'Create' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain(problem);
  }
  expect(await text(page).inputValue()).toBe(before);
});

test('the link restores the graph, and Derive receives a sample with as many values as the graph has inputs', async () => {
  const page = await inBuild();
  await page.getByRole('button', { name: '2-4-2-1' }).click();
  await page.getByRole('button', { name: 'Add an input' }).click();
  await connect(page, '10', '9');
  const before = await text(page).inputValue();
  const after = () => readAddress(new URL(page.url()).hash, defaultState);
  // The URL is updated with a delay.
  await expect.poll(() => edgesOf(after().network)).toContain('10→9');
  const { derive, network } = after();
  expect(derive.input).toHaveLength(3);
  expect(derive.target).toHaveLength(1);
  const other = await open({});
  await other.goto(page.url());
  await other.reload();
  expect(await text(other).inputValue()).toBe(before);
  await other.getByRole('button', { name: 'View derivatives' }).click();
  await other.locator('button[aria-label^="dloss/dx_9 = "]').first().waitFor();
  const pass = backpropagate(
    networkOf(network, builtinFunctions),
    derive.input,
    derive.target,
    builtinFunctions.loss('mse'),
  );
  const shownValue = await other.locator('button[aria-label^="dloss/dx_9 = "] data').first().getAttribute('value');
  expect(Number(shownValue)).toBe(pass.cache.dLossDx('9'));
});

test('a node can be added and connected, and an edge removed, with the keyboard alone', async () => {
  const page = await inBuild();
  await boxOf(page, '2').getByRole('button').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Node 2' }).waitFor();
  await page.getByRole('button', { name: 'Add a successor' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Node 8' }).waitFor();
  await page.getByRole('form', { name: 'Add an edge' }).getByLabel('From node').focus();
  await page.keyboard.press('3');
  await page.keyboard.press('Tab');
  await page.keyboard.press('8');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Edge 3 → 8' }).waitFor();
  expect(edgesOf(await shown(page))).toEqual(expect.arrayContaining(['2→8', '3→8']));
  await page.getByRole('button', { name: 'Remove edge', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(async () => edgesOf(await shown(page))).not.toContain('3→8');
  // The focus moves to a heading, not to the top of the page.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
});

test.each([
  { theme: 'light', language: 'en', width: 1280 },
  { theme: 'dark', language: 'zh', width: 1280 },
  { theme: 'light', language: 'zh', width: 390 },
  { theme: 'dark', language: 'en', width: 390 },
] as const)('Build is accessible and fits the width of the screen: $theme, $language, $width px', async (variant) => {
  const { theme, language, width } = variant;
  const page = await inBuild({ theme, language }, { viewport: { width, height: 900 } });
  await boxOf(page, '4').getByRole('button').click();
  await settled(page);
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  await picture(page, `build-${theme}-${language}-${width}`);
});
