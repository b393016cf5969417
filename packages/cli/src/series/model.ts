/** Reads the metadata of a forecasting model. */
import { type Network, NnbpError } from '@nnbp/core';
import { type Io } from '../io.js';
import { type ModelOptions, readModel } from '../model-file.js';
import { Problem } from '../problem.js';
import { type NetworkShape, type Recurrent, recurrentLayers } from './network.js';
import type { SeriesColumns } from './read.js';
import type { Step } from './time.js';
import { type CalendarPeriod, calendarPeriods } from './windows.js';

/** The metadata of a forecasting model, stored as `series` in the metadata of the model file. */
export interface SeriesModel extends SeriesColumns, NetworkShape {
  readonly step: Step;
  /** Steps per season; 1 if there is none. */
  readonly season: number;
  /** The name and the scale of each series. */
  readonly scales: readonly (readonly [name: string, scale: number])[];
  readonly missingValues: readonly string[] | undefined;
}

/**
 * Opens a forecasting model.
 *
 * @throws Problem if the file contains another kind of model; NnbpError `MALFORMED` if the metadata is malformed or does
 * not match the network
 */
export async function openSeriesModel(
  io: Io,
  path: string,
  options: ModelOptions,
): Promise<{ network: Network; model: SeriesModel }> {
  const { network, metadata } = await readModel(io, path, options);
  const written = metadata?.series;
  if (written === undefined) {
    throw new Problem(
      `${path} is not a forecasting model. Train one with nnbp train series.csv --target COLUMN --time COLUMN --horizon 6.`,
    );
  }
  const model = seriesModelIn(written);
  if (model === undefined || !matches(network, model)) {
    throw new NnbpError(
      'MALFORMED',
      `The series metadata of ${path} is malformed or does not match the network. Train the model again.`,
    );
  }
  return { network, model };
}

function matches({ graph }: Network, { recurrent, window, horizon, calendar }: SeriesModel): boolean {
  const inputs = (recurrent === undefined ? window - 1 : 1) + 2 * calendar.length;
  return graph.inputCount === inputs && graph.outputs.length === horizon;
}

const isInteger = (value: unknown, min = 1): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= 1e6;
const isString = (value: unknown): value is string => typeof value === 'string';
const isListOf = (value: unknown, isEntry: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isEntry);

function seriesModelIn(value: unknown): SeriesModel | undefined {
  const found = (value ?? {}) as Partial<Record<keyof SeriesModel, unknown>>;
  const { unit, count } = (found.step ?? {}) as Partial<Record<keyof Step, unknown>>;
  const isValid =
    isString(found.target) &&
    isString(found.time) &&
    (found.group === undefined || isString(found.group)) &&
    (found.recurrent === undefined || Object.hasOwn(recurrentLayers, found.recurrent as Recurrent)) &&
    isInteger(found.window, 2) &&
    isInteger(found.horizon) &&
    isInteger(found.season) &&
    isListOf(found.calendar, (period) => calendarPeriods.includes(period as CalendarPeriod)) &&
    isListOf(found.hidden, (size) => isInteger(size)) &&
    isListOf(
      found.scales,
      (pair) => Array.isArray(pair) && isString(pair[0]) && Number.isFinite(pair[1]) && pair[1] > 0,
    ) &&
    (found.missingValues === undefined || isListOf(found.missingValues, isString)) &&
    ['number', 'month', 'weekday', 'ms'].includes(unit as string) &&
    Number.isFinite(count) &&
    (count as number) > 0 &&
    (unit !== 'month' || isInteger(count));
  return isValid ? (found as SeriesModel) : undefined;
}
