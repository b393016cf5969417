import { afterEach, expect, test, vi } from 'vitest';
import { BarrierTimeout } from '../src/barrier-timeout.js';

let clock = 0;
vi.spyOn(performance, 'now').mockImplementation(() => clock);
afterEach(() => void (clock = 0));

/**
 * Checks `timeout` every `step` milliseconds until it is over. `turn` identifies the wait. Returns the duration of the
 * wait in milliseconds.
 */
function wait(timeout: BarrierTimeout, turn: number, step: number): number {
  const startTime = clock;
  while (!timeout.isOver(turn)) clock += step;
  return clock - startTime;
}

test('the timeout is 10 s plus three times the duration of the preceding work', () => {
  const timeout = new BarrierTimeout();
  expect(wait(timeout, 1, 50)).toBe(10_050);
  timeout.begin();
  clock += 20_000;
  expect(wait(timeout, 1, 50)).toBe(70_050);
});

test('each wait has its own timeout', () => {
  const timeout = new BarrierTimeout();
  for (let turn = 0; turn < 200; turn++) {
    timeout.begin();
    for (let check = 0; check < 3; check++) {
      expect(timeout.isOver(turn)).toBe(false);
      clock += 90;
    }
  }
});

test('at most 100 ms between two checks count towards the timeout, even if the machine was suspended', () => {
  const timeout = new BarrierTimeout();
  expect(timeout.isOver(1)).toBe(false);
  clock += 3_600_000;
  expect(timeout.isOver(1)).toBe(false);
  expect(wait(timeout, 1, 3_600_000)).toBe(100 * 3_600_000);
});
