/** From the data and options of a caller to batches: everything is checked before anything changes. */
import { expectInteger, type Network, NnbpError, Random } from '@nnbp/core';
import { batchesOf, type BatchSource, streamBatches, tableBatches } from './batches.js';
import { checkTables, type Data, flatten, isStream, type Part, split, type Tables, tablesOf, unitsOf } from './data.js';
import type { TrainerOptions } from './trainer.js';

/** Where batches come from. */
export interface Sources {
  readonly training: BatchSource;
  /** The training data in their own order, for metrics: it draws no random numbers. */
  readonly assessed: BatchSource;
  readonly validation: BatchSource | undefined;
  readonly batchSize: number;
  /** Whether a batch of `training` may take time to come. */
  readonly isStream: boolean;
}

/** Throws before the network changes; sets its scalers if `standardize` asks for them. */
export function prepare(network: Network, data: Data, options: TrainerOptions, random: Random): Sources {
  const { loss, optimizer, shuffle = true, validation } = options;
  const { inputScaler, outputScaler } = network;
  if (options.batchSize !== undefined) expectInteger('batchSize', options.batchSize, 1);
  try {
    const validationSource = (part: Data | undefined, batchSize: number) =>
      part && batchesOf(network, loss, part, batchSize, 'validation');
    if (isStream(data)) {
      const batchSize = streamBatchSize(options);
      const training = streamBatches(network, loss, data, batchSize);
      return {
        training,
        assessed: training,
        validation: validationSource(validation as Data | undefined, batchSize),
        batchSize,
        isStream: true,
      };
    }
    const { rest, part } = divide(tablesOf(data), options);
    checkTables(network, rest, 'data');
    setScalers(network, rest, options.standardize ?? false);
    const flat = flatten(network, loss, rest, 'data');
    const batchSize = Math.min(options.batchSize ?? (optimizer.fullBatch === true ? flat.samples : 32), flat.samples);
    if (optimizer.fullBatch === true && batchSize < flat.samples) {
      throw new NnbpError(
        'OUT_OF_RANGE',
        `batchSize: ${optimizer.name} needs all ${flat.samples} samples in one batch, received ${batchSize}. Leave batchSize out.`,
      );
    }
    return {
      training: tableBatches(network, flat, batchSize, shuffle ? random : undefined),
      assessed: tableBatches(network, flat, batchSize),
      validation: validationSource(part, batchSize),
      batchSize,
      isStream: false,
    };
  } catch (error) {
    network.inputScaler = inputScaler;
    network.outputScaler = outputScaler;
    throw error;
  }
}

/** The data to train on, and those for validation. */
function divide(tables: Tables, { validation, seed }: TrainerOptions): { rest: Part; part: Data | undefined } {
  if (typeof validation !== 'number') return { rest: tables, part: validation };
  if (!(validation > 0 && validation < 1)) {
    throw new NnbpError('OUT_OF_RANGE', `validation: expected a fraction between 0 and 1, received ${validation}.`);
  }
  return split(tables, validation, new Random(seed));
}

/** A stream has neither a mean nor a size before it has run. */
function streamBatchSize({ standardize, validation, optimizer, batchSize }: TrainerOptions): number {
  if ((standardize ?? false) !== false || typeof validation === 'number') {
    throw new NnbpError(
      'WRONG_TYPE',
      'data: a stream can be neither standardized nor split. Set network.inputScaler, and pass validation data.',
    );
  }
  if (optimizer.fullBatch === true && batchSize === undefined) {
    throw new NnbpError(
      'OUT_OF_RANGE',
      `batchSize: ${optimizer.name} needs all samples of the stream in one batch. Set batchSize to their number.`,
    );
  }
  return batchSize ?? 32;
}

function setScalers(network: Network, tables: Tables, standardize: NonNullable<TrainerOptions['standardize']>): void {
  const { inputs = false, targets = false } =
    typeof standardize === 'boolean' ? { inputs: standardize, targets: standardize } : standardize;
  if (inputs) network.inputScaler ??= unitsOf(tables.inputs);
  if (targets) network.outputScaler ??= unitsOf(tables.targets);
}
