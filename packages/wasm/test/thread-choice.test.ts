import { expect, test } from 'vitest';
import { ThreadChoice } from '../src/thread-choice.js';

/**
 * Records calls until the number of threads is chosen. A call takes `single` ms on one thread, and `several` ms on more
 * than one. Returns whether more than one thread was chosen.
 */
function choose(choice: ThreadChoice, kind: number, rows: number, single: number, several: number): boolean {
  let calls = 0;
  while (choice.isTrial(kind, rows)) {
    choice.record(kind, rows, choice.isThreaded(kind, rows) ? several : single);
    expect(++calls).toBeLessThan(1000);
  }
  return choice.isThreaded(kind, rows);
}

test.each([
  [2, 1, true],
  [1, 2, false],
  [0.01, 0.004, true],
  [0.004, 0.01, false],
])(
  'if a call takes %f ms on one thread and %f ms on several, several threads are chosen: %s',
  (single, several, expected) => {
    expect(choose(new ThreadChoice(), 3, 64, single, several)).toBe(expected);
  },
);

test('each kind of call and each number of rows, rounded up to a power of two, has its own choice', () => {
  const choice = new ThreadChoice();
  expect(choose(choice, 1, 64, 1, 2)).toBe(false);
  expect(choose(choice, 3, 64, 2, 1)).toBe(true);
  expect(choose(choice, 1, 1024, 2, 1)).toBe(true);
  expect(choice.isThreaded(1, 60)).toBe(false);
});

test('one slow call does not change the choice', () => {
  const choice = new ThreadChoice();
  for (let n = 0; choice.isTrial(3, 8); n++) choice.record(3, 8, n === 7 ? 50 : choice.isThreaded(3, 8) ? 1 : 2);
  expect(choice.isThreaded(3, 8)).toBe(true);
});

test('a new trial starts after 200 times as many calls as the first trial took', () => {
  const choice = new ThreadChoice();
  expect(choose(choice, 3, 8, 1, 2)).toBe(false);
  let calls = 0;
  while (!choice.isTrial(3, 8)) expect(++calls).toBeLessThan(3000);
  expect(calls).toBeGreaterThan(1900);
  expect(choose(choice, 3, 8, 2, 1)).toBe(true);
});
