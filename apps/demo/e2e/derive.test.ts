/** The Derive view: every number on the page is compared with the golden run and the engine. */
import { articleNetwork, golden } from '@nnbp/conformance';
import { backpropagate, type Network } from '@nnbp/core';
import { nameOf, replay, trace } from '@nnbp/explain';
import { huber, mse } from '@nnbp/losses';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { contentSecurityPolicy } from '../web/policy.js';
import { networkOf } from '../web/network.js';
import { defaultState, type PlaygroundState } from '../web/state.js';
import { builtinFunctions } from '../web/functions.js';
import { follow, open, picture, settled, useBrowser, untilUrl } from './page.js';

useBrowser();

const { derive: defaultDerive, network: defaultNetwork } = defaultState;
const [run] = golden.runs;

const inDerive = (change: Partial<PlaygroundState['derive']>) => ({ derive: { ...defaultDerive, ...change } });

/**
 * Returns the unrounded value of every quantity that can be selected, by name; undefined if the page does not show the
 * value yet. The label of an edge shows the weight, then the derivative with respect to the weight.
 */
async function numbersOn(page: Page): Promise<Record<string, number | undefined>> {
  await page.locator('button[aria-label^="dloss/dx_"]').first().waitFor();
  return page.locator('button[data-name]').evaluateAll((buttons) =>
    Object.fromEntries(
      buttons.reverse().map((button) => {
        const isOnEdge = button.matches('.react-flow [data-name^="dloss/dw"]');
        const figure = button.querySelector<HTMLDataElement>(isOnEdge ? '[data-case] data' : 'data');
        return [button.getAttribute('aria-label')!.split(' = ')[0], figure === null ? undefined : Number(figure.value)];
      }),
    ),
  );
}

const answer = async (page: Page) => Number(await page.locator('[data-answer] data').getAttribute('value'));

async function type(page: Page, label: string, value: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(value);
}

test('every number in the graph matches the golden run and is bit-identical to the engine’s', async () => {
  const page = await open();
  const pass = backpropagate(articleNetwork(), [Number(run.input)], [Number(run.target)], mse());
  await page.getByRole('region', { name: 'Parameters and their derivatives' }).waitFor();
  const numbers = await numbersOn(page);
  for (const [id, node] of Object.entries(run.nodes)) {
    for (const [kind, name] of [
      ['x', `x_${id}`],
      ['dloss_dx', `dloss/dx_${id}`],
      ['h', `h_${id}`],
      ['g', `g_${id}`],
      ['slope', `slope_${id}`],
    ] as const) {
      const expected = node[kind];
      if (expected === undefined) continue;
      const shown = numbers[name];
      expect(Math.abs(shown! - Number(expected)), name).toBeLessThanOrEqual(1e-12 * Math.abs(Number(expected)));
      expect(shown, name).toBe(pass.cache[kind === 'dloss_dx' ? 'dLossDx' : kind](id));
    }
  }
  for (const [id, gradients] of Object.entries(run.gradients)) {
    expect(numbers[`dloss/db_${id}`]).toBe(pass.gradients.of(id).b);
    expect(numbers[`dloss/dc_${id}`]).toBe(pass.gradients.of(id).c);
    for (const [from, expected] of Object.entries(gradients.w)) {
      const shown = numbers[`dloss/dw_${from}to${id}`];
      expect(shown).toBe(pass.gradients.of(id).w[from]);
      expect(Math.abs(shown! / Number(expected) - 1)).toBeLessThan(1e-12);
    }
  }
  await picture(page, 'derive-light');
});

test('selecting a derivative in the graph or the lists shows its derivation', async () => {
  const page = await open();
  await page.locator('button[aria-label^="dloss/dw_2to4 = "]').first().click();
  await page.locator('[data-answer] [data-formula="typeset"]').waitFor();
  expect(await answer(page)).toBe(backpropagate(articleNetwork(), [0.5], [10], mse()).gradients.of('4').w['2']);
  const derivation = page.getByRole('region', { name: 'Derivation' });
  const tree = derivation.getByRole('list').first();
  expect(await tree.locator('[data-case][data-term]').allTextContents()).toEqual([
    'case 3',
    'case 2',
    'case 1',
    'case 3',
    'case 3',
    'forward',
    'forward',
    'forward',
  ]);
  // The formula is above its numbers, for screen readers too.
  expect(await tree.locator('math').first().textContent()).toContain('slope');
  expect(await tree.textContent()).toContain('−0.512146');
  await derivation.getByRole('button', { name: 'Show how dloss/dx_7 is computed' }).click();
  expect(await tree.textContent()).toContain('−15.433');
  await derivation.getByRole('button', { name: 'Show how x_7 is computed' }).waitFor();

  await page.getByLabel('Node', { exact: true }).selectOption('3');
  await page.getByLabel('Quantity').selectOption('dloss/dx_3');
  expect(await answer(page)).toBe(backpropagate(articleNetwork(), [0.5], [10], mse()).cache.dLossDx('3'));
  // Three paths lead from 3 to 7: the first computes the derivatives at node 7, and the others reuse them.
  expect(await tree.locator('[data-term="computed"]').count()).toBeGreaterThan(0);
  expect(await tree.locator('[data-term="reused"]').count()).toBeGreaterThan(0);
  expect(await page.locator('[data-lit]').count()).toBe(6);
});

test('changing a parameter, input, target, activation or loss updates the page', async () => {
  const page = await open(inDerive({ selected: 'dloss/dw_1to2' }));
  await page.locator('[data-answer] data').waitFor();
  await type(page, 'b_4', '0.5');
  await type(page, 'w_2to6', '-1.25');
  await type(page, 'input x_1', '-2');
  await type(page, 'target t_7', '1');
  await page.getByLabel('Activation of node 5').selectOption('softsign');
  await page.getByLabel('Loss', { exact: true }).selectOption('huber');
  await page.getByLabel('c_7', { exact: true }).press('ArrowUp');
  const network = networkOf(defaultNetwork, builtinFunctions);
  const changed = {
    ...defaultNetwork,
    nodes: defaultNetwork.nodes.map((node) => (node.id === '5' ? { ...node, activation: 'softsign' } : node)),
  };
  const edited: Network = networkOf(changed, builtinFunctions);
  edited.setParameters('4', { b: 0.5 });
  edited.setParameters('6', { w: { 2: -1.25 } });
  edited.setParameters('7', { c: 3.1 });
  const pass = backpropagate(edited, [-2], [1], huber());
  expect(await answer(page)).toBe(pass.gradients.of('2').w['1']);
  expect((await numbersOn(page))['dloss/dx_1']).toBe(pass.cache.dLossDx('1'));
  expect(await answer(page)).not.toBe(backpropagate(network, [-2], [1], huber()).gradients.of('2').w['1']);
  // An incomplete number is marked as invalid and ignored.
  await type(page, 'b_4', '-');
  expect(await page.getByLabel('b_4', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  expect(await answer(page)).toBe(pass.gradients.of('2').w['1']);
  await page.getByLabel('Network', { exact: true }).selectOption("The article's");
  expect(await answer(page)).toBeCloseTo(Number(run.gradients['2'].w['1']), 14);
});

test('stepping shows each number when it is computed and not before', async () => {
  const page = await open();
  const traced = trace(articleNetwork(), [0.5], [10], mse());
  const names = traced.steps.flatMap(({ writes }) => writes);
  await page.getByRole('button', { name: 'Back to the start' }).click();
  for (const steps of [0, 1, 8, 15, 26]) {
    await page.getByLabel('Steps taken').fill(String(steps));
    const known = replay(traced, steps);
    const shown = await numbersOn(page);
    for (const quantity of names) {
      expect(shown[nameOf(quantity)], `${nameOf(quantity)} after ${steps}`).toBe(known.value(quantity));
    }
  }
  await page.getByLabel('Steps taken').fill('8');
  await page.getByText('dloss/dw_4to7 has not been computed yet').waitFor();
  await page.getByLabel('Steps taken').press('ArrowLeft');
  await page.getByRole('button', { name: 'Next step' }).press('ArrowRight');
  await page.getByText('Step 8 of 26').waitFor();
  const caption = await page.getByRole('group', { name: 'What the step does' }).textContent();
  expect(caption).toContain('case 1');
  expect(caption).toContain('node 7');
  expect(caption).toContain('−15.433');
});

test('playback stops at the last step, or when the user selects another step with a button', async () => {
  const page = await open(inDerive({ step: 25 }));
  const play = page.getByRole('button', { name: 'Play', exact: true });
  const pause = page.getByRole('button', { name: 'Pause', exact: true });
  await play.click();
  await pause.waitFor();
  await page.getByText('Step 26 of 26').waitFor();
  await play.click();
  await page.getByText('Step 1 of 26').waitFor();
  await page.getByRole('button', { name: 'Last step' }).click();
  await play.waitFor();
  await untilUrl(page, ({ derive }) => derive.step === null);
});

test("the article mode shows the article's numbers, its assumptions and its errors", async () => {
  const page = await open(inDerive({ mode: 'article', selected: 'dloss/dw_4to7' }));
  const article = golden.article_output_node;
  const shown = await numbersOn(page);
  for (const [name, expected] of [
    ['dloss/dx_7', '-6'],
    ['h_7', article.h7],
    ['g_7', article.g7],
    ['slope_7', article.slope7],
    ['dloss/dx_4', article.dloss_dx4],
    ['x_7', '7'],
    ...Object.entries(article.dloss_dw).map(([id, value]) => [`dloss/dw_${id}to7`, value] as const),
  ] as const) {
    expect(Math.abs(shown[name]! / Number(expected) - 1), name).toBeLessThan(1e-8);
  }
  for (const [name, expected] of [
    ['dloss/db_7', article.dloss_db7],
    ['dloss/dc_7', article.dloss_dc7],
  ] as const) {
    await page.getByLabel('Quantity').selectOption(name);
    expect(Math.abs((await answer(page)) / Number(expected) - 1), name).toBeLessThan(1e-8);
  }
  const notes = await page.getByRole('region', { name: 'Errors in the article' }).textContent();
  expect(notes).toContain('0.999999887');
  expect(notes).toContain('dr/db');
  await picture(page, 'derive-article');
});

test('visiting nodes in a wrong order counts contributions more than once or omits them, and a correct order does not', async () => {
  const page = await open(inDerive({ mode: 'break' }));
  const times = (id: string) => page.locator(`[data-times="${id}"]`).textContent();
  const computed = async (name: string) =>
    Number(await page.locator(`[data-quantity="${name}"] data`).getAttribute('value'));
  const { cache, gradients } = backpropagate(articleNetwork(), [0.5], [10], mse());
  const expected = (id: string) => cache.dLossDx(id);
  await page.getByText('16 visits instead of 7.').waitFor();
  expect(await Promise.all(['7', '4', '2', '1'].map(times))).toEqual(['1', '1', '3', '6']);
  expect(await computed('dloss/dx_2')).toBeCloseTo(expected('2'), 12);
  // Node 2 is visited after 4, after 5 and after 6. At each visit, node 2 passes on its sum so far.
  const [from4, from5, from6] = ['4', '5', '6'].map(
    (id) => expected(id) * cache.slope(id) * articleNetwork().getParameters(id).w['2'],
  );
  const passedOn = (from4 + (from4 + from5) + (from4 + from5 + from6)) * cache.slope('2');
  expect(await computed('dloss/db_2')).toBeCloseTo(passedOn, 12);

  await page.getByRole('button', { name: 'One node too early' }).click();
  expect(Math.abs((await computed('dloss/dx_1')) - expected('1'))).toBeGreaterThan(1e-3);
  await page.getByRole('button', { name: 'Correct order' }).click();
  await page.getByText('All numbers are correct.').waitFor();
  for (const id of ['1', '2', '3', '4', '5', '6', '7']) {
    expect(await computed(`dloss/dx_${id}`)).toBeCloseTo(expected(id), 12);
    if (id !== '1') expect(await computed(`dloss/db_${id}`)).toBeCloseTo(gradients.of(id).b!, 12);
  }
  // Node 6 is now visited before node 7, when dloss/dx_6 is still 0.
  await page.getByRole('button', { name: 'Move visit 2 (node 6) earlier' }).click();
  expect(await computed('dloss/db_6')).toBe(0);
  await picture(page, 'derive-break');
});

test('without a cache, each dloss/dx and slope is computed once for each use', async () => {
  const page = await open(inDerive({ mode: 'break', mistake: 'without-dLossDx' }));
  const times = (id: string) => page.locator(`[data-times="${id}"]`).textContent();
  // A node's dloss/dx is computed for b, c and each weight, and each time a predecessor's dloss/dx is computed.
  // Node 1: once. Nodes 2 and 3: 3 + 1. Nodes 4 to 6: 4 + 4 + 4. Node 7: 5 + 3 · 12.
  await page.getByText('Computed 86 times instead of 7.').waitFor();
  expect(await Promise.all(['1', '2', '3', '4', '5', '6', '7'].map(times))).toEqual([
    '1',
    '4',
    '4',
    '12',
    '12',
    '12',
    '41',
  ]);
  await page.getByLabel('Do not cache the slope').check();
  // The slope is computed for b, each weight and each predecessor: 1 + 2 · fan-in.
  await page.getByText('Computed 28 times instead of 6.').waitFor();
  expect(await Promise.all(['2', '4', '7'].map(times))).toEqual(['3', '5', '7']);
});

test('paths are counted exactly, even if there are too many to enumerate', async () => {
  const page = await open({
    derive: { ...defaultDerive, selected: 'dloss/dx_1', imagined: { layers: 12, width: 32 } },
  });
  await page.locator('[data-paths]').waitFor();
  const count = page.getByRole('region', { name: 'What the cache saves' }).locator('dd data').first();
  expect(await count.getAttribute('value')).toBe('6');
  const sentence = await page.locator('[data-paths]').textContent();
  expect(sentence?.replaceAll(',', '')).toContain(`${32n ** 12n} paths`);
});

test('a link restores the state of the view', async () => {
  const page = await open();
  await type(page, 'w_3to5', '0.123');
  await page.locator('button[aria-label^="dloss/dx_5 = "]').click();
  // At this step, the selected quantity has been computed.
  await page.getByLabel('Steps taken').fill('25');
  await page.getByLabel('Colours').selectOption('dark');
  await untilUrl(page, ({ theme }) => theme === 'dark');
  const link = page.url();
  const linked = await open();
  await linked.goto('about:blank');
  await linked.goto(link);
  await linked.locator('[data-answer] data').waitFor();
  expect(await answer(linked)).toBe(await answer(page));
  expect(await linked.getByLabel('w_3to5', { exact: true }).inputValue()).toBe('0.123');
  await linked.getByText('Step 25 of 26').waitFor();
  expect(await linked.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  await picture(linked, 'derive-dark');
});

test('an invalid link or network is reported', async () => {
  const page = await open();
  await page.goto('about:blank');
  await page.goto(`${inject('address')}#certainly-not-a-state`);
  expect(await page.getByRole('alert').textContent()).toContain('it is incomplete or was changed');
  await page.getByRole('button', { name: 'Check' }).waitFor();

  const other = await open({ view: 'elsewhere' as 'derive' });
  expect(await other.getByRole('alert').textContent()).toContain('it does not contain a valid state');

  const [two, ...others] = defaultNetwork.nodes;
  const cyclic = { ...defaultNetwork, nodes: [{ ...two, from: ['1', '7'], w: [1, 1] }, ...others] };
  await follow(page, { network: cyclic });
  await page.getByRole('alert').filter({ hasText: /cycle/i }).waitFor();

  await follow(page, inDerive({ loss: 'hinge' }));
  await page.getByRole('alert').filter({ hasText: 'expected -1 or 1' }).waitFor();
  await type(page, 'target t_7', '1');
  await page.locator('[data-answer] data').waitFor();
});

test('the Derive view works with the keyboard alone', async () => {
  const page = await open();
  // After a reload, no element has the focus.
  await page.reload();
  await page.locator('[data-answer] data').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to content');
  await page.keyboard.press('Enter');
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
      if (label.startsWith(name)) return;
    }
    throw new Error(`${name} was not reached with the keyboard.`);
  };
  await tabTo('slope_4 = ');
  await page.keyboard.press('Enter');
  expect(await answer(page)).toBe(backpropagate(articleNetwork(), [0.5], [10], mse()).cache.slope('4'));
  await tabTo('Previous step');
  await page.keyboard.press('Enter');
  await page.getByText('Step 25 of 26').waitFor();
  await tabTo('b_2');
  await page.keyboard.press('ArrowUp');
  expect(await page.getByLabel('b_2', { exact: true }).inputValue()).toBe('0.2');
});

test('the Derive view fits a phone without horizontal scrolling, in English and in Chinese', async () => {
  for (const mode of ['own', 'article', 'break'] as const) {
    for (const language of ['en', 'zh'] as const) {
      const page = await open(
        { ...inDerive({ mode }), language },
        { viewport: { width: 390, height: 844 }, hasTouch: true },
      );
      await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await picture(page, `derive-phone-${language}-${mode}`);
      if (language === 'zh' || mode !== 'own') continue;
      const derivation = page.getByRole('region', { name: 'Derivation' });
      const { height } = (await derivation.boundingBox())!;
      await derivation.getByRole('button', { name: 'Collapse' }).click();
      expect((await derivation.boundingBox())!.height).toBeLessThan(height / 2);
      expect(await derivation.locator('[data-answer]').isVisible()).toBe(true);
      await derivation.getByRole('button', { name: 'Expand' }).click();
      expect((await derivation.boundingBox())!.height).toBe(height);
    }
  }
});

test('the page has a strict content security policy', async () => {
  const { headers } = await fetch(inject('address'));
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toBe(contentSecurityPolicy);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("'unsafe-eval'");
  expect(/script-src [^;]*/.exec(policy)?.[0]).toBe("script-src 'self' 'wasm-unsafe-eval'");
});

test.each(['with', 'without'])(
  '%s the policy header, the page cannot run scripts that its policy forbids',
  async (policyHeader) => {
    const page = await open({}, {}, /inline script violates/);
    if (policyHeader === 'without') {
      await page.route(inject('address'), async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { 'content-type': 'text/html' } });
      });
      await page.reload();
      await page.getByRole('button', { name: 'Derive' }).waitFor();
    }
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.documentElement.dataset.ran = "yes"';
      document.body.append(script);
      return document.documentElement.dataset.ran;
    });
    expect(ran).toBeUndefined();
  },
);

test('the “Break it” mode marks a node grey while its sum is unfinished, and red once it passes on a wrong sum', async () => {
  const page = await open(inDerive({ mode: 'break', step: 0 }));
  const node = (id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);
  const wrong = page.locator('.react-flow__node', { has: page.locator('[data-wrong]') });
  const banner = page.getByRole('region', { name: 'Break it' }).getByRole('status');
  await node('2').getByText('waits for 4, 5, 6').waitFor();
  expect(await wrong.count()).toBe(0);
  // Depth first: 7, 4, 2. Node 2 has received only the contribution of node 4, and passes it on.
  for (const visited of ['7', '4']) {
    await page.getByRole('button', { name: 'Next step' }).click();
    await page.getByText(`Node ${visited}, for the 1st time.`).waitFor();
    await banner.getByText('Nothing is wrong so far.').waitFor();
  }
  await node('2').getByText('waits for 5, 6').waitFor();
  await page.getByRole('button', { name: 'Next step' }).click();
  await banner.getByText('Wrong so far: 1 of 7 nodes.').waitFor();
  expect(await wrong.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-id')))).toEqual(['2']);
  await page.getByRole('button', { name: 'Last step' }).click();
  await banner.getByText('3 of 7 nodes have a wrong number.').waitFor();
  expect(await wrong.count()).toBe(3);
});

test('the presets for a vanishing gradient, an exploding gradient and a dead ReLU show these problems', async () => {
  const page = await open();
  const valueOf = async (name: string) => Math.abs((await numbersOn(page))[name]!);
  const choose = async (preset: string) => {
    await page.getByLabel('Network', { exact: true }).selectOption(preset);
    await untilUrl(page, ({ network }) => network.nodes.length !== defaultNetwork.nodes.length);
  };
  await choose('Vanishing gradient');
  expect(await valueOf('dloss/dx_1')).toBeLessThan(0.02 * (await valueOf('dloss/dx_5')));
  await choose('Exploding gradient');
  expect(await valueOf('dloss/dx_1')).toBe(256 * (await valueOf('dloss/dx_5')));
  await choose('Dead ReLU');
  expect(await valueOf('slope_3')).toBe(0);
  for (const name of ['dloss/db_3', 'dloss/dc_3', 'dloss/dw_1to3']) expect(await valueOf(name), name).toBe(0);
});

test('the description of the step with the most derivatives is shown without scrolling', async () => {
  for (const width of [1440, 768, 390]) {
    const page = await open(inDerive({ step: 10 }), { viewport: { width, height: 844 } });
    const caption = page.getByRole('group', { name: 'What the step does' });
    await caption.getByText('Backward, node 7: compute the derivatives inside the node.').waitFor();
    await expect.poll(() => caption.locator('li [data-formula="typeset"]:visible').count()).toBe(5);
    await settled(page);
    const [needed, available] = await caption.evaluate(({ scrollHeight, clientHeight }) => [
      scrollHeight,
      clientHeight,
    ]);
    expect(needed, `${width} px`).toBeLessThanOrEqual(available);
  }
});

test('stepping through a pass moves nothing on the page', async () => {
  for (const width of [1440, 390]) {
    const page = await open(inDerive({ step: 0 }), { viewport: { width, height: 844 } });
    const boxes = () =>
      page.locator('main :is(section, [role="group"], table, div[data-term]), main > div > p').evaluateAll((elements) =>
        elements.map((element) => {
          // On phones, the derivation is fixed to the bottom of the screen, so its position on the page depends on the
          // scroll position.
          scrollTo(0, 0);
          const { x, y, width, height } = element.getBoundingClientRect();
          const name = element.getAttribute('aria-label') ?? element.getAttribute('data-term');
          return [element.tagName, name, x, y + scrollY, width, height].join(' ');
        }),
      );
    await page.locator('[data-answer] [data-formula="typeset"]').waitFor();
    await settled(page);
    const before = await boxes();
    for (const [button, step] of [
      ['Next step', 1],
      ['Last step', null],
      ['Previous step', 25],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      await untilUrl(page, ({ derive }) => derive.step === step);
      expect(await boxes()).toEqual(before);
    }
    await page.getByRole('button', { name: 'Take one step' }).click();
    await page.getByText('changed by').waitFor();
    expect(await boxes()).toEqual(before);
  }
});

test('hovering or focusing a term explains it and highlights it in the graph and the formula', async () => {
  const page = await open();
  const tip = page.getByRole('tooltip');
  const derivation = page.getByRole('region', { name: 'Derivation' });
  const marked = (place: string) => page.locator(`${place} [data-pointed]`);
  await derivation.locator('[data-formula] [data-name="slope_7"]').first().hover();
  await tip.getByText('c · g′(h)').waitFor();
  await marked('.react-flow').getByText('slope').waitFor();
  await page.locator('button[aria-label^="h_4 = "]').focus();
  await tip.getByText('Pre-activation').waitFor();
  await page.getByRole('button', { name: 'Show how h_7 is computed' }).focus();
  await tip.getByText('reused').waitFor();
  await tip.getByText('forward').waitFor();
  await page.keyboard.press('Escape');
  await tip.waitFor({ state: 'detached' });
  await page.getByLabel('target t_7').focus();
  await tip.getByText('Target').waitFor();
  await derivation.locator('[data-formula] [data-name="dloss/dx_7"]').first().click();
  await untilUrl(page, ({ derive }) => derive.selected === 'dloss/dx_7');
});

test('labels in the graph overlap neither each other nor a node, and their font size is at least 11 pixels', async () => {
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
    [390, 844],
  ] as const) {
    const page = await open({}, { viewport: { width, height } });
    await page.locator('.react-flow [data-name^="dloss/dw"]').first().waitFor();
    await settled(page);
    const measured = await page.locator('.react-flow').evaluate((flow) => {
      const boxesOf = (selector: string) =>
        Array.from(flow.querySelectorAll(selector), (element) => element.getBoundingClientRect());
      const labels = boxesOf('[data-name^="dloss/dw"]');
      const overlap = (a: DOMRect, b: DOMRect) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
      const overlaps = labels.flatMap((label, k) =>
        [...labels.slice(k + 1), ...boxesOf('.react-flow__node')].filter((other) => overlap(label, other)),
      );
      const { transform } = getComputedStyle(flow.querySelector('.react-flow__viewport')!);
      const sizes = Array.from(flow.querySelectorAll('[data-name]'), (element) =>
        parseFloat(getComputedStyle(element).fontSize),
      );
      return { overlaps: overlaps.length, smallest: Math.min(...sizes) * new DOMMatrix(transform).a };
    });
    expect(measured.overlaps, `overlaps at ${width}`).toBe(0);
    expect(measured.smallest, `text at ${width}`).toBeGreaterThanOrEqual(11);
  }
});
