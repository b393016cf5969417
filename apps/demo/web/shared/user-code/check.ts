/** Gradient-checks a user function and samples it for the plot. Runs in the worker. */
import { checkActivation, checkLoss, type Report } from '@nnbp/gradcheck';
import type { Functions } from '../../functions.js';
import type { Kind } from './user-functions.js';

/** A derivative that differs from its finite difference. */
export interface Mismatch {
  readonly name: string;
  readonly at: number;
  readonly analytic: number;
  readonly numeric: number;
}

/** Values of the function, its derivative and finite differences at the points `h`. */
export interface Curves {
  /** Values of h for an activation, of x for a loss. */
  readonly h: readonly number[];
  readonly value: readonly number[];
  readonly analytic: readonly number[];
  readonly differences: readonly number[];
}

export interface Verdict {
  readonly ok: boolean;
  /** Number of derivatives that were compared with finite differences. */
  readonly checked: number;
  /** The largest mismatches, at most six. */
  readonly mismatches: readonly Mismatch[];
  /** Other problems, at most six, such as results that are not finite. */
  readonly violations: readonly string[];
  /** Number of points that are skipped because they are at or very close to a declared kink. */
  readonly skipped: number;
  /** Likely cause of the mismatches, if they match a known mistake. */
  readonly hint: string | undefined;
  readonly curves: Curves;
}

/** The curves have `pointCount` points from −`range` to `range`. */
const pointCount = 201;
const range = 5;

export function check(kind: Kind, name: string, functions: Functions): Verdict {
  if (kind === 'activation') {
    const activation = functions.activation(name);
    return verdict(
      checkActivation(activation),
      curvesOf(
        (h) => activation.value(h),
        (h) => activation.derivative(h, activation.value(h)),
      ),
    );
  }
  const loss = functions.loss(name);
  // A loss is sampled for one output, with the first of these targets that the loss accepts.
  const target = [0, 1, 0.5, -1].map((t) => [t]).find((t) => loss.targetProblem?.(t) === undefined) ?? [0];
  const dLossDx = new Float64Array(1);
  const derivative = (x: number) => {
    loss.derivative([x], target, dLossDx);
    return dLossDx[0];
  };
  return verdict(
    checkLoss(loss),
    curvesOf((x) => loss.value([x], target), derivative),
  );
}

function verdict(report: Report, curves: Curves): Verdict {
  const error = ({ analytic, numeric }: Report['mismatches'][number]) => Math.abs(analytic - numeric);
  const worst = [...report.mismatches].sort((a, b) => error(b) - error(a));
  return {
    ok: report.ok,
    checked: report.comparisons.length,
    mismatches: worst.slice(0, 6).map(({ name, at = NaN, analytic, numeric }) => ({ name, at, analytic, numeric })),
    violations: report.violations.slice(0, 6),
    skipped: report.excluded.length,
    hint: /Likely cause: (.*)/.exec(report.toString())?.[1],
    curves,
  };
}

function curvesOf(value: (h: number) => number, derivative: (h: number) => number): Curves {
  const h = Array.from({ length: pointCount }, (_, k) => -range + (2 * range * k) / (pointCount - 1));
  const step = 1e-5;
  return {
    h,
    value: h.map(value),
    analytic: h.map(derivative),
    differences: h.map((at) => (value(at + step) - value(at - step)) / (2 * step)),
  };
}
