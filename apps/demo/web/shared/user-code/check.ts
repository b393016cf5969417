/** In the worker: gradient-checks a function and samples it for the plot. */
import { checkActivation, checkLoss, type Report } from '@nnbp/gradcheck';
import type { Functions } from '../../functions.js';
import type { Kind } from './user-functions.js';

/** A derivative that differs from finite differences. */
export interface Mismatch {
  readonly name: string;
  readonly at: number;
  readonly analytic: number;
  readonly numeric: number;
}

/** The function, its derivative, and finite differences over `h`. */
export interface Curves {
  readonly h: readonly number[];
  readonly value: readonly number[];
  readonly analytic: readonly number[];
  readonly differences: readonly number[];
}

export interface Verdict {
  readonly ok: boolean;
  readonly checked: number;
  readonly mismatches: readonly Mismatch[];
  readonly violations: readonly string[];
  readonly leftOut: number;
  /** The likely mistake, if it is a known one. */
  readonly hint: string | undefined;
  readonly curves: Curves;
}

const pointCount = 201;
const reach = 5;

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
  // The curve of a loss is over one output, with the first target that the loss accepts.
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
    leftOut: report.excluded.length,
    hint: /Likely cause: (.*)/.exec(report.toString())?.[1],
    curves,
  };
}

function curvesOf(value: (h: number) => number, derivative: (h: number) => number): Curves {
  const h = Array.from({ length: pointCount }, (_, k) => -reach + (2 * reach * k) / (pointCount - 1));
  const step = 1e-5;
  return {
    h,
    value: h.map(value),
    analytic: h.map(derivative),
    differences: h.map((at) => (value(at + step) - value(at - step)) / (2 * step)),
  };
}
