/** The exercises of the Learn view, without a page: numbers against the engine, answers, hints, seeds. */
import { articleNetwork } from '@nnbp/conformance';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { lessonList } from '../web/learn/chapters/index.js';
import { caches as cachesChapter } from '../web/learn/chapters/caches.js';
import { order as orderChapter, passInOrder } from '../web/learn/chapters/order.js';
import { parseNumber } from '../web/learn/number-answer.js';
import { maxTries, pick, standing, type Task } from '../web/learn/task.js';
import { pieces, words } from '../web/learn/text.js';

const article = articleNetwork().backpropagate([0.5], [10], mse());
const seeds = [0, 1, 2, 3, 17, 4711];
const chapter = (name: string) => lessonList.find((other) => other.name === name)!;
const tasksOf = (name: string, seed = 0): readonly Task[] => chapter(name).exercise(seed).tasks;
const hintOf = (task: Task, answer: string) => task.judge(answer).hint?.en;

test('typed numbers may have either minus, either decimal separator, and full-width characters', () => {
  for (const typed of ['-0.5', '−0.5', '-0,5', '−,5', ' - 0.5 ', '－０．５', '-5e-1']) {
    expect(parseNumber(typed), typed).toBe(-0.5);
  }
  for (const typed of ['', '-', '1/2', '1.2.3', '0x10', 'Infinity', 'abc']) expect(parseNumber(typed), typed).toBeNaN();
});

test('the article’s exercises ask for the engine’s numbers, to the bit', () => {
  const solution = (name: string, task: number) => Number(tasksOf(name)[task].solution);
  expect(solution('forward', 0)).toBe(article.cache.h('4'));
  expect(solution('forward', 1)).toBe(article.cache.x('4'));
  expect(solution('output', 0)).toBe(-6);
  expect(solution('output', 1)).toBe(10);
  expect(solution('output', 2)).toBe(article.cache.dLossDx('7'));
  expect(solution('successors', 1)).toBe(article.cache.dLossDx('4'));
  expect(solution('successors', 3)).toBe(article.cache.dLossDx('2'));
  expect(solution('parameters', 1)).toBe(article.gradients.of('4').w['2']);
});

test('each usual mistake at dloss/dw_2to4 has its own hint', () => {
  const task = tasksOf('parameters')[1];
  expect(task.judge('-0.512')).toEqual({ right: true });
  expect(hintOf(task, '-1.373')).toBe('slope_4 is missing.');
  expect(hintOf(task, '-0.341')).toMatch(/^c_4 is missing/);
  expect(hintOf(task, '-0.440')).toMatch(/taken at x_4/);
  expect(hintOf(task, '-0.785')).toMatch(/^x_2 is missing/);
  expect(hintOf(task, '0.512')).toMatch(/sign/);
  expect(hintOf(task, 'half')).toMatch(/Enter a number/);
});

test('an answer within 1 % is right, one beyond is not', () => {
  const [task] = tasksOf('forward');
  const expected = Number(task.solution);
  expect(task.judge(String(expected * 1.0099)).right).toBe(true);
  expect(task.judge(String(expected * 0.9901)).right).toBe(true);
  expect(task.judge(String(expected * 1.011)).right).toBe(false);
});

test('after three wrong answers the solution is shown, and a right one before is right', () => {
  const [task] = tasksOf('forward');
  expect(standing(task, []).state).toBe('open');
  expect(standing(task, ['1', '2']).state).toBe('open');
  expect(
    standing(
      task,
      Array.from({ length: maxTries }, () => '1'),
    ).state,
  ).toBe('shown');
  expect(standing(task, ['1', task.solution]).state).toBe('right');
});

test('picking again drops, and no more than the count can be picked', () => {
  expect(pick('', 'a', 2)).toBe('a');
  expect(pick('a', 'b', 2)).toBe('a b');
  expect(pick('a b', 'c', 2)).toBe('a b');
  expect(pick('a b', 'a', 2)).toBe('b');
});

test('quantities in a text become letters with an index', () => {
  expect(pieces('dloss/dw_2to4 is slope_4 · x_2, dx_7/dx_4.')).toEqual([
    { text: 'dloss/dw_2to4', letter: '∂loss/∂w', index: '2→4' },
    { text: ' is ' },
    { text: 'slope_4', letter: 'slope', index: '4' },
    { text: ' · ' },
    { text: 'x_2', letter: 'x', index: '2' },
    { text: ', ' },
    { text: 'dx_7', letter: 'dx', index: '7' },
    { text: '/' },
    { text: 'dx_4', letter: 'dx', index: '4' },
    { text: '.' },
  ]);
});

test('12 of the 5,040 orders of the nodes are right, and each gives the engine’s numbers', () => {
  const [task] = tasksOf('order');
  const ids = article.gradients.graph.ids;
  const right = permutations(ids).filter((order) => task.judge(order.join(' ')).right);
  expect(right).toHaveLength(12);
  for (const order of right) {
    const found = passInOrder(orderChapter.exercise(0), order);
    ids.forEach((id, i) => expect(found[i]).toBeCloseTo(article.cache.dLossDx(id), 12));
  }
  expect(hintOf(task, '7 4 2')).toMatch(/^Node 2 was visited before 5, 6/);
  expect(hintOf(task, '7 4 5')).toMatch(/^4 nodes/);
});

test('the node that was too early is found from the number at node 1', () => {
  for (const seed of seeds) {
    const task = tasksOf('order', seed)[1];
    const right = ['2', '3', '4', '5', '6'].filter((id) => task.judge(id).right);
    expect(right).toEqual([task.solution]);
    expect(hintOf(task, task.solution === '2' ? '3' : '2')).toMatch(/too early, dloss\/dx_1 would be/);
  }
});

test('the caches save what they should: 86 to 7, 28 to 6, a million paths from depth 6', () => {
  const { none, dLossDxKept, both, tasks } = cachesChapter.exercise(0);
  expect(none.dLossDx).toBe(86);
  expect(dLossDxKept.slope).toBe(28);
  expect(both).toEqual({ dLossDx: 7, slope: 6 });
  expect(tasks[0].judge('20').right).toBe(true);
  expect(tasks[1].judge('28').right).toBe(true);
  expect(tasks[2].judge('6').right).toBe(true);
  expect(hintOf(tasks[2], '5')).toMatch(/Fewer than a million/);
});

function permutations(ids: readonly string[]): string[][] {
  if (ids.length === 0) return [[]];
  return ids.flatMap((id) => permutations(ids.filter((other) => other !== id)).map((rest) => [id, ...rest]));
}

describe.each(lessonList.map((lesson) => [lesson.name, lesson] as const))('the chapter %s', (_, lesson) => {
  test.each(seeds)(
    'with seed %i accepts its solutions and gives every usual mistake a hint that is not empty',
    (seed) => {
      for (const task of lesson.exercise(seed).tasks) {
        expect(task.judge(task.solution), task.ask.en).toEqual({ right: true });
        expect(standing(task, [task.solution]).state).toBe('right');
      }
    },
  );

  test('has the same exercise for the same seed, and others for other seeds', () => {
    const solutions = seeds.map((seed) => JSON.stringify(lesson.exercise(seed).tasks));
    expect(seeds.map((seed) => JSON.stringify(lesson.exercise(seed).tasks))).toEqual(solutions);
    expect(new Set(solutions).size).toBeGreaterThan(seeds.length / 2);
  });

  test('asks in at most 60 words, and in Chinese with full-width punctuation', () => {
    for (const seed of seeds) {
      for (const task of lesson.exercise(seed).tasks) {
        expect(words(task.ask.en), task.ask.en).toBeLessThanOrEqual(60);
        for (const text of [task.ask.zh, task.explain.zh, lesson.title.zh]) {
          expect(text).toMatch(/[\u4e00-\u9fff]/);
          expect(text).not.toMatch(/[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(\s|$)/);
        }
      }
    }
  });

  test('does not say a number in the question that asks for it', () => {
    for (const seed of seeds) {
      for (const task of lesson.exercise(seed).tasks) {
        if (task.kind !== 'number' || Number.isInteger(Number(task.solution))) continue;
        expect(task.ask.en).not.toContain(Number(task.solution).toPrecision(3).replace('-', '−'));
      }
    }
  });
});
