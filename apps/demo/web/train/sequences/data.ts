/** Data sets of sequences: temporal XOR, recall of a symbol, forecasts of a sine, and the rows of the user's table. */
import { Random, Standardization } from '@nnbp/core';
import type { SequenceTable, Settings } from '../../shared/sequence-settings.js';

/** A sequence: a row per step, in the units of the data; null for a step without a target. */
export interface SequenceSample {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[] | null)[];
}

export interface SequenceData {
  /** `binary`: one logit per step; `classes`: one logit per class; `regression`: a number. */
  readonly task: 'binary' | 'classes' | 'regression';
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly training: readonly SequenceSample[];
  readonly validation: readonly SequenceSample[];
  /** Whether the output of a step is the input of the next, so that the network can forecast from its own outputs. */
  readonly canForecast: boolean;
  /** Of a table's columns, by the rows for training; absent where values are about 1 already. */
  readonly scalers?: { readonly inputs: Standardization; readonly targets: Standardization };
}

/** Why a table has no sequences, as data. */
export interface SequenceProblem {
  readonly kind: 'few-rows';
  readonly rows: number;
  readonly needed: number;
}

const [trainingCount, validationCount] = [240, 60];

const drawn = (seed: number, draw: (random: Random) => SequenceSample) => {
  const random = new Random(seed);
  const many = (count: number) => Array.from({ length: count }, () => draw(random));
  return { training: many(trainingCount), validation: many(validationCount) };
};

/** Random bits, −1 or 1; the target is whether a bit differs from the one before. */
export const temporalXor = (steps: number, seed: number): SequenceData => ({
  task: 'binary',
  inputNames: ['bit'],
  outputNames: ['xor'],
  canForecast: false,
  ...drawn(seed, (random) => {
    const bits = Array.from({ length: steps }, () => Number(random.uniform() < 0.5));
    return {
      inputs: bits.map((bit) => [2 * bit - 1]),
      targets: bits.map((bit, t) => (t === 0 ? null : [bit ^ bits[t - 1]])),
    };
  }),
});

const symbols = ['A', 'B', 'C', 'D'];
const distractors = ['x', 'y'];

/** A symbol at the first step, distractors after it, and a prompt at the last step, where the symbol is the target. */
export const recall = (steps: number, seed: number): SequenceData => {
  const inputNames = [...symbols, ...distractors, '?'];
  const oneHot = (k: number, count: number) => Array.from({ length: count }, (_, j) => Number(j === k));
  return {
    task: 'classes',
    inputNames,
    outputNames: symbols,
    canForecast: false,
    ...drawn(seed, (random) => {
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

/** Sine waves of different periods and phases; the target is the next value. */
export const sine = (steps: number, seed: number): SequenceData => ({
  task: 'regression',
  inputNames: ['x(t)'],
  outputNames: ['x(t + 1)'],
  canForecast: true,
  ...drawn(seed, (random) => {
    const phase = 2 * Math.PI * random.uniform();
    const period = 8 + 8 * random.uniform();
    const values = Array.from({ length: steps + 1 }, (_, t) => Math.sin(phase + (2 * Math.PI * t) / period));
    return nextValues(
      values.map((value) => [value]),
      0,
    );
  }),
});

/** Each row as an input, and a column of the row after it as the target. */
function nextValues(rows: readonly (readonly number[])[], column: number): SequenceSample {
  return { inputs: rows.slice(0, -1), targets: rows.slice(1).map((row) => [row[column]]) };
}

/** The last of this many parts of the rows is for validation. */
const parts = 5;

/**
 * Windows of a table's rows, in their order: from the rows of every column of numbers the next value of one. The windows for
 * validation come after those for training.
 */
export function series({ names, rows, target }: SequenceTable, steps: number): SequenceData | SequenceProblem {
  const needed = parts * (steps + 1);
  const cut = rows.length - Math.ceil(rows.length / parts);
  if (rows.length < needed) return { kind: 'few-rows', rows: rows.length, needed };
  const inputs = Standardization.fit(rows.slice(0, cut));
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
    scalers: { inputs, targets: new Standardization([inputs.mean[target]], [inputs.deviation[target]]) },
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
