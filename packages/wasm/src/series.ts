/**
 * The dense units of all steps that have the same weights, such as the gates of a recurrent layer: a series. Case 3 of a
 * series is one matrix product over the samples of several steps, so that gradients are read and written once for all of
 * them.
 */
import type { Graph } from '@nnbp/core';
import type { RowUnit } from './row-units.js';

/** Samples of one product, so that a column of its tiles fits in the first-level cache. */
const maxSamples = 256;

/** The maximum number of samples of a product of case 3, from one step or several. */
export function seriesSamples(batchSize: number, steps: number): number {
  const lanes = (batchSize + 3) & -4;
  return Math.max(lanes, Math.min(maxSamples, steps * lanes));
}

/** For each unit the first unit of its series; undefined if it has none. A series has one unit for each step. */
export function seriesOf(graph: Graph, units: readonly RowUnit[], steps: number): (number | undefined)[] {
  const found = new Map<string, number[]>();
  units.forEach(({ dense, nodes }, n) => {
    if (!dense || steps === 1) return;
    const { edgeStart } = graph;
    const key = nodes.map((i) => `${graph.weightSlot(edgeStart[i], i)}+${edgeStart[i + 1] - edgeStart[i]}`).join();
    const series = found.get(key);
    if (series) series.push(n);
    else found.set(key, [n]);
  });
  const first: (number | undefined)[] = units.map(() => undefined);
  for (const series of found.values()) if (series.length === steps) for (const n of series) first[n] = series[0];
  return first;
}
