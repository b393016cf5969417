/** Trains the network until the last epoch, early stopping or an interrupt. */
import { type Engine, type Network, Random } from '@nnbp/core';
import { type Data, DivergedError, fit, type FitOptions } from '@nnbp/train';
import type { Io } from '../io.js';
import { Problem } from '../problem.js';
import type { RunCheckpoints } from './checkpoint.js';
import type { TrainingEnd, TrainingRun } from './training-run.js';
import { dataOf, sampleOf, type TrainingData } from './data.js';
import type { Plan } from './plan.js';
import { progressBar } from './progress.js';

/** The training, validation and test sets as samples. A validation or test set without rows is undefined. */
export interface Parts {
  readonly training: Data;
  readonly validation?: Data;
  readonly test?: Data;
}

/** Converts the encoded rows of each set to samples. */
export async function partsOf(
  plan: Plan,
  { training, validation, test }: TrainingData,
  randomForEpoch: () => Random,
): Promise<Parts> {
  const toSample = (codes: ArrayLike<number>) => sampleOf(plan, codes);
  return {
    training: await dataOf(training, toSample, randomForEpoch),
    ...(validation.rows > 0 && { validation: await dataOf(validation, toSample) }),
    ...(test.rows > 0 && { test: await dataOf(test, toSample) }),
  };
}

interface LearnOptions extends Pick<FitOptions, 'truncate' | 'standardize'> {
  readonly rows?: number;
}

/**
 * Trains the network. With early stopping, the trained network has the parameters of the best epoch.
 *
 * @param partsFor - Returns the data. Its argument returns the random number generator that shuffles the next epoch.
 * @param more - Options of `fit`, and `rows`: the number of rows in an epoch, for the progress bar. Default: the
 * number of training rows.
 */
export async function learn(
  io: Io,
  network: Network,
  plan: Pick<Plan, 'lossSetup' | 'optimizer' | 'rate'>,
  { rows, epochs, batch, patience }: TrainingRun,
  partsFor: (randomForEpoch: () => Random) => Parts | Promise<Parts>,
  engine: Engine,
  checkpoints: RunCheckpoints,
  seed: number,
  { rows: barRows = rows.training, ...more }: LearnOptions = {},
): Promise<{ readonly parts: Parts; readonly ended: TrainingEnd }> {
  const resume = checkpoints.found?.checkpoint;
  let epoch = resume?.epoch ?? 0;
  let bestEpoch: number | undefined;
  const parts = await partsFor(() => new Random(seed + epoch));
  const bar = progressBar(io, barRows);
  const startTime = performance.now();
  let stoppedBy = 'interrupt';
  try {
    const report = await fit(network, parts.training, {
      loss: plan.lossSetup.loss(),
      optimizer: plan.optimizer,
      epochs,
      batchSize: batch,
      seed,
      engine,
      ...(parts.validation !== undefined && { validation: parts.validation }),
      ...more,
      ...(patience !== undefined && { earlyStopping: { patience } }),
      ...(io.signal !== undefined && { signal: io.signal }),
      callbacks: [
        { onEpochBegin: (progress) => void (epoch = progress.epoch) },
        ...checkpoints.callbacks,
        ...bar.callbacks,
      ],
      ...(resume !== undefined && { resume }),
    });
    ({ stoppedBy, bestEpoch } = report);
  } catch (error) {
    if (error instanceof DivergedError) {
      const advice = plan.rate === undefined ? '' : ` Try a smaller learning rate: --rate ${plan.rate / 10}.`;
      throw new Problem(error.message + advice);
    }
    if (io.signal?.aborted !== true) throw error;
  } finally {
    bar.stop();
  }
  const seconds = (performance.now() - startTime) / 1000;
  return { parts, ended: { stoppedBy, epochs: epoch, ...(bestEpoch !== undefined && { bestEpoch }), seconds } };
}
