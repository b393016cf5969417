/** Runs a `Trainer` for a number of epochs, with callbacks, early stopping and resuming. */
import { expectInteger, expectList, expectObject, type Network } from '@nnbp/core';
import { untilAborted } from './abort.js';
import type { Data } from './data.js';
import { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
import { EpochLog } from './epoch-log.js';
import { rememberScalers } from './prepare.js';
import { type EpochRecord, Trainer, type TrainerOptions, type TrainState } from './trainer.js';

/** Options of {@link fit}. */
export interface FitOptions extends TrainerOptions {
  /** Number of passes over the training data, an integer ≥ 1. With `resume`, includes the epochs of the earlier run. */
  readonly epochs: number;
  /** Callbacks, called in this order. Default: none. */
  readonly callbacks?: readonly Callback[];
  /** Stops training before the last epoch when the loss stops falling. Default: no early stopping. */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** Continues an earlier run bit-for-bit: see {@link Progress.state}. */
  readonly resume?: TrainState;
}

/** The argument of callbacks. */
export interface Progress {
  /** The network that is trained. */
  readonly network: Network;
  /** The current epoch, counted from 1; in `onTrainBegin`, the last epoch of the earlier run, or 0. */
  readonly epoch: number;
  /** The total number of epochs. */
  readonly epochs: number;
  /** The last finished batch, counted from 1; 0 at the start of an epoch. */
  readonly batch: number;
  /** Samples processed in this epoch; for sequences, steps. */
  readonly samples: number;
  /** The loss of the last finished batch. NaN before the first. */
  readonly loss: number;
  /** The results of the finished epochs of this run. */
  readonly history: readonly EpochRecord[];
  /** Returns the state to resume from, without the network's parameters: save those too. Call it in `onEpochEnd`. */
  state(): TrainState;
  /** Stops training after the current event, which is still passed to the other callbacks. */
  readonly stop: () => void;
}

/**
 * Methods that `fit` calls during training. `fit` awaits each call. Each method can stop training with `progress.stop`.
 * `progress.network` has the current parameters, except in `onBatchEnd`.
 */
export interface Callback {
  /** Called once, before the first epoch. */
  onTrainBegin?(progress: Progress): void | Promise<void>;
  /** Called before each epoch. */
  onEpochBegin?(progress: Progress): void | Promise<void>;
  /** Called after each batch. */
  onBatchEnd?(progress: Progress): void | Promise<void>;
  /** Called after each epoch and its validation. */
  onEpochEnd?(progress: Progress): void | Promise<void>;
  /** Called once at the end, unless an error or an abort ended training. */
  onTrainEnd?(progress: Progress): void | Promise<void>;
  /**
   * Called last, even after an error or an abort, to release what `onTrainBegin` acquired. Not called if training ended
   * before this callback's `onTrainBegin`. `fit` awaits the teardown of every callback.
   */
  teardown?(progress: Progress): void | Promise<void>;
}

/** The result of {@link fit}. */
export interface Report {
  /** Why training ended. `converged`: the optimizer cannot lower the loss any further. */
  readonly stoppedBy: 'epochs' | 'early stopping' | 'callback' | 'converged';
  /** One record per epoch of this run. */
  readonly history: readonly EpochRecord[];
  /** Only with early stopping: the epoch whose parameters the network has now. */
  readonly bestEpoch?: number;
  /** The total time, in seconds. */
  readonly seconds: number;
}

/**
 * Trains a network. Its parameters are updated before each call of `onEpochEnd` and when training ends. If training
 * ends with an error or an abort, the network has the parameters of the last successful step. Exception: if training
 * with early stopping is aborted, the network has the parameters of the best epoch so far.
 *
 * @throws NnbpError any error thrown by `new Trainer(…)` or `Trainer.restore`, before the network is changed
 * (an item of a stream is checked when it arrives); `DivergedError` if a number is not finite
 *
 * @example
 * ```ts
 * import { identity } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 * import { sgd } from '@nnbp/optim';
 * import { fit } from '@nnbp/train';
 *
 * const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }));
 * const data = { inputs: [[1], [2], [3]], targets: [[3], [6], [9]] };
 * await fit(network, data, { loss: mse(), optimizer: sgd({ learningRate: 0.1 }), epochs: 500, batchSize: 3 });
 * Math.round(network.predict([5])[0]); // 15
 * ```
 */
export async function fit(network: Network, data: Data, options: FitOptions): Promise<Report> {
  const started = performance.now();
  const { optimizer, callbacks = [], signal, resume, epochs } = options;
  expectInteger('epochs', epochs, 1);
  expectList('callbacks', callbacks);
  callbacks.forEach((callback, k) =>
    expectObject(`callbacks[${k}]`, callback, 'an object with methods such as onEpochEnd'),
  );
  signal?.throwIfAborted();
  const early = options.earlyStopping
    ? new EarlyStopping(options.earlyStopping, options.validation !== undefined, resume?.earlyStopping)
    : undefined;
  const restoreScalers = rememberScalers(network);
  const trainer = new Trainer(network, data, options);
  const history: EpochRecord[] = [];
  let log: EpochLog | undefined;
  let stoppedBy: Report['stoppedBy'] = 'epochs';
  let epoch = 0;
  let inEpoch = false;
  let ended = false;
  const calledCallbacks: Callback[] = [];
  const progress: Progress = {
    network,
    get epoch() {
      return epoch;
    },
    epochs,
    get batch() {
      return inEpoch ? trainer.batches : 0;
    },
    get samples() {
      return inEpoch ? trainer.samples : 0;
    },
    get loss() {
      return trainer.loss;
    },
    history,
    state: () => ({ ...trainer.state, ...(early?.state && { earlyStopping: early.state }) }),
    stop() {
      if (!ended && stoppedBy === 'epochs') stoppedBy = 'callback';
    },
  };
  const notify = async (event: Exclude<keyof Callback, 'onTrainBegin' | 'teardown'>) => {
    for (const callback of callbacks) await untilAborted(callback[event]?.(progress), signal);
  };
  const afterBatch = callbacks.some(({ onBatchEnd }) => onBatchEnd)
    ? () => notify('onBatchEnd').then(() => stoppedBy !== 'epochs')
    : undefined;
  const unobserved =
    callbacks.length === 0 && early === undefined && optimizer.iterate === undefined && trainer.isSynchronous;
  let failed = true;
  try {
    try {
      if (resume !== undefined) trainer.restore(resume);
    } catch (error) {
      restoreScalers();
      throw error;
    }
    epoch = trainer.epochs;
    for (const callback of callbacks) {
      calledCallbacks.push(callback);
      await untilAborted(callback.onTrainBegin?.(progress), signal);
    }
    while (trainer.epochs < epochs && stoppedBy === 'epochs') {
      if (unobserved) {
        log ??= new EpochLog(trainer.epochs + 1);
        if (trainer.runEpochs(epochs - trainer.epochs, log)) await trainer.yield();
        continue;
      }
      epoch = trainer.epochs + 1;
      inEpoch = false;
      await notify('onEpochBegin');
      if (stoppedBy !== 'epochs') break;
      inEpoch = true;
      const record = await trainer.run(afterBatch);
      if (record === undefined) break;
      history.push(record);
      if (early?.observe(record.epoch, record.loss, record.validationLoss, trainer.parameters)) {
        stoppedBy = 'early stopping';
      } else if (optimizer.converged === true) stoppedBy = 'converged';
      trainer.updateNetwork();
      await notify('onEpochEnd');
    }
    ended = true;
    if (early?.state) trainer.parameters.set(early.state.parameters);
    trainer.updateNetwork();
    await notify('onTrainEnd');
    failed = false;
  } catch (error) {
    // After an abort, early stopping restores its best parameters. After an error, the last step's parameters remain.
    if (signal?.aborted === true && early?.state) trainer.parameters.set(early.state.parameters);
    throw error;
  } finally {
    const closed = closeAll([
      trainer.dispose(),
      ...calledCallbacks.map(async (callback) => callback.teardown?.(progress)),
    ]);
    // If training failed, report its error instead of an error of the cleanup.
    await (failed ? closed.catch(() => undefined) : closed);
  }
  let records: readonly EpochRecord[] | undefined;
  return {
    stoppedBy,
    get history() {
      return (records ??= log?.records() ?? history);
    },
    ...(early?.state && { bestEpoch: early.state.bestEpoch }),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Waits for all promises, even if one rejects. Throws the first error. */
async function closeAll(closing: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(closing)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
