/** Training: think of a class that goes through its exercises again and again, and looks up now and then. */
import {
  type Engine,
  type Executor,
  expectInteger,
  js,
  type Loss,
  type Network,
  NnbpError,
  type Optimizer,
  type OptimizerState,
  Random,
} from '@nnbp/core';
import { untilAborted } from './abort.js';
import { assess, type YieldOptions } from './assess.js';
import { type Batch, batchesOf, type BatchSource, close, streamBatches, tableBatches } from './batches.js';
import { turns } from './yield-to-event-loop.js';
import { checkTables, type Data, flatten, isStream, type Part, split, type Tables, tablesOf, unitsOf } from './data.js';
import { diverged } from './diverged.js';
import { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from './early-stopping.js';
import type { Metric, MetricResult } from './metrics/metric.js';

/** Which columns are standardised. */
export interface StandardizeOptions {
  /** Default false. */
  readonly inputs?: boolean;
  /** Default false. */
  readonly targets?: boolean;
}

/** What `fit` can be told. */
export interface FitOptions {
  /** What is made small. */
  readonly loss: Loss;
  /** How. Its state goes on from what it is. */
  readonly optimizer: Optimizer;
  /** How many times all samples are gone through. */
  readonly epochs: number;
  /** Samples a step. Default 32, or all where the optimizer is full-batch. */
  readonly batchSize?: number;
  /** Default: `js()`. */
  readonly engine?: Engine;
  /** Of shuffling, and of the validation split. Default 0. */
  readonly seed?: number;
  /** Whether each epoch goes through a table in a new order. Default true. */
  readonly shuffle?: boolean;
  /** Data held out, or the fraction of the data (between 0 and 1) to hold out. */
  readonly validation?: number | Data;
  /**
   * Whether the network thinks in standardised units, found from the training data and kept with the network; `true`
   * is for inputs and targets. Standardised targets suit losses of differences, not classes. Units that a network has
   * already are kept.
   */
  readonly standardize?: boolean | StandardizeOptions;
  /** Taken after each epoch, of the validation data, or of the training data if there is none. */
  readonly metrics?: readonly Metric[];
  /** Who looks on, in this order. */
  readonly callbacks?: readonly Callback[];
  /** When to stop before the last epoch. */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** Ends training: `fit` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After how many milliseconds others get a turn. Default 12. */
  readonly yieldEvery?: number;
  /** Goes on where a run was, to the same bits: see {@link Progress.state}. */
  readonly resume?: TrainState;
}

/** With the network's own parameters, all that training needs to go on exactly. */
export interface TrainState {
  /** Epochs finished. */
  readonly epoch: number;
  /** Of the shuffling. */
  readonly random: readonly number[];
  /** As `Optimizer.state` gave it. */
  readonly optimizer: OptimizerState;
  /** If there is early stopping. */
  readonly earlyStopping?: EarlyStoppingState;
}

/** What is known of an epoch. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** The mean of the steps' losses, each taken before its update. */
  readonly loss: number;
  /** The loss of the data held out, at the end of the epoch. */
  readonly validationLoss?: number;
  /** By their names. */
  readonly metrics: Readonly<Record<string, MetricResult>>;
  /** Of the steps alone. */
  readonly samplesPerSecond: number;
}

/** What a callback is shown. */
export interface Progress {
  /** What is trained. */
  readonly network: Network;
  /** The epoch under way, counted from 1. */
  readonly epoch: number;
  /** How many there are to be. */
  readonly epochs: number;
  /** The batch just finished, counted from 1; 0 at the start of an epoch. */
  readonly batch: number;
  /** Samples gone through in this epoch. */
  readonly samples: number;
  /** The loss of the batch just finished. */
  readonly loss: number;
  /** The epochs finished. */
  readonly history: readonly EpochRecord[];
  /** All that is needed to go on from the end of the last epoch; take it in `onEpochEnd`. */
  state(): TrainState;
  /** Ends training after this callback. */
  stop(): void;
}

/** Looks on, and may stop. Each is waited for. `network` has the current parameters in all but `onBatchEnd`. */
export interface Callback {
  /** Once, before the first epoch. */
  onTrainBegin?(progress: Progress): void | Promise<void>;
  /** Before each epoch. */
  onEpochBegin?(progress: Progress): void | Promise<void>;
  /** After each step. */
  onBatchEnd?(progress: Progress): void | Promise<void>;
  /** After each epoch and its assessment. */
  onEpochEnd?(progress: Progress): void | Promise<void>;
  /** Once, if training was not ended by an error. */
  onTrainEnd?(progress: Progress): void | Promise<void>;
}

/** What came of it. */
export interface Report {
  /** Why it ended. */
  readonly stoppedBy: 'epochs' | 'early stopping' | 'callback';
  /** An entry an epoch. */
  readonly history: readonly EpochRecord[];
  /** With early stopping: the epoch whose parameters the network has now. */
  readonly bestEpoch?: number;
  /** All in all. */
  readonly seconds: number;
}

/**
 * Trains a network. Its parameters are updated at the end of each epoch, and however training ends: an error, a
 * callback that throws, an abort leave those of the last step that succeeded.
 *
 * @throws NnbpError `OUT_OF_RANGE`, `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `WRONG_STATE`, before
 * anything is changed; `DivergedError` when a number stops being finite
 *
 * @example
 * ```ts
 * import { identity } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 * import { sgd } from '@nnbp/optim';
 * import { fit } from '@nnbp/train';
 *
 * const network = new Network(mlp([1, 1], { activation: identity, scale: 'fixed' }));
 * const data = { inputs: [[1], [2], [3]], targets: [[3], [6], [9]] };
 * await fit(network, data, { loss: mse(), optimizer: sgd({ learningRate: 0.1 }), epochs: 500, batchSize: 3 });
 * Math.round(network.predict([5])[0]); // 15
 * ```
 */
export async function fit(network: Network, data: Data, options: FitOptions): Promise<Report> {
  const begun = performance.now();
  const { loss, optimizer, callbacks = [], metrics = [], signal, resume, epochs } = options;
  const { engine = js(), yieldEvery = 12 } = options;
  expectInteger('epochs', epochs, 1);
  const random = new Random(options.seed);
  const early = options.earlyStopping
    ? new EarlyStopping(options.earlyStopping, options.validation !== undefined, resume?.earlyStopping)
    : undefined;
  const { training, looking, validation, batchSize } = prepare(network, data, options, random);
  if (resume !== undefined) {
    optimizer.restore(resume.optimizer);
    random.restore(resume.random);
  }
  signal?.throwIfAborted();

  const executor = engine.prepare(network.graph, batchSize);
  const history: EpochRecord[] = [];
  let stoppedBy: Report['stoppedBy'] = 'epochs';
  const turn = turns(yieldEvery);
  let done = false;
  const progress = {
    network,
    epoch: resume?.epoch ?? 0,
    epochs,
    batch: 0,
    samples: 0,
    loss: NaN,
    history,
    state: (): TrainState => ({
      epoch: progress.epoch,
      random: random.state(),
      optimizer: optimizer.state(),
      ...(early?.state && { earlyStopping: early.state }),
    }),
    stop: () => void (stoppedBy = 'callback'),
  };
  const share = () => network.parameters.vector.set(executor.parameters);
  const tell = async (event: keyof Callback) => {
    for (const callback of callbacks) await untilAborted(callback[event]?.(progress), signal);
  };

  try {
    executor.parameters.set(network.parameters.vector);
    await tell('onTrainBegin');
    while (progress.epoch < epochs && stoppedBy === 'epochs') {
      Object.assign(progress, { epoch: progress.epoch + 1, batch: 0, samples: 0 });
      await tell('onEpochBegin');
      const epochBegun = performance.now();
      let sum = 0;
      training.start();
      while (stoppedBy === 'epochs') {
        const next = training.next();
        const batch = next instanceof Promise ? await untilAborted(next, signal) : next;
        if (batch === undefined) break;
        signal?.throwIfAborted();
        progress.batch++;
        progress.loss = step(network, executor, batch, loss, optimizer, progress);
        progress.samples += batch.samples;
        sum += progress.loss * batch.samples;
        if (callbacks.length > 0) await tell('onBatchEnd');
        const others = turn();
        if (others !== undefined) await others;
      }
      if (stoppedBy !== 'epochs') break;
      signal?.throwIfAborted();
      const samplesPerSecond = (progress.samples * 1000) / (performance.now() - epochBegun);
      const assessed = await assessEpoch(network, executor, looking, validation, loss, metrics, { turn, signal });
      const epochLoss = sum / progress.samples;
      history.push({ epoch: progress.epoch, loss: epochLoss, ...assessed, samplesPerSecond });
      optimizer.observe?.(assessed.validationLoss ?? epochLoss);
      if (early?.observe(progress.epoch, epochLoss, assessed.validationLoss, executor.parameters)) {
        stoppedBy = 'early stopping';
      }
      share();
      await tell('onEpochEnd');
    }
    if (early?.state) executor.parameters.set(early.state.parameters);
    share();
    await tell('onTrainEnd');
    done = true;
  } finally {
    share();
    executor.dispose();
    const closed = close([training, ...(validation ? [validation] : [])], signal);
    // What went wrong first is what is told.
    await (done ? closed : closed.catch(() => undefined));
  }
  return {
    stoppedBy,
    history,
    ...(early?.state && { bestEpoch: early.state.bestEpoch }),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** One step; throws if a number stopped being finite. */
function step(
  network: Network,
  executor: Executor,
  batch: Batch,
  loss: Loss,
  optimizer: Optimizer,
  { epoch, batch: number }: { readonly epoch: number; readonly batch: number },
): number {
  const value = executor.step(batch.inputs, batch.targets, batch.samples, loss, optimizer);
  if (Number.isFinite(value)) return value;
  throw diverged(network, executor, batch, value, epoch, number);
}

async function assessEpoch(
  network: Network,
  executor: Executor,
  training: BatchSource,
  validation: BatchSource | undefined,
  loss: Loss,
  metrics: readonly Metric[],
  yieldOptions: YieldOptions,
): Promise<Pick<EpochRecord, 'validationLoss' | 'metrics'>> {
  if (validation !== undefined) {
    const found = await assess(network, executor, validation, loss, metrics, yieldOptions);
    return { validationLoss: found.loss, metrics: found.metrics };
  }
  if (metrics.length === 0) return { metrics: {} };
  return { metrics: (await assess(network, executor, training, loss, metrics, yieldOptions)).metrics };
}

/** Checks everything and lays the data out; if anything is wrong, the network keeps the units it had. */
function prepare(network: Network, data: Data, options: FitOptions, random: Random) {
  const { loss, optimizer, shuffle = true, validation } = options;
  const { inputScaler, outputScaler } = network;
  if (options.batchSize !== undefined) expectInteger('batchSize', options.batchSize, 1);
  try {
    const held = (part: Data | undefined, batchSize: number) =>
      part && batchesOf(network, loss, part, batchSize, 'validation');
    if (isStream(data)) {
      const batchSize = streamBatchSize(options);
      const training = streamBatches(network, loss, data, batchSize);
      return {
        training,
        looking: training,
        validation: held(validation as Data | undefined, batchSize),
        batchSize,
      };
    }
    const { rest, part } = divide(tablesOf(data), options);
    checkTables(network, rest, 'data');
    adoptUnits(network, rest, options.standardize ?? false);
    const flat = flatten(network, loss, rest, 'data');
    const batchSize = Math.min(options.batchSize ?? (optimizer.fullBatch === true ? flat.samples : 32), flat.samples);
    if (optimizer.fullBatch === true && batchSize < flat.samples) {
      throw new NnbpError(
        'OUT_OF_RANGE',
        `${optimizer.name} needs all ${flat.samples} samples in one batch, found batchSize ${batchSize}: leave it out.`,
      );
    }
    return {
      training: tableBatches(network, flat, batchSize, shuffle ? random : undefined),
      // Metrics of the training data must not draw from the random numbers of training.
      looking: tableBatches(network, flat, batchSize),
      validation: held(part, batchSize),
      batchSize,
    };
  } catch (error) {
    network.inputScaler = inputScaler;
    network.outputScaler = outputScaler;
    throw error;
  }
}

/** What is trained on, and what is held out. */
function divide(tables: Tables, { validation, seed }: FitOptions): { rest: Part; part: Data | undefined } {
  if (typeof validation !== 'number') return { rest: tables, part: validation };
  if (!(validation > 0 && validation < 1)) {
    throw new NnbpError('OUT_OF_RANGE', `validation: expected a fraction between 0 and 1, found ${validation}.`);
  }
  return split(tables, validation, new Random(seed));
}

/** A stream has neither a mean nor a size before it has run. */
function streamBatchSize({ standardize, validation, optimizer, batchSize }: FitOptions): number {
  if ((standardize ?? false) !== false || typeof validation === 'number') {
    throw new NnbpError(
      'WRONG_TYPE',
      'A stream can be neither standardised nor split: set network.inputScaler yourself, and give validation data.',
    );
  }
  if (optimizer.fullBatch === true && batchSize === undefined) {
    throw new NnbpError(
      'OUT_OF_RANGE',
      `${optimizer.name} needs all samples in one batch: say how many with batchSize.`,
    );
  }
  return batchSize ?? 32;
}

function adoptUnits(network: Network, tables: Tables, standardize: NonNullable<FitOptions['standardize']>): void {
  const { inputs = false, targets = false } =
    typeof standardize === 'boolean' ? { inputs: standardize, targets: standardize } : standardize;
  if (inputs) network.inputScaler ??= unitsOf(tables.inputs);
  if (targets) network.outputScaler ??= unitsOf(tables.targets);
}
