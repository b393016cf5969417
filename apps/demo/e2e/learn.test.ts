/** The Learn view, from a learner's perspective. */
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { readAddress } from '../web/address.js';
import { writeLink } from '../web/link.js';
import { chapters } from '../web/learn/chapters/index.js';
import { parseSetting } from '../web/learn/chapters/vanishing.js';
import { parseDiagnosis } from '../web/learn/chapters/repair.js';
import { picked, type Task } from '../web/learn/task.js';
import { type ChapterName, defaultState } from '../web/state.js';
import { expectAccessible, follow, open, picture, untilUrl, useBrowser } from './page.js';

useBrowser();

const learn = { view: 'learn' } as const;
const at = (chapter: ChapterName) => ({ ...learn, learn: { chapter, work: {} } });
const tasksOf = (name: ChapterName, seed = 0): readonly Task[] =>
  chapters.find((chapter) => chapter.name === name)!.exercise(seed).tasks;

const card = (page: Page) => page.locator('section:has(h2)');
const answer = (page: Page) => page.getByRole('textbox');

/** Returns all text and attributes of the page, and the URL's hash. */
const readable = (page: Page) =>
  page.evaluate(() => document.documentElement.outerHTML + decodeURIComponent(location.hash));

/** Fails if the page's text, attributes or URL contain the first digits of the solution. */
async function expectHidden(page: Page, { kind, solution }: Task): Promise<void> {
  if (kind !== 'number') return;
  const digits = Math.abs(Number(solution)).toPrecision(4);
  expect(await readable(page), `the answer, ${digits}`).not.toContain(digits);
}

type InputMethod = 'keyboard' | 'touch';

/** Answers a task with the keyboard alone (on the English page) or by touch alone (on the Chinese page). */
async function solve(page: Page, task: Task, method: InputMethod = 'keyboard'): Promise<void> {
  const isTouch = method === 'touch';
  const language = isTouch ? 'zh' : 'en';
  const press = async (name: string | RegExp) => {
    const button = page.getByRole('button', { name }).first();
    if (isTouch) await button.tap();
    else await button.press('Enter');
  };
  if (task.kind === 'number') {
    if (isTouch) await answer(page).tap();
    else await answer(page).focus();
    await page.keyboard.insertText(Number(task.solution).toPrecision(6).replace('-', '−'));
  }
  if (task.kind === 'choice') {
    const { text } = task.options.find(({ name }) => name === task.solution)!;
    const radio = page.getByRole('radio', { name: text[language] });
    if (isTouch) await radio.tap();
    else await radio.press('Space');
  }
  if (task.kind === 'point') {
    if (isTouch) await dragTo(page, Number(task.solution));
    else {
      const steps = Math.round((Number(task.solution) - task.start) / task.step);
      const slider = page.getByRole('slider').first();
      for (let k = 0; k < Math.abs(steps); k++) await slider.press(steps > 0 ? 'ArrowRight' : 'ArrowLeft');
    }
  }
  if (task.kind === 'pick') {
    for (const name of picked(task.solution)) {
      const [letter, index] = name.split('_');
      const node = isTouch ? `节点 ${name}：` : `Node ${name}:`;
      const label = index === undefined ? (name.includes('to') ? name.replace('to', ' → ') : node) : '';
      if (label !== '') await press(new RegExp(`^${label}`));
      else await press(new RegExp(`^${letter.replace('dloss/d', '∂loss/∂')}${index}`));
    }
  }
  if (task.kind === 'setting') {
    // Touch events do not reach the list of a select element, which the operating system draws.
    const choose = (name: RegExp, value: string) => page.getByLabel(name).selectOption(value);
    if (task.solution.includes('glorot')) {
      await choose(/^(Activation|激活函数)/, parseSetting(task.solution).activation);
    } else {
      const { node, bug } = parseDiagnosis(task.solution);
      if (isTouch) await press(`节点 ${node}`);
      await press(isTouch ? `探测 节点 ${node}` : `Probe Node ${node}`);
      await choose(/^(Node:|节点：)/, node);
      await choose(/^(Bug:|错误：)/, bug);
    }
  }
  await press(isTouch ? '检查' : 'Check');
}

/** Drags the point of the plot with a finger until it is at `goal`. */
async function dragTo(page: Page, goal: number): Promise<void> {
  const { x, y, width, height } = (await page.locator('circle[data-point]').boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', moved = 0) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: x + width / 2 + moved, y: y + height / 2 }],
    });
  const slider = page.getByRole('slider').first();
  await touch('touchStart');
  for (let moved = 20; Number(await slider.inputValue()) < goal; moved += 2) {
    await touch('touchMove', moved);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await touch('touchEnd');
}

/** Returns the controls of the view that are too small for a finger: smaller than 44 pixels. */
const smallTargets = (page: Page) =>
  page.locator('main :is(button, input, select, a):visible').evaluateAll((all) =>
    all
      .map((control) => ({ target: control.closest('label') ?? control, name: control.outerHTML.slice(0, 100) }))
      .map(({ target, name }) => ({ name, box: target.getBoundingClientRect() }))
      .filter(({ box }) => Math.min(box.width, box.height) < 44)
      .map(({ name, box }) => `${name} ${box.width} × ${box.height}`),
  );

/** Fails unless the answer field, the Check button and the graph are visible without scrolling. */
async function expectFirstScreen(page: Page): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    const answerControls = [answer(page), page.getByRole('button', { name: /^(Check|检查)$/ })];
    for (const shown of [...answerControls, page.getByRole('group', { name: /^(The network|网络)$/ })]) {
      const box = (await shown.boundingBox())!;
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
    }
    expect(await page.getByRole('button', { name: /^(Skip to the playground|跳到演练场)$/ }).isVisible()).toBe(true);
    await picture(page, `learn-1-${width}`);
  }
}

test('a URL without a hash opens chapter 1 without third-party requests or cookies, and the question and the graph fit on the first screen', async () => {
  const thirdParty: string[] = [];
  const page = await open(learn);
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(inject('address')))
      thirdParty.push(request.url());
  });
  await page.goto('about:blank');
  await page.goto(inject('address'));
  await page.getByRole('heading', { name: /How does node 4 compute/ }).waitFor();
  await expectFirstScreen(page);
  const stored = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  expect(stored).toEqual(['', 0, 0]);
  expect(thirdParty).toEqual([]);
});

test('the question and the graph also fit on the first screen in Chinese and in dark mode', async () => {
  await expectFirstScreen(await open({ ...learn, language: 'zh', theme: 'dark' }));
});

test('the page names common mistakes, and contains the solution only after three wrong answers', async () => {
  const page = await open(at('parameters'));
  const [factors, product] = tasksOf('parameters');
  await page.getByRole('heading', { name: /How does the loss depend on/ }).waitFor();
  expect(await readable(page)).not.toMatch(/[-−]?0\.512/);
  await solve(page, factors);
  await page.getByRole('button', { name: 'Next task' }).click();
  expect(await readable(page)).not.toMatch(/[-−]?0\.512/);

  await answer(page).fill('−1,373');
  await page.keyboard.press('Enter');
  await page.getByText('slope4 is missing').waitFor();
  await answer(page).fill('-0.341');
  await page.keyboard.press('Enter');
  await page.getByText('c4 is missing').waitFor();
  await untilUrl(page, ({ learn }) => learn.work.parameters?.tries[1]?.length === 2);
  // The answers survive a change of language and a reload.
  await page.getByLabel('Language').selectOption('zh');
  await untilUrl(page, ({ language }) => language === 'zh');
  await page.reload();
  expect(await answer(page).inputValue()).toBe('-0.341');
  await page.getByLabel('语言').selectOption('en');
  expect(await readable(page)).not.toMatch(/[-−]?0\.512/);
  await answer(page).fill('7');
  await page.keyboard.press('Enter');
  await card(page).getByText('No attempts left. Here is the solution.', { exact: true }).first().waitFor();
  expect(await card(page).textContent()).toContain('−0.5121');
  expect(await page.locator('data').evaluateAll((all) => all.map((one) => (one as HTMLDataElement).value))).toContain(
    product.solution,
  );
});

const settled = (page: Page) =>
  card(page)
    .getByText(/^(Correct\.|Your guess|正确。|你猜的)/)
    .first()
    .waitFor();

// On a busy machine, solving all tasks may take longer than the default timeout.
test('all chapters can be completed with the keyboard alone, every solved task shows the same content with and without reduced motion, and Back and Forward move between chapters', async () => {
  const page = await open(at('forward'), { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const content = () => page.locator('[data-chapter]').ariaSnapshot();
  const solvedTasks: { chapter: ChapterName; task: number; content: string }[] = [];
  for (const { name, exercise } of chapters) {
    await page.getByRole('heading', { level: 2 }).waitFor();
    for (const [k, task] of exercise(0).tasks.entries()) {
      await page.getByText(`Task ${k + 1} of`).waitFor();
      await expectHidden(page, task);
      if (k === 0) await expectAccessible(page);
      await solve(page, task);
      await settled(page);
      solvedTasks.push({ chapter: name, task: k, content: await content() });
      if (k + 1 < exercise(0).tasks.length) await page.getByRole('button', { name: 'Next task' }).press('Enter');
    }
    if (name !== 'repair') await page.getByRole('button', { name: 'Next chapter' }).press('Enter');
  }
  await picture(page, 'learn-challenge-done');
  // The copied link does not contain the learner's answers.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy a link to this challenge' }).click();
  const copied = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(readAddress(copied.hash, defaultState).learn.work).toEqual({
    repair: { seed: 0, task: 0, tries: [], draft: '' },
  });
  expect(await page.getByRole('button', { name: /, done$/ }).count()).toBe(chapters.length);

  await untilUrl(page, ({ learn }) => learn.work.repair?.tries.length === 1);
  const { work } = readAddress(new URL(page.url()).hash, defaultState).learn;
  await page.goBack();
  await page.getByRole('heading', { name: /gradient through time/ }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'How large a step?' }).waitFor();
  await page.goForward();
  await page.getByRole('heading', { name: /gradient through time/ }).waitFor();
  expect(new URL(page.url()).hash).toMatch(/^#learn\/9\//);

  // Now with motion: a link to each solved task shows the same content.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  for (const solvedTask of solvedTasks) {
    const { chapter, task } = solvedTask;
    const { seed, tries } = work[chapter]!;
    const done = { seed, task, tries: tries.slice(0, task + 1), draft: tries[task].at(-1)! };
    const learn = { chapter, work: { [chapter]: done } };
    await page.evaluate(
      (link) => {
        location.hash = link;
      },
      writeLink({ ...defaultState, view: 'learn', learn }),
    );
    await expect.poll(content, { message: JSON.stringify(solvedTask) }).toBe(solvedTask.content);
  }
}, 180_000);

test('the challenge offers an image of the result only if the bug was found', async () => {
  const failed = { seed: 0, task: 0, tries: [['', '', '']], draft: '' };
  const page = await open({ view: 'learn', learn: { chapter: 'repair', work: { repair: failed } } });
  await page.getByRole('button', { name: 'Copy a link to this challenge' }).waitFor();
  expect(await page.getByRole('link', { name: 'Save image' }).count()).toBe(0);
  const [task] = chapters.find(({ name }) => name === 'repair')!.exercise(0).tasks;
  const solved = { ...failed, tries: [[task.solution]] };
  await follow(page, { view: 'learn', learn: { chapter: 'repair', work: { repair: solved } } });
  await page.getByRole('link', { name: 'Save image' }).waitFor();
});

test('on a phone all chapters can be completed by touch alone, with touch targets of at least 44 px, in Chinese and in dark mode', async () => {
  const page = await open(
    { ...at('forward'), language: 'zh', theme: 'dark' },
    { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  );
  for (const { name, exercise } of chapters) {
    const { tasks } = exercise(0);
    for (const [k, task] of tasks.entries()) {
      await page.getByText(`第 ${k + 1} 题，共 ${tasks.length} 题`).waitFor();
      expect(await smallTargets(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(844 + 24);
      if (name === 'order' && k === 1) {
        await page.getByRole('radio', { name: '节点 5' }).tap();
        await page.getByRole('button', { name: '检查' }).tap();
        const hint = (await page.getByRole('status').filter({ hasText: '还可以试 2 次' }).boundingBox())!;
        expect(hint.y + hint.height).toBeLessThanOrEqual(844);
      }
      await expectHidden(page, task);
      await solve(page, task, 'touch');
      await settled(page);
      if (k === 0) await expectAccessible(page);
      if (name === 'order' && k === 0) {
        await picture(page, 'learn-order-phone-zh-dark');
        const tree = await page.locator('main').ariaSnapshot();
        expect(tree).toContain('顺序重要吗');
        expect(tree).toMatch(/节点 7：来自损失，第 1 个访问/);
      }
      if (k + 1 < tasks.length) await page.getByRole('button', { name: '下一题' }).tap();
    }
    expect(await smallTargets(page)).toEqual([]);
    if (name !== 'repair') await page.getByRole('button', { name: '下一章' }).tap();
  }
  await page.getByRole('button', { name: '显示题目' }).tap();
  await page.getByText('一个程序对这个网络求导').waitFor();
}, 120_000);

test('on a phone the question and the graph of every task fit on the first screen', async () => {
  const page = await open(learn, { viewport: { width: 390, height: 844 } });
  for (const { name, exercise } of chapters) {
    const { tasks } = exercise(0);
    for (const k of tasks.keys()) {
      const work = { seed: 0, task: k, tries: tasks.slice(0, k).map(({ solution }) => [solution]), draft: '' };
      await follow(page, { ...learn, learn: { chapter: name, work: { [name]: work } } });
      await page.getByText(`Task ${k + 1} of ${tasks.length}`).waitFor();
      // The 24 px leave room for one more line of text, which other fonts may need.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      expect(height, `${name}, task ${k + 1}`).toBeLessThanOrEqual(844 + 24);
    }
  }
});

test('the same seed produces the same exercise, and a short address opens a chapter', async () => {
  const page = await open(learn);
  await page.goto('about:blank');
  await page.goto(`${inject('address')}#learn/2`);
  for (const [k, task] of tasksOf('output').entries()) {
    await page.getByText(`Task ${k + 1} of`).waitFor();
    await solve(page, task);
    if (k < 2) await page.getByRole('button', { name: 'Next task' }).click();
  }
  await page.getByRole('button', { name: 'New numbers' }).click();
  await untilUrl(page, ({ learn }) => learn.work.output?.seed === 1);
  const question = await card(page).locator('p').nth(1).textContent();
  await page.reload();
  await page.getByText('Task 1 of 3').waitFor();
  expect(await card(page).locator('p').nth(1).textContent()).toBe(question);
  await solve(page, tasksOf('output', 1)[0]);
  await card(page).getByText('Correct.', { exact: true }).first().waitFor();
});

test('in chapter 3 no edge button overlaps another button or a node, at 1024 px and on a phone', async () => {
  const tries = tasksOf('successors')
    .slice(0, 2)
    .map(({ solution }) => [solution]);
  const page = await open({
    view: 'learn',
    learn: { chapter: 'successors', work: { successors: { seed: 0, task: 2, tries, draft: '' } } },
  });
  for (const [width, height] of [
    [1024, 768],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    const shown = page.getByRole('button', { name: /^\d → \d/ }).filter({ visible: true });
    await expect.poll(() => shown.count()).toBe(9);
    const boxes = await page
      .getByRole('group', { name: 'The network' })
      .locator('xpath=..')
      .locator('button:visible, [data-node]')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect));
    expect(boxes).toHaveLength(16);
    for (const [k, a] of boxes.entries()) {
      for (const b of boxes.slice(k + 1)) {
        const disjoint = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(disjoint, JSON.stringify([width, a, b])).toBe(true);
      }
      expect(a.bottom).toBeLessThanOrEqual(height);
    }
  }
});
