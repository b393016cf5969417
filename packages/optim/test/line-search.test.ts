import { Random } from '@nnbp/core';
import { expect, test } from 'vitest';
import { lineSearch } from '../src/line-search.js';
import searches from './scipy/line-searches.generated.json' with { type: 'json' };

type Evaluation = readonly [step: number, value: number, slope: number];

/** Returns the result of lineSearch, and the steps evaluated. */
function search(along: (step: number) => readonly [value: number, slope: number], slope: number, first: number) {
  const steps: number[] = [];
  const evaluate = (step: number) => {
    steps.push(step);
    const [value, slopeAtStep] = along(step);
    return { value, slope: slopeAtStep };
  };
  return { ...lineSearch(evaluate, { value: 0, slope }, first), steps };
}

// The steps differ from SciPy's by at most 1e-14 (relative); the test allows 1e-12.
test.each(searches as unknown as [string, [number, number], Evaluation[], number, boolean][])(
  'lineSearch evaluates the same steps as SciPy: %s',
  (_, [value, slope], evaluations, result, isAccepted) => {
    const steps: number[] = [];
    const { step, accepted } = lineSearch(
      (tried) => {
        const evaluation = evaluations[steps.length];
        steps.push(tried);
        expect(steps.length).toBeLessThanOrEqual(evaluations.length);
        expect(Math.abs(tried / evaluation[0] - 1)).toBeLessThan(1e-12);
        return { value: evaluation[1], slope: evaluation[2] };
      },
      { value, slope },
      evaluations[0][0],
    );
    expect(steps).toHaveLength(evaluations.length);
    expect(Math.abs(step / result - 1)).toBeLessThan(1e-12);
    expect(accepted).toBe(isAccepted);
  },
);

// SciPy has no rule for overflows. After an overflow, lineSearch goes a tenth of the way from the best step to the step
// that overflowed, and then halves the bracket.
test.each([
  [Infinity, NaN],
  [-Infinity, -1],
  [NaN, -1],
  [-1, NaN],
  [-1, -Infinity],
])('lineSearch divides the step by 10 if the value is %d and the slope is %d', (value, slope) => {
  const { step, accepted, steps } = search((t) => (t > 0.5 ? [value, slope] : [-t, -0.5]), -1, 10);
  expect(steps).toEqual([10, 1, 0.1]);
  expect({ step, accepted }).toEqual({ step: 0.1, accepted: true });
});

test('lineSearch does not evaluate steps beyond an overflow', () => {
  const { step, accepted, steps } = search((t) => (t < 3 ? [-t - t * t, -1 - 2 * t] : [Infinity, NaN]), -1, 1);
  expect(steps.map((t) => Number(t.toFixed(12)))).toEqual([1, 5, 1.4, 3.2, 1.58, 2.39, 2.795, 2.9975]);
  expect({ step, accepted }).toEqual({ step: steps.at(-1), accepted: true });
});

test('lineSearch reports the start as the best step if every step overflows', () => {
  const { step, accepted, steps } = search(() => [NaN, NaN], -1, 1);
  expect(steps).toHaveLength(20);
  expect({ step, accepted }).toEqual({ step: 0, accepted: false });
});

// SciPy stops in these cases. In the formula for the minimum of the interpolating cubic, the slope is lost to rounding,
// so the result is an end of the bracket.
test('lineSearch halves the bracket if rounding moves the next step to an end of the bracket', () => {
  const atLowerEnd = search((t) => (t === 1 ? [1, 2] : [-1, 0]), -1e-20, 1);
  expect(atLowerEnd).toEqual({ step: 0.5, accepted: true, steps: [1, 0.5] });
  const points: Record<number, readonly [number, number]> = { 1: [-1, 1], 0.5: [1e20, 0], 0.75: [-2, 0] };
  const atUpperEnd = search((t) => points[t], -1e-20, 1);
  expect(atUpperEnd).toEqual({ step: 0.75, accepted: true, steps: [1, 0.5, 0.75] });
});

test('on random functions, every step that lineSearch accepts decreases the value sufficiently, and more than 95% reduce the slope sufficiently', () => {
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
