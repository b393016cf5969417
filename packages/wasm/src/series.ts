/**
 * A series consists of dense units with the same weights, one unit per step, such as the gates of a recurrent layer.
 * For a series, case 3 of backpropagation, dloss/dw, is a matrix product over the samples of several steps: gradients
 * are read and written once for all of these steps.
 */
import type { Graph } from '@nnbp/core';
import type { RowUnit } from './row-units.js';

/**
 * Maximum number of samples in a product over several steps: a slice of its matrix B (see kernels/dense.ts) then fits
 * in the L1 cache. A product over a single step can have more samples.
 */
const maxSamples = 256;

/**
 * Returns the maximum number of samples, from one or several steps, in a matrix product of case 3. The samples of each
 * step are padded to a multiple of four.
 */
export function seriesSamples(batchSize: number, steps: number): number {
  const lanes = (batchSize + 3) & -4;
  return Math.max(lanes, Math.min(maxSamples, steps * lanes));
}

/** Returns, for each unit, the index of the first unit of its series, if any. */
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
