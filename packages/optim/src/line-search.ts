/**
 * A line search for the strong Wolfe conditions: sufficient decrease, and a slope that is flat enough (Moré and Thuente
 * 1994, "Line search algorithms with guaranteed sufficient decrease"). As in L-BFGS-B 3.0, the search also ends when
 * the bracket is narrow.
 */

/** Evaluates the function along the line: returns its value and slope at a step. */
export type AlongLine = (step: number) => { readonly value: number; readonly slope: number };

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
  let best: Point = { step: 0, ...start };
  /** If `bracketed`: the other end of the interval that contains a minimum. */
  let other = best;
  let bracketed = false;
  let step = first;
  let width = Infinity;
  let widthBefore = Infinity;
  // Without a bracket, the next step is in this range.
  let lower = 0;
  let upper = 5 * first;

  for (let evaluations = 0; evaluations < maxEvaluations; evaluations++) {
    const point: Point = { step, ...along(step) };
    if (!Number.isFinite(point.value) || !Number.isFinite(point.slope)) {
      // Overflow: the minimum must be closer to the best step.
      other = point;
      bracketed = true;
      step = best.step + (step - best.step) / 10;
      continue;
    }
    const sufficient = point.value <= start.value + decrease * step * start.slope;
    if (sufficient && Math.abs(point.slope) <= -curvature * start.slope) return { step, accepted: true };

    // If the new value is at most the best one but not sufficiently below the start, the interpolation uses
    // value − decrease · step · start.slope instead of value. This can happen only in stage 1 of the paper.
    const tilt = point.value <= best.value && !sufficient ? decrease * start.slope : 0;
    const tilted = ({ step: at, value, slope }: Point): Point => ({
      step: at,
      value: value - tilt * at,
      slope: slope - tilt,
    });
    step = nextStep(tilted(best), tilted(other), tilted(point), bracketed, lower, upper);
    if (isWorse(tilted(point), tilted(best))) {
      other = point;
      bracketed = true;
    } else {
      if (isOpposite(tilted(point), tilted(best))) {
        other = best;
        bracketed = true;
      }
      best = point;
    }
    if (bracketed) {
      const middle = best.step + 0.5 * (other.step - best.step);
      if (Math.abs(other.step - best.step) >= 0.66 * widthBefore) step = middle;
      widthBefore = width;
      width = Math.abs(other.step - best.step);
      const [from, to] = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
      // The decrease at the best point is sufficient: a point without sufficient decrease is never chosen as the best.
      if (to - from <= narrow * to) return { step: best.step, accepted: true };
      // The step can be outside the interval or NaN after rounding errors, or if the other end overflowed.
      if (!(step > from && step < to)) step = middle;
    } else {
      lower = step + 1.1 * (step - best.step);
      upper = step + 4 * (step - best.step);
    }
  }
  return { step: best.step, accepted: false };
}

const isWorse = (point: Point, best: Point): boolean => point.value > best.value;
const isOpposite = (point: Point, best: Point): boolean => Math.sign(point.slope) !== Math.sign(best.slope);

/**
 * Chooses the next step by cubic and quadratic interpolation between the best point and the new one, using the four
 * cases of the paper. In cases 3 and 4, if there is no bracket, the next step is between `lower` and `upper`.
 */
function nextStep(best: Point, other: Point, point: Point, bracketed: boolean, lower: number, upper: number): number {
  const cubic = cubicMinimum(best, point);
  if (isWorse(point, best)) {
    // Case 1: the value is higher, so the minimum lies in between.
    const quadratic =
      best.step +
      (best.slope / ((best.value - point.value) / (point.step - best.step) + best.slope) / 2) *
        (point.step - best.step);
    const isCubicNearer = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
    return isCubicNearer ? cubic : cubic + (quadratic - cubic) / 2;
  }
  const secant = point.step + (point.slope / (point.slope - best.slope)) * (best.step - point.step);
  const isCubicFarther = Math.abs(cubic - point.step) > Math.abs(secant - point.step);
  if (isOpposite(point, best)) {
    // Case 2: the value is lower and the slope has the opposite sign, so the minimum lies in between.
    return isCubicFarther ? cubic : secant;
  }
  if (Math.abs(point.slope) < Math.abs(best.slope)) {
    // Case 3: the value is lower and the slope is flatter, with the same sign. Extrapolates cautiously.
    const isCubicAhead = Math.sign(cubic - point.step) === Math.sign(point.step - best.step);
    if (!bracketed) return isCubicAhead ? Math.min(Math.max(cubic, secant, lower), upper) : upper;
    const limit = point.step + 0.66 * (other.step - point.step);
    const nearer = isCubicAhead && !isCubicFarther ? cubic : secant;
    return point.step > best.step ? Math.min(limit, nearer) : Math.max(limit, nearer);
  }
  // Case 4: the value is lower and the slope is not flatter, with the same sign.
  return bracketed ? cubicMinimum(other, point) : upper;
}

/**
 * Returns the step at the minimum of the cubic that has the values and slopes of two points, or NaN if it has no
 * minimum.
 */
function cubicMinimum(a: Point, b: Point): number {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const size = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const inside = (theta / size) ** 2 - (a.slope / size) * (b.slope / size);
  if (!(inside > 0)) return NaN;
  const gamma = Math.sign(b.step - a.step) * size * Math.sqrt(inside);
  const part = (gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope);
  return a.step + part * (b.step - a.step);
}
