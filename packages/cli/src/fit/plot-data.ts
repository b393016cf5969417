/** Computes what the plot of a fit shows: the observations, and the curve with its confidence band. */
import type { FitStatistics } from '@nnbp/formula';
import { extentOf } from '../extent.js';

/** The content of a plot, in the units of the data. */
export interface FitPlotData {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /**
   * Points of the curve from left to right: `y`, and its confidence interval from `low` to `high`. Points at which `y` is
   * not finite are omitted.
   */
  readonly curve: readonly { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[];
}

const curveIntervals = 160;

/**
 * With one variable, the plot shows the observations against the variable, and the curve. With several, the plot shows
 * the observations against the fitted values, and the diagonal.
 */
export function plotDataOf(
  variables: readonly string[],
  target: string,
  { inputs, targets }: { readonly inputs: readonly (readonly number[])[]; readonly targets: readonly number[][] },
  { predict }: Pick<FitStatistics, 'predict'>,
): FitPlotData {
  if (variables.length !== 1) {
    const points = inputs.map((input, s) => [predict(input)[0].curve.estimate, targets[s][0]] as const);
    const [min, max] = rangeOf(points.map(([x]) => x));
    const diagonal = [min, max].map((x) => ({ x, y: x, low: x, high: x }));
    return { xLabel: `fitted ${target}`, yLabel: target, points, curve: diagonal };
  }
  const xs = inputs.map(([x]) => x);
  const [min, max] = rangeOf(xs);
  const curve = Array.from({ length: curveIntervals + 1 }, (_, k) => min + ((max - min) * k) / curveIntervals)
    .map((x) => {
      const [{ curve: at }] = predict([x]);
      const [low, high] = at.interval;
      return { x, y: at.estimate, low, high };
    })
    .filter(({ y }) => Number.isFinite(y));
  return { xLabel: variables[0], yLabel: target, points: xs.map((x, s) => [x, targets[s][0]]), curve };
}

/** Returns the minimum and maximum of the values. If they are equal, the range is widened by 1 on both sides. */
export function rangeOf(values: readonly number[]): [min: number, max: number] {
  const [min, max] = extentOf(values);
  return min < max ? [min, max] : [min - 1, max + 1];
}

export const yRangeOf = ({ points, curve }: FitPlotData): [min: number, max: number] =>
  rangeOf([...points.map(([, y]) => y), ...curve.map(({ y }) => y)]);

/** Returns about `count` round numbers in a range, for the ticks of an axis. */
export function ticksIn([min, max]: readonly [number, number], count: number): number[] {
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(min / step);
  return Array.from({ length: Math.max(0, Math.floor(max / step) - first + 1) }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)),
  );
}
