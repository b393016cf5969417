/** The second pass over the file: rows become numbers, some are held out, and the units are found on the way. */
import { Random, Standardization } from '@nnbp/core';
import type { Data, Sample } from '@nnbp/train';
import { type Column, nodesOf, spread } from './columns.js';
import type { Csv } from './csv/read.js';
import { Encoder, Gaps } from './encode.js';
import type { LossUse } from './functions.js';
import { Problem } from './problem.js';
import { type Store, storeFor } from './store.js';

/** What training needs of a file. */
export interface TrainingData {
  readonly training: Store;
  readonly held: Store;
  /** Of the training rows alone. */
  readonly inputScaler: Standardization;
  /** For targets that are numbers. */
  readonly outputScaler: Standardization | undefined;
  readonly gaps: Gaps;
  close(): Promise<void>;
}

/** What {@link trainingData} is told. */
export interface TrainingDataOptions {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  /** Rows of the file, as the survey counted them. */
  readonly rows: number;
  /** The part of the rows that is held out. */
  readonly holdOut: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the file. Rows with cells that cannot be used are left out and counted. */
export async function trainingData(csv: Csv, options: TrainingDataOptions): Promise<TrainingData> {
  const { inputs, targets, rows, holdOut, seed, signal } = options;
  const columns = [...inputs, ...targets];
  const encoder = new Encoder(columns, csv);
  const nodes = nodesOf(columns);
  const training = await storeFor(rows, columns.length, nodes);
  const held = await storeFor(rows, columns.length, nodes);
  const close = async () => {
    await training.close();
    await held.close();
  };
  try {
    const gaps = new Gaps();
    const moments = columns.map(() => new Moments());
    const random = new Random(seed);
    const codes = new Float64Array(columns.length);
    let toHold = Math.round(rows * holdOut);
    let toCome = rows;
    for await (const { cells, number } of csv.rows()) {
      const gap = encoder.encode(cells, codes);
      // Each row is held out with the chance that makes the number of them exact in the end.
      const isHeld = random.uniform() * toCome-- < toHold;
      if (isHeld) toHold--;
      if (gap !== undefined) gaps.add(gap, number);
      else if (isHeld) await held.add(codes);
      else {
        for (let k = 0; k < codes.length; k++) moments[k].add(codes[k]);
        await training.add(codes);
      }
      if (number % 1024 === 0) signal?.throwIfAborted();
    }
    await training.finish();
    await held.finish();
    if (training.rows === 0) {
      throw new Problem(
        `${csv.name} has no row to learn from. ${gaps.sentence('could not be used') ?? ''} Say --missing mean to fill in what is missing.`,
      );
    }
    const units = (some: readonly Column[], first: number) => unitsOf(some, moments.slice(first));
    const numbers = targets.every(({ kind }) => kind === 'number');
    return {
      training,
      held,
      inputScaler: units(inputs, 0),
      outputScaler: numbers ? units(targets, inputs.length) : undefined,
      gaps,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Mean and deviation, as numbers come (Welford). */
class Moments {
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
    // Rounding alone makes a constant column look as if it moved a little.
    return found > 1e-12 * Math.abs(this.mean) ? found : 1;
  }
}

/** Numbers are standardised; the nodes of a category stay 0 and 1. */
function unitsOf(columns: readonly Column[], moments: readonly Moments[]): Standardization {
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

/** Makes samples of encoded rows. */
export function sampleOf(
  inputs: readonly Column[],
  targets: readonly Column[],
  use: LossUse,
  codes: ArrayLike<number>,
): Sample {
  return { input: spread(inputs, codes), target: spread(targets, codes, use.targets, inputs.length) };
}

/**
 * A store as data for `fit`: a table if it is in memory, which `fit` shuffles, else a stream.
 *
 * @param order - The random source of the coming epoch's order, for a stream.
 */
export async function dataOf(
  store: Store,
  toSample: (codes: ArrayLike<number>) => Sample,
  order?: () => Random,
): Promise<Data> {
  if (!store.inMemory) {
    return async function* () {
      for await (const codes of store.read(order?.())) yield toSample(codes);
    };
  }
  const samples: Sample[] = [];
  for await (const codes of store.read()) samples.push(toSample(codes));
  return samples;
}
