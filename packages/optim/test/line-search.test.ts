import { Random } from '@nnbp/core';
import { expect, test } from 'vitest';
import { lineSearch } from '../src/line-search.js';

test('on random functions, every step that lineSearch accepts decreases the value sufficiently, and more than 95% of them also reduce the slope sufficiently', () => {
  let [accepted, flat] = [0, 0];
  for (let seed = 1; seed <= 2000; seed++) {
    const random = new Random(seed);
    const waves = Array.from({ length: 4 }, () => [random.normal(), 5 * random.uniform(), 6 * random.uniform()]);
    const fall = random.uniform();
    // The function decreases at 0, is bounded below, and is not convex.
    const value = (t: number) =>
      waves.reduce((sum, [a, f, at]) => sum + a * Math.cos(f * t + at), 0.05 * t * t - fall * t);
    const slope = (t: number) => waves.reduce((sum, [a, f, at]) => sum - a * f * Math.sin(f * t + at), 0.1 * t - fall);
    const start = { value: value(0), slope: slope(0) };
    if (!(start.slope < -1e-3)) continue;
    const { step, accepted: isAccepted } = lineSearch(
      (t) => ({ value: value(t), slope: slope(t) }),
      start,
      10 ** (2 * random.normal()),
    );
    if (!isAccepted) {
      // If the search gives up, the result is no worse than the start.
      expect(value(step), `seed ${seed}`).toBeLessThanOrEqual(start.value);
    } else {
      expect(value(step), `seed ${seed}`).toBeLessThanOrEqual(start.value + 1e-3 * step * start.slope);
      accepted++;
      if (Math.abs(slope(step)) <= -0.9 * start.slope) flat++;
    }
  }
  expect(accepted).toBeGreaterThan(800);
  expect(flat / accepted).toBeGreaterThan(0.95);
});
