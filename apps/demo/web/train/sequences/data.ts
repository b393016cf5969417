/**
 * Data sets of sequences: temporal XOR, recall of a symbol, forecast of a sine wave, and the rows of the user's table.
 */
import { Random, Standardization } from '@nnbp/core';
import type { SequenceTable, Settings } from '../../shared/sequence-settings.js';

/** A sequence with one row per step, in the original units of the data. `targets` is null at a step without a target. */
export interface SequenceSample {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[] | null)[];
}

export interface SequenceData {
  /** `binary`: one output per step. `classes`: one output per class and step. `regression`: one number per step. */
  readonly task: 'binary' | 'classes' | 'regression';
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly training: readonly SequenceSample[];
  readonly validation: readonly SequenceSample[];
  /** Whether the output of a step can be the input of the next step, so that the network can forecast several steps. */
  readonly canForecast: boolean;
  /** Scalers of a table's columns, fitted to the training rows. Undefined for generated data, which is not scaled. */
  readonly scalers?: { readonly inputs: Standardization; readonly targets: Standardization };
}

export interface SequenceProblem {
  readonly kind: 'few-rows';
  readonly rows: number;
  /** Minimum number of rows. */
  readonly needed: number;
}

const [trainingCount, validationCount] = [240, 60];

const generated = (seed: number, draw: (random: Random) => SequenceSample) => {
  const random = new Random(seed);
  const many = (count: number) => Array.from({ length: count }, () => draw(random));
  return { training: many(trainingCount), validation: many(validationCount) };
};

/**
 * Generates sequences of random bits, −1 or 1. The target of a step is whether its bit differs from the previous one.
 */
export const temporalXor = (steps: number, seed: number): SequenceData => ({
  task: 'binary',
  inputNames: ['bit'],
  outputNames: ['xor'],
  canForecast: false,
  ...generated(seed, (random) => {
    const bits = Array.from({ length: steps }, () => Number(random.uniform() < 0.5));
    return {
      inputs: bits.map((bit) => [2 * bit - 1]),
      targets: bits.map((bit, t) => (t === 0 ? null : [bit ^ bits[t - 1]])),
    };
  }),
});

const symbols = ['A', 'B', 'C', 'D'];
const distractors = ['x', 'y'];

/**
 * Generates sequences that begin with a symbol, continue with distractors, and end with a prompt. The target at the
 * prompt is the symbol; the other steps have no target.
 */
export const recall = (steps: number, seed: number): SequenceData => {
  const inputNames = [...symbols, ...distractors, '?'];
  const oneHot = (k: number, count: number) => Array.from({ length: count }, (_, j) => Number(j === k));
  return {
    task: 'classes',
    inputNames,
    outputNames: symbols,
    canForecast: false,
    ...generated(seed, (random) => {
      const symbol = Math.floor(random.uniform() * symbols.length);
      const indexAt = (t: number) => {
        if (t === 0) return symbol;
        if (t === steps - 1) return inputNames.length - 1;
        return symbols.length + Math.floor(random.uniform() * distractors.length);
      };
      return {
        inputs: Array.from({ length: steps }, (_, t) => oneHot(indexAt(t), inputNames.length)),
        targets: Array.from({ length: steps }, (_, t) => (t === steps - 1 ? oneHot(symbol, symbols.length) : null)),
      };
    }),
  };
};

/** Generates sine waves with different periods and phases. The target of a step is the next value. */
export const sine = (steps: number, seed: number): SequenceData => ({
  task: 'regression',
  inputNames: ['x(t)'],
  outputNames: ['x(t + 1)'],
  canForecast: true,
  ...generated(seed, (random) => {
    const phase = 2 * Math.PI * random.uniform();
    const period = 8 + 8 * random.uniform();
    const values = Array.from({ length: steps + 1 }, (_, t) => Math.sin(phase + (2 * Math.PI * t) / period));
    return nextValues(
      values.map((value) => [value]),
      0,
    );
  }),
});

/** Returns a sequence whose inputs are all rows but the last. The target of a step is one column of the next row. */
function nextValues(rows: readonly (readonly number[])[], column: number): SequenceSample {
  return { inputs: rows.slice(0, -1), targets: rows.slice(1).map((row) => [row[column]]) };
}

/** The rows are divided into this many parts; the last one is for validation. */
const parts = 5;

/**
 * Returns windows of consecutive rows of a table. The windows can overlap. The inputs are all numeric columns; the
 * target is the next value of one of these columns. The windows for validation come after those for training.
 */
export function series({ names, rows, target }: SequenceTable, steps: number): SequenceData | SequenceProblem {
  const needed = parts * (steps + 1);
  const cut = rows.length - Math.ceil(rows.length / parts);
  if (rows.length < needed) return { kind: 'few-rows', rows: rows.length, needed };
  const scaler = Standardization.fit(rows.slice(0, cut));
  const windows = (from: number, to: number) => {
    const stride = Math.max(1, Math.floor(steps / 4), Math.ceil((to - from) / 2000));
    const starts = Array.from(
      { length: Math.floor((to - from - steps - 1) / stride) + 1 },
      (_, k) => from + k * stride,
    );
    return starts.map((start) => nextValues(rows.slice(start, start + steps + 1), target));
  };
  return {
    task: 'regression',
    inputNames: names,
    outputNames: [names[target]],
    canForecast: names.length === 1,
    scalers: { inputs: scaler, targets: new Standardization([scaler.mean[target]], [scaler.deviation[target]]) },
    training: windows(0, cut),
    validation: windows(cut, rows.length),
  };
}

export function dataFor({ data, steps, seed }: Settings, table: SequenceTable | undefined) {
  switch (data) {
    case 'temporal-xor':
      return temporalXor(steps, seed);
    case 'recall':
      return recall(steps, seed);
    case 'sine':
      return sine(steps, seed);
    case 'series':
      return table === undefined ? undefined : series(table, steps);
  }
}
