/** The formulas that the Fit view offers, with estimates of their initial parameters, and example data. */
import { defaultState } from '../state.js';
import type { Point } from './points.js';

export interface Model {
  readonly name: ModelName;
  readonly formula: string;
  /** Estimates initial parameters from the points. The signs and orders of magnitude are usually correct. */
  start(points: readonly Point[]): Readonly<Record<string, number>>;
}

export type ModelName =
  | 'line'
  | 'parabola'
  | 'growth'
  | 'saturation'
  | 'decay'
  | 'logistic'
  | 'enzyme'
  | 'power'
  | 'peak'
  | 'wave';

/** Summarizes the points. */
function featuresOf(points: readonly Point[]) {
  const sorted = points.toSorted((a, b) => a.x - b.x);
  const ys = points.map(({ y }) => y);
  const [first, last] = [sorted[0], sorted.at(-1)!];
  const low = ys.reduce((a, b) => Math.min(a, b));
  const high = ys.reduce((a, b) => Math.max(a, b));
  const width = last.x - first.x || 1;
  const mean = ys.reduce((a, b) => a + b, 0) / ys.length;
  const highest = sorted.find(({ y }) => y === high)!;
  const middle = (low + high) / 2;
  /** The point whose y is closest to the middle of the range. */
  const halfway = sorted.reduce((best, p) => (Math.abs(p.y - middle) < Math.abs(best.y - middle) ? p : best));
  return { first, last, low, high, width, mean, highest, halfway, height: high - low || 1 };
}

export const models: readonly Model[] = [
  {
    name: 'line',
    formula: 'a + b*x',
    start(points) {
      const { first, last, width, mean } = featuresOf(points);
      return { a: mean, b: (last.y - first.y) / width };
    },
  },
  {
    name: 'parabola',
    formula: 'a + b*x + c*x^2',
    start(points) {
      const { first, last, width, mean } = featuresOf(points);
      return { a: mean, b: (last.y - first.y) / width, c: 0 };
    },
  },
  {
    name: 'growth',
    formula: 'a*exp(b*x)',
    start(points) {
      const { first, last, width } = featuresOf(points);
      const ratio = last.y / first.y;
      const b = ratio > 0 && ratio < Infinity && ratio !== 1 ? Math.log(ratio) / width : 1 / width;
      return { a: (first.y || 1) * Math.exp(-b * first.x), b };
    },
  },
  {
    name: 'saturation',
    formula: 'b1*(1 - exp(-b2*x))',
    start(points) {
      const { last, halfway, width } = featuresOf(points);
      return { b1: last.y || 1, b2: Math.LN2 / (halfway.x > 0 ? halfway.x : width) };
    },
  },
  {
    name: 'decay',
    formula: 'a*exp(-b*x) + c',
    start(points) {
      const { first, last, halfway, width } = featuresOf(points);
      const b = Math.LN2 / (halfway.x > first.x ? halfway.x - first.x : width / 2);
      return { a: (first.y - last.y || 1) * Math.exp(b * first.x), b, c: last.y };
    },
  },
  {
    name: 'logistic',
    formula: 'a/(1 + exp(-b*(x - c)))',
    start(points) {
      const { first, last, high, halfway, width } = featuresOf(points);
      return { a: high || 1, b: ((last.y < first.y ? -1 : 1) * 8) / width, c: halfway.x };
    },
  },
  {
    name: 'enzyme',
    formula: 'v*x/(k + x)',
    start(points) {
      const { high, halfway, width } = featuresOf(points);
      return { v: 1.2 * high || 1, k: halfway.x > 0 ? halfway.x : width };
    },
  },
  {
    name: 'power',
    formula: 'a*x^b',
    start(points) {
      const { last } = featuresOf(points);
      return { a: last.x > 0 ? last.y / last.x || 1 : 1, b: 1 };
    },
  },
  {
    name: 'peak',
    formula: 'a*exp(-((x - b)/c)^2)',
    start(points) {
      const { highest, width } = featuresOf(points);
      return { a: highest.y || 1, b: highest.x, c: width / 4 };
    },
  },
  {
    name: 'wave',
    formula: 'a + b*sin(c*x + d)',
    start(points) {
      const { mean, height } = featuresOf(points);
      return { a: mean, b: height / 2, c: 2 * Math.PI * frequencyOf(points, mean), d: 0 };
    },
  },
];

/** Periods per unit of x, estimated from how often y crosses its mean. */
function frequencyOf(points: readonly Point[], mean: number): number {
  const sorted = points.toSorted((a, b) => a.x - b.x);
  const crossings = sorted.filter(({ y }, k) => k > 0 && y > mean !== sorted[k - 1].y > mean).length;
  return Math.max(1, crossings) / 2 / (sorted.at(-1)!.x - sorted[0].x || 1);
}

/** Returns the model with this formula, or undefined if there is none. Ignores white space, and reads `**` as `^`. */
export const modelOf = (formula: string): Model | undefined =>
  models.find((model) => normalized(model.formula) === normalized(formula));

const normalized = (formula: string) => formula.replaceAll(/\s/g, '').replaceAll('**', '^');

/** Example data: synthetic, with errors of a few percent. */
export const examples = {
  growth: { formula: defaultState.fit.formula, data: defaultState.fit.data },
  cooling: {
    formula: 'a*exp(-b*x) + c',
    data: 'minutes, temperature\n0, 84.9\n2, 76.2\n4, 68.6\n6, 61.4\n8, 56.3\n10, 51.0\n15, 41.6\n20, 35.4\n25, 30.6\n30, 27.8\n40, 23.9\n50, 22.1',
  },
  enzyme: {
    formula: 'v*x/(k + x)',
    data: 'concentration, rate\n0.05, 12.1\n0.1, 22.8\n0.15, 27.1\n0.2, 34.5\n0.3, 43.7\n0.4, 48.7\n0.6, 57.6\n0.8, 63.4\n1.0, 70.4\n1.5, 77.1\n2.0, 80.6',
  },
  tide: {
    formula: 'a + b*sin(c*x + d)',
    data: 'hour, level\n0, 2.61\n1, 3.42\n2, 4.02\n3, 4.19\n4, 4.05\n5, 3.51\n6, 2.72\n7, 1.87\n8, 1.21\n9, 0.84\n10, 0.83\n11, 1.22\n12, 1.93\n13, 2.74\n14, 3.53\n15, 4.06\n16, 4.21\n17, 3.98\n18, 3.42\n19, 2.61\n20, 1.79\n21, 1.14\n22, 0.8\n23, 0.87\n24, 1.3',
  },
} as const;

export type ExampleName = keyof typeof examples;
