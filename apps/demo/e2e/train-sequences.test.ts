/** The Train view with sequences: recurrent layers, forecasts, and graphs with delays. */
import { predictSequence } from '@nnbp/core';
import { load } from '@nnbp/formats';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { recurrence } from '../web/recurrence.js';
import { defaultState } from '../web/state.js';
import { describe, networkOf } from '../web/network.js';
import { short } from '../web/train/numbers.js';
import { sine, temporalXor } from '../web/train/sequences/data.js';
import { recurrentNetwork } from '../web/train/sequences/network-for.js';
import { fourth, fourthSource } from './custom-loss.js';
import { expectAccessible, open, picture, settled, untilUrl, useBrowser } from './page.js';

useBrowser();

const { sequences } = defaultState;

test('an RNN and an LSTM learn temporal XOR, and a summary states how much smaller the RNN’s gradient is at the first step than at the last', async () => {
  const settings = { ...sequences, open: true, data: 'temporal-xor', steps: 10, units: 6, learningRate: 0.03 } as const;
  const page = await open({ view: 'train', sequences: settings });
  const tableCell = (kind: string, name: string) => page.locator(`tr[data-kind="${kind}"] [data-stat="${name}"]`);
  // Before the first training step, the page shows the accuracy of the library's predictions.
  const data = temporalXor(10, settings.seed);
  const network = recurrentNetwork('lstm', data, settings);
  let [correct, count] = [0, 0];
  for (const { inputs, targets } of data.validation.slice(0, 40)) {
    predictSequence(network, inputs).forEach(([logit], t) => {
      const target = targets[t];
      if (target === null) return;
      count++;
      correct += Number(logit > 0 === (target[0] === 1));
    });
  }
  await expect
    .poll(() => tableCell('lstm', 'accuracy').textContent())
    .toBe(`${((100 * correct) / count).toFixed(1)} %`);
  await page.getByRole('button', { name: 'Play' }).click();
  for (const kind of ['rnn', 'lstm']) {
    await expect
      .poll(async () => Number.parseFloat((await tableCell(kind, 'accuracy').textContent())!), { timeout: 45_000 })
      .toBeGreaterThan(97);
  }
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  const steps = Number((await page.locator('[data-sequence-steps]').textContent())!.replaceAll(',', ''));
  await untilUrl(page, (state) => state.sequences.taken === steps);
  expect(await page.locator('[data-summary="rnn"]').textContent()).toMatch(
    /^RNN: the gradient at the first step is [\d.,]+( · 10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)? × smaller/,
  );
  await expect.poll(() => page.locator('canvas').count()).toBe(8);
  await page.getByLabel('States of').selectOption('rnn');
  await expect.poll(() => page.locator('canvas').count()).toBe(4);
  await settled(page);
  await picture(page, 'train-sequences');
  await expectAccessible(page);
});

test('a column of a table is forecast in its original unit, and a table with too few rows is reported', async () => {
  const page = await open({
    view: 'train',
    sequences: { ...sequences, open: true, data: 'series', kinds: ['gru'], shown: 'gru', steps: 12, units: 4 },
  });
  await page.getByText('Choose a CSV file first.').waitFor();
  const rows = (count: number) =>
    ['day,sales', ...Array.from({ length: count }, (_, k) => `${k},${(10 + 3 * Math.sin(k / 3)).toFixed(3)}`)].join(
      '\n',
    );
  const choose = (count: number) =>
    page
      .getByLabel('CSV file, one row per time step')
      .setInputFiles({ name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from(rows(count)) });
  await choose(30);
  await page.getByText('The table has 30 rows; sequences of this length need at least 65.').waitFor();
  await choose(150);
  await page.getByRole('region', { name: 'Forecast' }).waitFor();
  expect(await page.getByLabel('Column to forecast').locator('option:checked').textContent()).toBe('sales');
  // The axis shows the name of the column and its original values, which range from 7 to 13.
  const chart = page.getByRole('img', { name: 'Forecast' });
  await expect.poll(() => chart.locator('text', { hasText: 'sales' }).count()).toBe(1);
  const ticks = (await chart.locator('text').allTextContents()).map(Number);
  expect(ticks).toContain(10);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(() => page.locator('[data-sequence-steps]').textContent()).toBe('1');
  await page.getByText('Export', { exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Model file (.safetensors)' }).click();
  const { network } = load(await buffer(await (await download).createReadStream()));
  expect(network.outputScaler!.mean[0]).toBeCloseTo(10, 0);
});

test('a graph with delays, opened from the Build view, is trained on a data set that fits it, and a data set that does not fit is rejected', async () => {
  const page = await open({ view: 'build', network: recurrence });
  await page.getByRole('button', { name: 'Train this network' }).click();
  await expect.poll(() => page.getByLabel('Your graph (1 node)').isChecked()).toBe(true);
  expect(await page.getByLabel('sine forecast').isChecked()).toBe(true);
  const validation = page.locator('tr[data-kind="graph"] [data-stat="validation"]');
  const before = await validation.textContent();
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(() => page.locator('[data-sequence-steps]').textContent()).toBe('1');
  expect(await validation.textContent()).not.toBe(before);
  await untilUrl(page, ({ sequences }) => sequences.taken === 1 && sequences.graph?.nodes[0].delays?.[1] === 1);
  await page.getByText('recall', { exact: true }).click();
  await page.getByText('The graph has 1 input and 1 output; this data set needs 7 and 4.').waitFor();
});

test('a network trained on sequences persists across views, can be exported, opens in the Build view, and opens together with a sequence in the Derive view', async () => {
  const page = await open({
    view: 'train',
    sequences: { ...sequences, open: true, data: 'sine', kinds: ['lstm'], steps: 6, units: 2, seed: 7 },
  });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const steps = page.locator('[data-sequence-steps]');
  await page.getByText('Open this sequence in Derive').waitFor();
  await button('Step').click();
  await expect.poll(() => steps.textContent()).toBe('1');
  await button('Extend').click();
  await button('Train').click();
  expect(await steps.textContent()).toBe('1');

  await page.getByText('Export', { exact: true }).click();
  const exported = async (name: string) => {
    const download = page.waitForEvent('download');
    await button(name).click();
    return buffer(await (await download).createReadStream());
  };
  const { network } = load(await exported('Model file (.safetensors)'));
  const row = [0.5];
  const expected = predictSequence(network, [row, row, row]).map(([x]) => `[${x}]`);
  const notebook = JSON.parse((await exported('Notebook (.ipynb)')).toString()) as { cells: { source: string }[] };
  expect(notebook.cells.at(-1)!.source).toContain(`torch.tensor([[${expected.join(', ')}]]`);
  for (const name of ['ONNX', 'PyTorch', 'ES module (.js)'])
    expect((await exported(name)).length).toBeGreaterThan(1000);

  await button('Open this sequence in Derive').click();
  await page.getByRole('group', { name: 'dloss/dw_lstm.0@-1tolstm.i.0 as a sum over time' }).waitFor();
  await untilUrl(page, ({ view, derive: { time, input, target } }) => {
    const targetsAreNextInputs = input.slice(1).every((value, t) => value === target[t]);
    const hasSequence = time.steps === 6 && time.targets === 'each' && input.length === 6 && targetsAreNextInputs;
    return view === 'derive' && hasSequence;
  });
  const { nodes } = readAddress(new URL(page.url()).hash, defaultState).network;
  expect(nodes.map(({ b }) => b)).toEqual(describe(network).nodes.map(({ b }) => b));
  await page.goBack();
  await button('Open in Build').click();
  await page.locator('.react-flow__node[data-id="lstm.c.1"]').waitFor();
});

test(
  'for a graph with a custom activation and a custom loss, the validation loss on sequences equals the library’s',
  { timeout: 60_000 },
  async () => {
    const [node] = recurrence.nodes;
    const custom = {
      activations: [
        { name: 'soft', source: 'export default { value: Math.atan, derivative: (h: number) => 1 / (1 + h * h) };' },
      ],
      losses: [fourthSource],
    };
    const graph = { ...recurrence, nodes: [{ ...node, activation: 'soft' }] };
    const page = await open({
      view: 'train',
      custom,
      sequences: { ...sequences, open: true, data: 'sine', kinds: ['graph'], shown: 'graph', graph, loss: 'fourth' },
    });
    const functions = {
      activation: () => ({ name: 'soft', value: Math.atan, derivative: (h: number) => 1 / (1 + h * h) }),
    };
    const network = networkOf(graph, functions);
    let [sum, count] = [0, 0];
    for (const { inputs, targets } of sine(sequences.steps, sequences.seed).validation.slice(0, 40)) {
      predictSequence(network, inputs).forEach(([x], t) => {
        sum += fourth.value([x], targets[t]!);
        count++;
      });
    }
    const validation = page.locator('tr[data-kind="graph"] [data-stat="validation"]');
    await expect.poll(() => validation.textContent(), { timeout: 50_000 }).toBe(short(sum / count));
  },
);

test('a page opened from a link trains for as many steps as the link specifies; the view is accessible and fits the screen in Chinese, in dark mode and on a phone', async () => {
  const page = await open(
    {
      view: 'train',
      language: 'zh',
      theme: 'dark',
      sequences: {
        ...sequences,
        open: true,
        data: 'sine',
        steps: 24,
        kinds: ['graph', 'rnn', 'lstm', 'gru'],
        shown: 'graph',
        graph: recurrence,
        taken: 20,
      },
    },
    { viewport: { width: 390, height: 844 } },
  );
  await expect.poll(() => page.locator('[data-sequence-steps]').textContent()).toBe('20');
  await settled(page);
  await picture(page, 'train-sequences-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessible(page);
});
