/**
 * A line search for the strong Wolfe conditions: sufficient decrease, and a slope that is flat enough (Moré and Thuente
 * 1994, "Line search algorithms with guaranteed sufficient decrease"). As in L-BFGS-B 3.0, the search also ends when
 * the bracket is narrow.
 */

/** Evaluates the function along the line: returns its value and slope at a step. */
export type AlongLine = (step: number) => { readonly value: number; readonly slope: number };

/** The result of a line search. */
export interface LineSearchResult {
  /** The accepted step. If no step is accepted: the best step found, or 0 if no step was better than the start. */
  readonly step: number;
  /** Whether the value decreases sufficiently, and the slope is flat enough or the bracket is narrow. */
  readonly accepted: boolean;
}

interface Point {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** Sufficient decrease: value ≤ start.value + decrease · step · start.slope. */
const decrease = 1e-3;
/** Flat enough: |slope| ≤ curvature · |start.slope|. */
const curvature = 0.9;
/** A bracket is narrow if its width is at most this fraction of its upper end. */
const narrow = 0.1;
const maxEvaluations = 20;

/**
 * Searches for a step that satisfies the strong Wolfe conditions.
 *
 * @param start - The value and slope at step 0. The slope must be below 0.
 * @param first - The first step to try.
 */
export function lineSearch(
  along: AlongLine,
  start: { readonly value: number; readonly slope: number },
  first: number,
): LineSearchResult {
  const origin: Point = { step: 0, ...start };
  const decreasesEnough = (point: Point) => point.value <= start.value + decrease * point.step * start.slope;
  let best = origin;
  let other = origin;
  let bracketed = false;
  // Stage 2 begins at the first step where the decrease is sufficient and the slope is positive or nearly 0.
  let stage = 1;
  let step = first;
  let width = Infinity;
  let widthBefore = Infinity;
  let lower = 0;
  let upper = 5 * first;

  for (let evaluations = 0; evaluations < maxEvaluations; evaluations++) {
    const evaluation = along(step);
    if (!Number.isFinite(evaluation.value) || !Number.isFinite(evaluation.slope)) {
      // Overflow: the minimum must be closer to the start.
      upper = step;
      step = best.step + (step - best.step) / 10;
      continue;
    }
    const point: Point = { step, ...evaluation };
    const sufficient = decreasesEnough(point);
    if (sufficient && Math.abs(point.slope) <= -curvature * start.slope) return { step, accepted: true };
    if (stage === 1 && sufficient && point.slope >= Math.min(decrease, curvature) * start.slope) stage = 2;

    // In stage 1, if the new value is at most the best one but not sufficiently below the start, the interpolation uses
    // value − decrease · step · start.slope instead of value.
    const tilt = stage === 1 && point.value <= best.value && !sufficient ? decrease * start.slope : 0;
    const tilted = ({ step: at, value, slope }: Point): Point => ({
      step: at,
      value: value - tilt * at,
      slope: slope - tilt,
    });
    const next = nextStep(tilted(best), tilted(other), tilted(point), bracketed, lower, upper);
    if (next.worse) other = point;
    else {
      if (next.crossed) other = best;
      best = point;
    }
    bracketed = next.bracketed;
    step = next.step;
    if (bracketed) {
      if (Math.abs(other.step - best.step) >= 0.66 * widthBefore) step = best.step + 0.5 * (other.step - best.step);
      widthBefore = width;
      width = Math.abs(other.step - best.step);
      lower = Math.min(best.step, other.step);
      upper = Math.max(best.step, other.step);
      const isNarrow = upper - lower <= narrow * upper;
      if (isNarrow && best.step > 0 && decreasesEnough(best)) return { step: best.step, accepted: true };
      if (step <= lower || step >= upper) step = best.step;
    } else {
      lower = step + 1.1 * (step - best.step);
      upper = step + 4 * (step - best.step);
    }
  }
  return { step: best.step, accepted: false };
}

/**
 * Chooses the next step by cubic and quadratic interpolation between the best point and the new one, using the four
 * cases of the paper.
 */
function nextStep(best: Point, other: Point, point: Point, bracketed: boolean, lower: number, upper: number) {
  const opposite = point.slope * Math.sign(best.slope) < 0;
  const secant = point.step + (point.slope / (point.slope - best.slope)) * (best.step - point.step);
  const cubic = cubicMinimum(best, point);
  if (point.value > best.value) {
    // Case 1: the value is higher, so the minimum lies in between.
    const quadratic =
      best.step +
      (best.slope / ((best.value - point.value) / (point.step - best.step) + best.slope) / 2) *
        (point.step - best.step);
    const isCubicNearer = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
    return {
      step: isCubicNearer ? cubic : cubic + (quadratic - cubic) / 2,
      bracketed: true,
      worse: true,
      crossed: false,
    };
  }
  if (opposite) {
    // Case 2: the value is lower and the slope has the opposite sign, so the minimum lies in between.
    const isCubicFarther = Math.abs(cubic - point.step) > Math.abs(secant - point.step);
    return { step: isCubicFarther ? cubic : secant, bracketed: true, worse: false, crossed: true };
  }
  if (Math.abs(point.slope) < Math.abs(best.slope)) {
    // Case 3: the value is lower and the slope is flatter, with the same sign. Extrapolates cautiously.
    const ahead = (cubic - point.step) * (point.step - best.step) > 0;
    const usable = ahead ? cubic : point.step > best.step ? upper : lower;
    if (bracketed) {
      const nearer = Math.abs(usable - point.step) < Math.abs(secant - point.step) ? usable : secant;
      const limit = point.step + 0.66 * (other.step - point.step);
      const step = point.step > best.step ? Math.min(limit, nearer) : Math.max(limit, nearer);
      return { step, bracketed, worse: false, crossed: false };
    }
    const farther = Math.abs(usable - point.step) > Math.abs(secant - point.step) ? usable : secant;
    return { step: Math.min(Math.max(farther, lower), upper), bracketed, worse: false, crossed: false };
  }
  // Case 4: the value is lower and the slope is not flatter, with the same sign.
  const step = bracketed ? cubicMinimum(other, point) : upper;
  return { step, bracketed, worse: false, crossed: false };
}

/** Returns the step at the minimum of the cubic that has the values and slopes of two points. */
function cubicMinimum(a: Point, b: Point): number {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const size = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const inside = (theta / size) ** 2 - (a.slope / size) * (b.slope / size);
  const gamma = (b.step > a.step ? 1 : -1) * size * Math.sqrt(Math.max(0, inside));
  const part = (gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope);
  return a.step + part * (b.step - a.step);
}
