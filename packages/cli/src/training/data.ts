/**
 * Reads the training data in the last pass over the file: encodes rows, draws training, validation and test rows, and
 * fits the scalers.
 */
import { Random, Standardization } from '@nnbp/core';
import type { Data, Sample } from '@nnbp/train';
import { type Column, nodeCount, nodeValues } from '../columns.js';
import type { Csv, CsvRow } from '../csv/read.js';
import { Encoder, Gaps } from '../encode.js';
import { misuse, Problem } from '../problem.js';
import type { Plan } from './plan.js';
import { groupReader, type Part, partsOfGroups, type SplitOptions } from './groups.js';
import { fitsInMemory, type Store, storeFor } from './store.js';

export interface TrainingData {
  readonly training: Store;
  readonly validation: Store;
  readonly test: Store;
  /** Scaler of the inputs, fitted to the training rows only. */
  readonly inputScaler: Standardization;
  /** Scaler of the targets. Undefined if the target is a category. */
  readonly outputScaler: Standardization | undefined;
  /** Counts the rows left out because an input is missing or unusable. */
  readonly gaps: Gaps;
  /** Counts the rows left out because the target is missing or unusable. */
  readonly withoutTarget: Gaps;
  close(): Promise<void>;
}

export interface TrainingDataOptions extends SplitOptions {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  /** The number of usable rows, from the survey of the file. */
  readonly rows: number;
  /** The column that identifies the group of each row. All rows of a group are in the same set. */
  readonly group?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** If fewer rows than this are outside the test set, there is no validation set by default. */
const minRowsToValidate = 50;

/**
 * The fraction of rows or sequences for validation.
 *
 * @param requested - The fraction that the user set. Default: 0.2, or 0 for fewer than 50 rows.
 * @param rows - Number of rows that are not in the test set.
 */
export const validationFraction = (requested: number | undefined, rows: number): number =>
  requested ?? (rows >= minRowsToValidate ? 0.2 : 0);

/**
 * Reads the file and splits its rows, or groups of rows, at random into three sets. Rows with unusable cells are
 * skipped and counted.
 */
export async function trainingData(csv: Csv, options: TrainingDataOptions): Promise<TrainingData> {
  const { inputs, targets, rows } = options;
  const columns = [...inputs, ...targets];
  const nodes = nodeCount(columns);
  const stores: Store[] = [];
  const close = async () => {
    for (const store of stores) await store.close();
  };
  try {
    for (let k = 0; k < 3; k++) stores.push(await storeFor(rows, columns.length, nodes));
    const [training, validation, test] = stores;
    const [gaps, withoutTarget] = [new Gaps(), new Gaps()];
    const moments = columns.map(() => new Moments());
    const partOf = options.group === undefined ? randomParts(options) : await groupParts(csv, options, options.group);
    const codes = new Float64Array(columns.length);
    for await (const row of usableRows(csv, options, codes, { gaps, withoutTarget })) {
      const part = partOf(row);
      if (part === 'training') for (let k = 0; k < codes.length; k++) moments[k].add(codes[k]);
      await { training, validation, test }[part].add(codes);
    }
    for (const store of stores) await store.finish();
    if (training.rows === 0) {
      const sentences = [
        `${csv.name} has no usable rows for training.`,
        withoutTarget.sentence('without a target'),
        gaps.sentence('could not be used'),
        gaps.count > 0 && 'Add --missing mean to fill in missing values.',
      ];
      throw new Problem(sentences.filter(Boolean).join(' '));
    }
    const scalerOf = (some: readonly Column[], first: number) => scaler(some, moments.slice(first));
    const hasNumericTargets = targets.every(({ kind }) => kind === 'number');
    return {
      training,
      validation,
      test,
      inputScaler: scalerOf(inputs, 0),
      outputScaler: hasNumericTargets ? scalerOf(targets, inputs.length) : undefined,
      gaps,
      withoutTarget,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface RowColumns {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Encodes the rows and yields the usable ones, in the order of the file. Counts the other rows.
 *
 * @param codes - Receives one number per column, inputs before targets. Overwritten by the next row.
 */
async function* usableRows(
  csv: Csv,
  { inputs, targets, signal }: RowColumns,
  codes: Float64Array,
  { gaps = new Gaps(), withoutTarget = new Gaps() } = {},
): AsyncGenerator<CsvRow> {
  const inputEncoder = new Encoder(inputs, csv);
  const targetEncoder = new Encoder(targets, csv);
  for await (const row of csv.rows()) {
    if (row.number % 1024 === 0) signal?.throwIfAborted();
    const targetGap = targetEncoder.encode(row.cells, codes, inputs.length);
    const gap = targetGap ?? inputEncoder.encode(row.cells, codes);
    if (gap === undefined) yield row;
    else (targetGap === undefined ? gaps : withoutTarget).add(gap, row.number);
  }
}

/**
 * Returns a function that draws the set of each row at random. After `rows` calls, the sets have the requested sizes,
 * rounded to whole rows.
 */
export function randomParts({ rows, testSplit, validationSplit, seed }: SplitOptions & { readonly rows: number }) {
  const random = new Random(seed);
  let testLeft = Math.round(rows * testSplit);
  let validationLeft = Math.round((rows - testLeft) * validationSplit);
  let left = rows;
  return (): Part => {
    const drawn = random.uniform() * left--;
    if (drawn < testLeft) {
      testLeft--;
      return 'test';
    }
    if (drawn < testLeft + validationLeft) {
      validationLeft--;
      return 'validation';
    }
    return 'training';
  };
}

/**
 * Returns a function that looks up the set of a row by its group. Reads the file once to count the rows of each group.
 */
async function groupParts(csv: Csv, options: TrainingDataOptions, group: string): Promise<(row: CsvRow) => Part> {
  const groupOf = groupReader(csv, group);
  const codes = new Float64Array(options.inputs.length + options.targets.length);
  const sizes = new Map<string, number>();
  for await (const row of usableRows(csv, options, codes)) {
    const name = groupOf(row);
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  const parts = partsOfGroups(sizes, group, options);
  return (row) => parts.get(groupOf(row))!;
}

/** Running mean and standard deviation (Welford). */
export class Moments {
  mean = 0;
  #count = 0;
  #squares = 0;

  add(value: number): void {
    this.#count++;
    const before = value - this.mean;
    this.mean += before / this.#count;
    this.#squares += before * (value - this.mean);
  }

  get deviation(): number {
    const found = Math.sqrt(this.#squares / this.#count);
    // Constant columns, whose deviation may be tiny because of rounding errors, are not scaled.
    return found > 1e-12 * Math.abs(this.mean) ? found : 1;
  }
}

/** Creates a scaler that standardizes columns of numbers and leaves the one-hot columns of categories unchanged. */
export function scaler(columns: readonly Column[], moments: readonly Moments[]): Standardization {
  const mean: number[] = [];
  const deviation: number[] = [];
  columns.forEach((column, k) => {
    if (column.kind === 'number') {
      mean.push(moments[k].mean);
      deviation.push(moments[k].deviation);
    } else {
      for (let v = 0; v < column.values.length; v++) {
        mean.push(0);
        deviation.push(1);
      }
    }
  });
  return new Standardization(mean, deviation);
}

export function sampleOf(
  { inputs, targets, lossSetup }: Pick<Plan, 'inputs' | 'targets' | 'lossSetup'>,
  codes: ArrayLike<number>,
): Sample {
  return { input: nodeValues(inputs, codes), target: nodeValues(targets, codes, lossSetup.targets, inputs.length) };
}

/**
 * Converts a store to data for `fit`. If the store is in memory, the data are an array of samples, which `fit`
 * shuffles; otherwise they are a stream.
 *
 * @param randomForEpoch - Returns the random number generator that shuffles the next epoch of a stream.
 */
export async function dataOf(
  store: Store,
  toSample: (codes: ArrayLike<number>) => Sample,
  randomForEpoch?: () => Random,
): Promise<Data> {
  if (!store.inMemory) {
    return async function* () {
      for await (const codes of store.read(randomForEpoch?.())) yield toSample(codes);
    };
  }
  const samples: Sample[] = [];
  for await (const codes of store.read()) samples.push(toSample(codes));
  return samples;
}

export interface EncodedRows {
  /** One array per row, with one number per column: inputs, then targets. */
  readonly codes: readonly Float64Array[];
  /** The cell of each row in the group column. Undefined without a group column. */
  readonly groups?: readonly string[];
}

/**
 * Encodes all usable rows, in the order of the file.
 *
 * @throws Problem if the rows do not fit into memory, or a row has no group
 */
export async function encodedRows(
  { csv, inputs, targets, usableRows: count }: Plan,
  group: string | undefined,
  signal: AbortSignal | undefined,
): Promise<EncodedRows> {
  const columns = [...inputs, ...targets];
  if (!fitsInMemory(count, nodeCount(columns))) {
    throw misuse(`${csv.name} is too large for cross-validation, which needs all rows in memory. Use fewer rows.`);
  }
  const groupOf = group === undefined ? undefined : groupReader(csv, group);
  const rowCodes = new Float64Array(columns.length);
  const codes: Float64Array[] = [];
  const groups: string[] = [];
  for await (const row of usableRows(csv, { inputs, targets, signal }, rowCodes)) {
    codes.push(rowCodes.slice());
    if (groupOf !== undefined) groups.push(groupOf(row));
  }
  return { codes, ...(groupOf && { groups }) };
}
