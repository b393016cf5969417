/** The exercises of the Learn view without a page: their answers, hints and seeds. */
import { articleNetwork } from '@nnbp/conformance';
import { backpropagate } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { chapters } from '../web/learn/chapters/index.js';
import { caches as cachesChapter } from '../web/learn/chapters/caches.js';
import { order as orderChapter, passInOrder } from '../web/learn/chapters/order.js';
import { converges, rate as rateChapter } from '../web/learn/chapters/rate.js';
import { times } from '../web/shared/format-number.js';
import { shrinkage, vanishing as vanishingChapter } from '../web/learn/chapters/vanishing.js';
import { diagnosisAnswer, parseDiagnosis, repair as repairChapter } from '../web/learn/chapters/repair.js';
import { time as timeChapter } from '../web/learn/chapters/time.js';
import { parseNumber } from '../web/learn/number-answer.js';
import { maxTries, pick, taskState, type Task } from '../web/learn/task.js';
import { pieces, wordCount } from '../web/learn/text.js';

const article = backpropagate(articleNetwork(), [0.5], [10], mse());
const seeds = [0, 1, 2, 3, 17, 4711];
const chapter = (name: string) => chapters.find((other) => other.name === name)!;
const tasksOf = (name: string, seed = 0): readonly Task[] => chapter(name).exercise(seed).tasks;
const hintOf = (task: Task, answer: string) => task.check(answer).hint?.en;

test('typed numbers can have a hyphen or minus sign, a decimal point or comma, and full-width characters', () => {
  for (const typed of ['-0.5', '−0.5', '-0,5', '−,5', ' - 0.5 ', '－０．５', '-5e-1']) {
    expect(parseNumber(typed), typed).toBe(-0.5);
  }
  for (const typed of ['', '-', '1/2', '1.2.3', '0x10', 'Infinity', 'abc']) expect(parseNumber(typed), typed).toBeNaN();
});

test('the solutions of the exercises on the article’s network are exactly the engine’s numbers', () => {
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

test('each common mistake in dloss/dw_2to4 has its own hint', () => {
  const task = tasksOf('parameters')[1];
  expect(task.check('-0.512')).toEqual({ correct: true });
  expect(hintOf(task, '-1.373')).toBe('slope_4 is missing.');
  expect(hintOf(task, '-0.341')).toMatch(/^c_4 is missing/);
  expect(hintOf(task, '-0.440')).toMatch(/evaluated at x_4/);
  expect(hintOf(task, '-0.785')).toMatch(/^x_2 is missing/);
  expect(hintOf(task, '0.512')).toMatch(/sign/);
  expect(hintOf(task, 'half')).toMatch(/Enter a number/);
});

test('an answer within 1 % is accepted, and an answer further off is not', () => {
  const [task] = tasksOf('forward');
  const expected = Number(task.solution);
  expect(task.check(String(expected * 1.0099)).correct).toBe(true);
  expect(task.check(String(expected * 0.9901)).correct).toBe(true);
  expect(task.check(String(expected * 1.011)).correct).toBe(false);
});

test('after three wrong answers the solution is shown, and a correct answer before that is accepted', () => {
  const [task] = tasksOf('forward');
  expect(taskState(task, []).state).toBe('open');
  expect(taskState(task, ['1', '2']).state).toBe('open');
  expect(
    taskState(
      task,
      Array.from({ length: maxTries }, () => '1'),
    ).state,
  ).toBe('shown');
  expect(taskState(task, ['1', task.solution]).state).toBe('correct');
});

test('picking an item again deselects it, and no more than the given number can be picked', () => {
  expect(pick('', 'a', 2)).toBe('a');
  expect(pick('a', 'b', 2)).toBe('a b');
  expect(pick('a b', 'c', 2)).toBe('a b');
  expect(pick('a b', 'a', 2)).toBe('b');
});

test('quantities in a sentence become symbols with an index', () => {
  expect(pieces('dloss/dw_2to4 is slope_4 · x_2, dx_7/dx_4.')).toEqual([
    { text: 'dloss/dw_2to4', symbol: '∂loss/∂w', index: '2→4' },
    { text: ' is ' },
    { text: 'slope_4', symbol: 'slope', index: '4' },
    { text: ' · ' },
    { text: 'x_2', symbol: 'x', index: '2' },
    { text: ', ' },
    { text: 'dx_7', symbol: 'dx', index: '7' },
    { text: '/' },
    { text: 'dx_4', symbol: 'dx', index: '4' },
    { text: '.' },
  ]);
});

test('12 of the 5,040 orders of the nodes are correct, and each produces the engine’s numbers', () => {
  const [task] = tasksOf('order');
  const ids = article.gradients.graph.ids;
  const correct = permutations(ids).filter((order) => task.check(order.join(' ')).correct);
  expect(correct).toHaveLength(12);
  for (const order of correct) {
    const dLossDx = passInOrder(orderChapter.exercise(0), order);
    ids.forEach((id, i) => expect(dLossDx[i]).toBeCloseTo(article.cache.dLossDx(id), 12));
  }
  expect(hintOf(task, '7 4 2')).toMatch(/^Node 2 was visited before 5, 6/);
  expect(hintOf(task, '7 4 5')).toMatch(/^Nodes not visited yet: 4\.$/);
});

test('the wrong dloss/dx_1 identifies the node that was visited too early', () => {
  for (const seed of seeds) {
    const task = tasksOf('order', seed)[1];
    const correct = ['2', '3', '4', '5', '6'].filter((id) => task.check(id).correct);
    expect(correct).toEqual([task.solution]);
    expect(hintOf(task, task.solution === '2' ? '3' : '2')).toMatch(/too early, dloss\/dx_1 would be/);
  }
});

test('the caches reduce evaluations of dloss/dx from 86 to 7 and of slope from 28 to 6, and six hidden layers give a million paths', () => {
  const { none, dLossDxCached, both, tasks } = cachesChapter.exercise(0);
  expect(none.dLossDx).toBe(86);
  expect(dLossDxCached.slope).toBe(28);
  expect(both).toEqual({ dLossDx: 7, slope: 6 });
  expect(tasks[0].check('20').correct).toBe(true);
  expect(tasks[1].check('28').correct).toBe(true);
  expect(tasks[2].check('6').correct).toBe(true);
  expect(hintOf(tasks[2], '5')).toMatch(/Fewer than a million/);
});

test('with 8 sigmoid layers, |dloss/dx| is about 22,000 times smaller in the first layer than in the last; tanh fixes that', () => {
  const { start, layersOf, tasks } = vanishingChapter.exercise(0);
  expect(times(shrinkage(layersOf(start)))).toBe('22,000');
  for (const guess of ['22000', '65536', '4e-5', '10000']) expect(tasks[0].check(guess).correct, guess).toBe(true);
  expect(hintOf(tasks[0], '32')).toMatch(/^Larger/);
  expect(hintOf(tasks[0], '1e7')).toMatch(/^Smaller/);
  expect(tasks[1].check('tanh glorotUniform 8').correct).toBe(true);
  expect(tasks[1].check('tanh glorotUniform 6').correct).toBe(true);
  expect(hintOf(tasks[1], 'tanh glorotUniform 5')).toMatch(/keep at least six/);
  expect(hintOf(tasks[1], 'sigmoid glorotUniform 8')).toMatch(/still receives/);
});

test('a learning rate of 0.084 converges and 0.085 diverges, and the loss after one step matches the formula', () => {
  const { path, tasks } = rateChapter.exercise(0);
  expect(converges(path, 0.084)).toBe(true);
  expect(converges(path, 0.085)).toBe(false);
  expect(tasks[1].check('0,084').correct).toBe(true);
  expect(hintOf(tasks[1], '0.085')).toMatch(/the loss grows/);
  expect(hintOf(tasks[1], '0.08')).toMatch(/so does a larger rate/);
  // w = 3.3, b = 0.9: the mean of (0.3 x + 0.9)² over x = 1 … 5.
  expect(Number(tasks[0].solution)).toBeCloseTo(0.09 * 11 + 0.54 * 3 + 0.81, 12);
  expect(hintOf(tasks[0], '-135')).toMatch(/straight line/);
});

test('derivatives through time equal those of the unrolled network, and the gradient of a weight is the sum of its terms over the steps', () => {
  const { network, pass, terms, measured, tasks } = timeChapter.exercise(0);
  const { cache, gradients } = pass;
  expect(Number(tasks[0].solution)).toBe(cache.x('2@1'));
  expect(Number(tasks[1].solution)).toBe(cache.dLossDx('2@0'));
  expect(Number(tasks[2].solution)).toBeCloseTo(gradients.of('2@1').w['1@1'], 14);
  expect(network.graph.parameterCount).toBe(4);
  expect(measured).toBeCloseTo(terms[0] + terms[1], 6);
  expect(hintOf(tasks[2], String(terms[1]))).toMatch(/^That is step 2 alone/);
  expect(hintOf(tasks[2], String((terms[0] + terms[1]) / 2))).toMatch(/^Add up, do not average/);
  expect(hintOf(tasks[1], String(cache.dLossDx('2@1')))).toMatch(/one step later/);
});

test('the node with the bug is the first to get a wrong derivative in the backward pass', () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { network, pass, broken, correct, tasks } = repairChapter.exercise(seed);
    const { graph } = network;
    const { node, bug } = parseDiagnosis(tasks[0].solution);
    kinds.add(bug);
    const i = graph.indexOf(node);
    // The bug affects no node closer to the loss.
    for (let k = graph.nodeCount - 1; k > i; k--) expect(broken.dLossDb[k]).toBe(correct.dLossDb[k]);
    expect(broken.dLossDb[i]).not.toBe(correct.dLossDb[i]);
    // The correct pass agrees with the engine.
    for (const id of graph.ids) {
      const k = graph.indexOf(id);
      expect(correct.dLossDx[k]).toBe(pass.cache.dLossDx(id));
      if (k < graph.inputCount) continue;
      const { b, w } = pass.gradients.of(id);
      expect(correct.dLossDb[k]).toBe(b);
      Object.values(w).forEach((dw, e) => expect(correct.dLossDw[graph.edgeStart[k] + e]).toBe(dw));
    }
    expect(hintOf(tasks[0], diagnosisAnswer({ node, bug: bug === 'sign' ? 'lost' : 'sign', probes: [] }))).toMatch(
      /^You found the node, but it has a different bug/,
    );
    const other = graph.ids.slice(graph.inputCount, -1).find((id) => id !== node)!;
    expect(hintOf(tasks[0], diagnosisAnswer({ node: other, bug, probes: [] }))).toMatch(/loss/);
  }
  expect(kinds.size).toBe(6);
});

function permutations(ids: readonly string[]): string[][] {
  if (ids.length === 0) return [[]];
  return ids.flatMap((id) => permutations(ids.filter((other) => other !== id)).map((rest) => [id, ...rest]));
}

describe.each(chapters.map((each) => [each.name, each] as const))('the chapter %s', (name, { exercise, title }) => {
  test.each(seeds)(`${name} accepts its solutions, seed %i`, (seed) => {
    for (const task of exercise(seed).tasks) {
      expect(task.check(task.solution), task.ask.en).toEqual({ correct: true });
      expect(taskState(task, [task.solution]).state).toBe('correct');
    }
  });

  test(`${name} has the same exercise for the same seed, and mostly different exercises for other seeds`, () => {
    const solutions = seeds.map((seed) => JSON.stringify(exercise(seed).tasks));
    expect(seeds.map((seed) => JSON.stringify(exercise(seed).tasks))).toEqual(solutions);
    expect(new Set(solutions).size).toBeGreaterThan(seeds.length / 2);
  });

  test(`${name} asks each question in at most 60 English words`, () => {
    for (const seed of seeds) {
      for (const task of exercise(seed).tasks) {
        expect(wordCount(task.ask.en), task.ask.en).toBeLessThanOrEqual(60);
      }
    }
  });

  test(`${name} uses full-width punctuation in Chinese`, () => {
    for (const seed of seeds) {
      for (const task of exercise(seed).tasks) {
        for (const text of [task.ask.zh, task.explain.zh, title.zh]) {
          expect(text).toMatch(/[\u4e00-\u9fff]/);
          expect(text).not.toMatch(/[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(\s|$)/);
        }
      }
    }
  });

  test(`${name} does not reveal the expected number in the question`, () => {
    for (const seed of seeds) {
      for (const task of exercise(seed).tasks) {
        if (task.kind !== 'number' || Number.isInteger(Number(task.solution))) continue;
        expect(task.ask.en).not.toContain(Number(task.solution).toPrecision(3).replace('-', '−'));
      }
    }
  });
});
