/** Loads the data set that is selected on the page, and caches the data set that was loaded last. */
import { isProblem, type Problem } from '../problem.js';
import type { Settings } from '../../shared/training-settings.js';
import type { Dataset } from './dataset.js';
import { drawn, fivePoints, planar, tripling } from './toys.js';

/** A table as text, and its target column. */
export interface TableRequest {
  readonly text: string;
  /** Index of the target column. */
  readonly target: number;
  readonly as: 'number' | 'category';
}

/** Minimum number of points of a drawn curve. */
const minPoints = 4;

type Progress = (fraction: number) => void;

/**
 * Returns a function that loads data sets and caches the last one, since most changes to the settings do not affect it.
 */
export function datasetLoader() {
  let last: { readonly key: string; readonly dataset: Dataset } | undefined;
  return async (
    settings: Settings,
    table: TableRequest | undefined,
    progress: Progress,
  ): Promise<Dataset | Problem> => {
    const { data, noise, seed } = settings;
    const key = JSON.stringify([data, noise, seed, data === 'drawn' && settings.drawn, data === 'csv' && table]);
    if (last?.key === key) return last.dataset;
    const dataset = await datasetFor(settings, table, progress);
    if (!isProblem(dataset)) last = { key, dataset };
    return dataset;
  };
}

async function datasetFor(
  { data, drawn: coordinates, noise, seed }: Settings,
  table: TableRequest | undefined,
  progress: Progress,
): Promise<Dataset | Problem> {
  switch (data) {
    case 'tripling':
      return tripling();
    case 'five-points':
      return fivePoints();
    case 'drawn':
      return coordinates.length < 2 * minPoints ? { kind: 'few-points' } : drawn(coordinates);
    case 'iris':
      return (await import('./iris.js')).iris(seed);
    case 'digits':
      return (await import('./digits.js')).digits(seed, progress);
    case 'csv': {
      if (table === undefined) return { kind: 'no-table' };
      const { readTable, tableDataset } = await import('./csv.js');
      return tableDataset(readTable(table.text), table.target, table.as, seed);
    }
    default:
      return planar(data, noise, seed);
  }
}
