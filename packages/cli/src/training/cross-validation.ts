/**
 * `--folds`: cross-validation. In each repeat, each fold is the test set once, for a network trained on the other
 * folds. With `--time-ordered`, the network is trained only on earlier rows.
 */
import type { Engine, Standardization } from '@nnbp/core';
import { crossValidate, type CrossValidation, DivergedError } from '@nnbp/train';
import { type Column, categoryOf } from '../columns.js';
import { optimizerNamed } from '../functions.js';
import { short } from '../guess.js';
import { type Io, isTerminal } from '../io.js';
import { metricNames, metricsFor, metricText } from '../metrics.js';
import { Problem } from '../problem.js';
import { counted, tableOf } from '../table.js';
import { visible } from '../visible.js';
import { type EncodedRows, Moments, sampleOf, scaler } from './data.js';
import { networkFor } from './network.js';
import type { Plan, TrainOptions } from './plan.js';

export interface CrossValidationOptions {
  readonly folds: number;
  readonly repeats?: number;
  readonly timeOrdered?: boolean;
  readonly epochs: number;
  /** Fraction of each training set to use as the validation set. Default: 0. */
  readonly validationSplit?: number;
  /**
   * Training stops after more than this many epochs without a lower validation loss, or without a lower training loss
   * if there is no validation set. Undefined: no early stopping.
   */
  readonly patience?: number | undefined;
  readonly batch?: number | undefined;
  readonly engine: Engine;
  readonly signal?: AbortSignal | undefined;
  readonly onFold?: (done: number, total: number) => void;
}

export async function crossValidation(
  plan: Plan,
  { codes, groups }: EncodedRows,
  options: Pick<TrainOptions, 'hidden' | 'seed' | 'optimizer' | 'rate'>,
  foldOptions: CrossValidationOptions,
): Promise<CrossValidation> {
  const { inputs, targets, lossSetup } = plan;
  const { folds, repeats, timeOrdered = false, validationSplit = 0, epochs, patience } = foldOptions;
  const { batch, engine, signal, onFold } = foldOptions;
  const samples = codes.map((row) => sampleOf(plan, row));
  const category = categoryOf(plan);
  const makeNetwork = ({ training }: { readonly training: Uint32Array }) => {
    const rows = Array.from(training, (s) => codes[s]);
    const outputScaler = category ? undefined : scalerOf(targets, rows, inputs.length);
    return networkFor(plan, { inputScaler: scalerOf(inputs, rows, 0), outputScaler }, options);
  };
  const foldsBy = () => {
    if (timeOrdered) return { timeOrdered };
    if (groups !== undefined) return { groups };
    return category && { labels: codes.map((row) => row[inputs.length]) };
  };
  try {
    return await crossValidate(makeNetwork, samples, {
      folds,
      seed: options.seed,
      ...(repeats !== undefined && { repeats }),
      ...foldsBy(),
      ...(signal && { signal }),
      ...(onFold && { onFold: (_, done, total) => onFold(done, total) }),
      fit: ({ training }) => {
        const { optimizer } = optimizerNamed(options.optimizer, options.rate);
        return {
          loss: lossSetup.loss(),
          optimizer,
          epochs,
          engine,
          seed: options.seed,
          ...(batch !== undefined && optimizer.fullBatch !== true && { batchSize: Math.min(batch, training.length) }),
          ...(validationSplit > 0 && { validation: validationSplit }),
          ...(patience !== undefined && { earlyStopping: { patience } }),
          metrics: metricsFor(plan),
        };
      },
    });
  } catch (error) {
    if (!(error instanceof DivergedError) || plan.rate === undefined) throw error;
    throw new Problem(`${error.message} Try a smaller learning rate: --rate ${plan.rate / 10}.`);
  }
}

/**
 * Returns a scaler with the mean and deviation of the columns in these rows. In each row, the codes of the columns
 * start at index `first`.
 */
function scalerOf(columns: readonly Column[], rows: readonly Float64Array[], first: number): Standardization {
  const moments = columns.map((_, k) => {
    const column = new Moments();
    for (const row of rows) column.add(row[first + k]);
    return column;
  });
  return scaler(columns, moments);
}

export function describeFolds({ folds, loss, metrics }: CrossValidation, group: string | undefined): string {
  const repeats = 1 + folds[folds.length - 1].split.repeat;
  const grouped = group === undefined ? '' : `, each group of "${visible(group)}" in one fold`;
  const times = repeats > 1 ? `, ${counted(repeats, 'time')}` : '';
  const lines = [
    ['loss', short(loss.mean), short(loss.deviation)],
    ...Object.entries(metrics).map(([name, { mean, deviation }]) => [
      metricNames[name] ?? name,
      metricText(name, mean),
      metricText(name, deviation),
    ]),
  ];
  return `Cross-validation, ${counted(folds.length / repeats, 'fold')}${times}${grouped}:\n\n${tableOf([['', 'mean', 'deviation'], ...lines], [1, 2])}`;
}

export const summaryOfFolds = ({ folds, loss, metrics }: CrossValidation) => ({
  loss,
  metrics,
  folds: folds.map(({ split, loss: own, metrics: found, report }) => ({
    repeat: split.repeat,
    fold: split.fold,
    training: split.training.length,
    test: split.test.length,
    epochs: report.history.length,
    loss: own,
    metrics: found,
  })),
});

/**
 * A line on stderr that shows progress and is overwritten by each update. Shows nothing if stderr is not a terminal.
 */
export function progressLine(io: Io): { show(text: string): void; end(): void } {
  const { stderr } = io;
  if (!isTerminal(stderr)) return { show: () => undefined, end: () => undefined };
  return { show: (text) => void stderr.write(`\r\x1b[K${text}`), end: () => void stderr.write('\r\x1b[K') };
}
