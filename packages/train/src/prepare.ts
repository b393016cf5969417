/** Converts the caller's data and options to batches. */
import { expectInteger, type Network, NnbpError, Random, shuffle, Standardization } from '@nnbp/core';
import { batchesOf, type BatchSource, streamBatches, tableBatches } from './batches.js';
import {
  areSequences,
  checkTables,
  type Data,
  flatten,
  isStream,
  type Part,
  split,
  type Tables,
  type Target,
  tablesOf,
} from './data.js';
import { expectFraction } from './folds.js';
import {
  checkSequences,
  flattenSequences,
  isSequenceList,
  type Sequence,
  type SequenceBatchOptions,
  sequenceBatches,
  type SequenceList,
  type Sequences,
  type SequenceStream,
  sequenceStreamBatches,
  windowOf,
} from './sequences.js';
import type { TrainerOptions } from './trainer.js';

export interface Sources {
  readonly training: BatchSource;
  /** The training data without shuffling, for metrics. */
  readonly assessed: BatchSource;
  readonly validation: BatchSource | undefined;
  readonly batchSize: number;
  /** Steps of a sequence per batch; 1 without sequences. */
  readonly window: number;
  /** Only for sequences: whether the sequences of a batch continue those of the previous batch. */
  readonly stateful?: boolean;
  /** Whether `training` reads a stream, so that `training.next` may return a promise. */
  readonly isStream: boolean;
}

/** Returns the name of an option that is set but applies only to sequences; undefined if there is none. */
export const sequenceOptionOf = ({ truncate, stateful = false }: TrainerOptions): string | undefined =>
  truncate !== undefined ? 'truncate' : stateful ? 'stateful' : undefined;

/** Returns a function that restores the network's current scalers. */
export function rememberScalers(network: Network): () => void {
  const { inputScaler, outputScaler } = network;
  return () => {
    network.inputScaler = inputScaler;
    network.outputScaler = outputScaler;
  };
}

/**
 * Checks the data and options, and sets the network's scalers if `standardize` requires it. If a check fails, the scalers
 * are unchanged.
 */
export function prepare(network: Network, data: Data, options: TrainerOptions, random: Random): Sources {
  const { loss, shuffle = true, validation } = options;
  const restoreScalers = rememberScalers(network);
  if (options.batchSize !== undefined) expectInteger('batchSize', options.batchSize, 1);
  try {
    if (validation !== undefined && typeof validation !== 'number' && areSequences(data) !== areSequences(validation)) {
      throw new NnbpError(
        'WRONG_TYPE',
        'validation: expected sequences if the training data are sequences, and samples if the training data are samples.',
      );
    }
    if (areSequences(data)) return prepareSequences(network, data, options, random);
    const option = sequenceOptionOf(options);
    if (option !== undefined) throw new NnbpError('WRONG_TYPE', `${option}: expected data with sequences.`);
    const validationSource = (validationData: Data | undefined, batchSize: number) =>
      validationData && batchesOf(network, loss, validationData, { batchSize, window: 1 }, 'validation');
    if (isStream(data)) {
      const batchSize = streamBatchSize(options);
      const training = streamBatches(network, loss, data, batchSize, 'data');
      return {
        training,
        assessed: training,
        validation: validationSource(validation as Data | undefined, batchSize),
        batchSize,
        window: 1,
        isStream: true,
      };
    }
    const { trainingData, validationData } = divide(tablesOf(data), options);
    checkTables(network, trainingData, 'data');
    setScalers(network, trainingData, options.standardize ?? false);
    const flat = flatten(network, loss, trainingData, 'data');
    const batchSize = batchSizeFor(options, flat.samples);
    return {
      training: tableBatches(network, flat, batchSize, shuffle ? random : undefined),
      assessed: tableBatches(network, flat, batchSize),
      validation: validationSource(validationData, batchSize),
      batchSize,
      window: 1,
      isStream: false,
    };
  } catch (error) {
    restoreScalers();
    throw error;
  }
}

function prepareSequences(network: Network, data: Sequences, options: TrainerOptions, random: Random): Sources {
  const { loss, shuffle, stateful = false, validation } = options;
  if (stateful && shuffle === true) {
    throw new NnbpError(
      'CONFLICT',
      'stateful: the order of the sequences matters, so they cannot be shuffled. Remove `shuffle`.',
    );
  }
  if (stateful && typeof validation === 'number') {
    throw new NnbpError(
      'CONFLICT',
      'validation: with `stateful`, the order of the sequences matters, so a fraction cannot be drawn. Pass validation data instead.',
    );
  }
  const validationSource = (validationData: Data | undefined, batchOptions: SequenceBatchOptions) =>
    validationData && batchesOf(network, loss, validationData, batchOptions, 'validation');
  if (!isSequenceList(data)) {
    const batchSize = streamBatchSize(options);
    const batchOptions = { batchSize, window: windowOf(options.truncate, data), stateful };
    const training = sequenceStreamBatches(network, loss, data.sequences as SequenceStream, batchOptions, 'data');
    return {
      ...batchOptions,
      training,
      assessed: training,
      validation: validationSource(validation as Data | undefined, batchOptions),
      isStream: true,
    };
  }
  const { trainingData, validationData } = divideSequences(data, options);
  checkSequences(network, trainingData, 'data');
  const window = windowOf(options.truncate, trainingData);
  const allRows = (rowsOf: (sequence: Sequence) => ArrayLike<Target | null>) =>
    trainingData.sequences.flatMap((sequence) => Array.from(rowsOf(sequence)).filter((row) => row !== null));
  setScalers(
    network,
    { inputs: allRows(({ inputs }) => inputs), targets: allRows(({ targets }) => targets) },
    options.standardize ?? false,
  );
  const flat = flattenSequences(network, loss, trainingData, 'data');
  const batchSize = batchSizeFor(options, flat.length);
  const batchOptions = { batchSize, window, stateful };
  return {
    ...batchOptions,
    training: sequenceBatches(network, flat, batchOptions, (shuffle ?? !stateful) ? random : undefined),
    assessed: sequenceBatches(network, flat, batchOptions),
    validation: validationSource(validationData, batchOptions),
    isStream: false,
  };
}

/** Returns the batch size for a table or for sequences. */
function batchSizeFor({ optimizer, batchSize, stateful = false }: TrainerOptions, samples: number): number {
  const defaultSize = stateful ? 1 : optimizer.fullBatch === true ? samples : 32;
  const size = Math.min(batchSize ?? defaultSize, samples);
  if (optimizer.fullBatch === true && size < samples) {
    const advice = stateful ? `Set batchSize to ${samples}.` : 'Omit batchSize.';
    throw new NnbpError(
      'OUT_OF_RANGE',
      `batchSize: ${optimizer.name} needs all ${samples} samples in one batch, received ${size}. ${advice}`,
    );
  }
  return size;
}

function divideSequences(
  data: SequenceList,
  { validation, seed }: TrainerOptions,
): { trainingData: SequenceList; validationData: Data | undefined } {
  if (typeof validation !== 'number') return { trainingData: data, validationData: validation };
  expectFraction('validation', validation);
  const order = Uint32Array.from(data.sequences.keys());
  shuffle(order, new Random(seed));
  const count = Math.round(order.length * validation);
  const pick = (indices: Uint32Array) => ({ sequences: Array.from(indices, (n) => data.sequences[n]), indices });
  return { trainingData: pick(order.subarray(count)), validationData: pick(order.subarray(0, count)) };
}

function divide(
  tables: Tables,
  { validation, seed }: TrainerOptions,
): { trainingData: Part; validationData: Data | undefined } {
  if (typeof validation !== 'number') return { trainingData: tables, validationData: validation };
  expectFraction('validation', validation);
  return split(tables, validation, new Random(seed));
}

/**
 * Returns the batch size for a stream. Throws if an option requires the mean or the size of the data, which are unknown
 * before the stream has been read.
 */
function streamBatchSize({
  standardize = false,
  validation,
  optimizer,
  batchSize,
  stateful = false,
}: TrainerOptions): number {
  if (standardize !== false || typeof validation === 'number') {
    throw new NnbpError(
      'WRONG_TYPE',
      'data: a stream can be neither standardized nor split. Set network.inputScaler, and pass validation data.',
    );
  }
  if (optimizer.fullBatch === true && batchSize === undefined) {
    throw new NnbpError(
      'OUT_OF_RANGE',
      `batchSize: ${optimizer.name} needs all samples of the stream in one batch. Set batchSize to the number of samples.`,
    );
  }
  return batchSize ?? (stateful ? 1 : 32);
}

function setScalers(
  network: Network,
  tables: Record<'inputs' | 'targets', ArrayLike<Target>>,
  standardize: NonNullable<TrainerOptions['standardize']>,
): void {
  const { inputs = false, targets = false } =
    typeof standardize === 'boolean' ? { inputs: standardize, targets: standardize } : standardize;
  if (inputs) network.inputScaler ??= Standardization.fit(tables.inputs);
  if (targets) network.outputScaler ??= Standardization.fit(tables.targets);
}
