/** Trains a network step by step. `fit` is a loop over a `Trainer`. */
import {
  type Engine,
  type Executor,
  expectArray,
  expectEngine,
  expectFinite,
  expectFiniteNumber,
  expectInteger,
  expectLength,
  expectObject,
  expectPlugin,
  type FloatArray,
  js,
  type Loss,
  type Network,
  NnbpError,
  type Optimizer,
  type OptimizerState,
  Random,
} from '@nnbp/core';
import { untilAborted } from './abort.js';
import { assess, type Assessment, stateOptionsOf } from './assess.js';
import { type Batch, batchesOf, close } from './batches.js';
import type { Data } from './data.js';
import { diverged } from './diverged.js';
import { type Dropout, type DropoutExecutor, prepareWithDropout } from './dropout.js';
import type { EarlyStoppingState } from './early-stopping.js';
import type { EpochLog } from './epoch-log.js';
import { expectLossAndMetrics, expectStateFits } from './expect-plugins.js';
import { type Freeze, withoutFrozen } from './freeze.js';
import type { Metric, MetricResult } from './metrics/metric.js';
import { objectivesOf } from './objective.js';
import { prepare, rememberScalers, sequenceOptionOf, type Sources } from './prepare.js';
import { Pace } from './yield-to-event-loop.js';

/** The columns to standardize. */
export interface StandardizeOptions {
  /** Whether to standardize the inputs. Default: false. */
  readonly inputs?: boolean;
  /** Whether to standardize the targets. Default: false. */
  readonly targets?: boolean;
}

/** Options of {@link Trainer}. */
export interface TrainerOptions {
  /** The loss to minimize. */
  readonly loss: Loss;
  /**
   * The optimizer that updates the parameters. It continues from its current state, so create a new optimizer for each
   * network.
   */
  readonly optimizer: Optimizer;
  /** Samples or sequences per batch. Default: 32; 1 if `stateful`; all samples for a full-batch optimizer. */
  readonly batchSize?: number;
  /**
   * The engine, which determines the precision. Default: `js()`, float64. An optimizer that evaluates the loss itself,
   * such as `lbfgs`, always runs on `js()`.
   */
  readonly engine?: Engine;
  /** Seed of the shuffling, the validation split and dropout. Default: 0. */
  readonly seed?: number;
  /**
   * For sequences: truncated backpropagation through time. Steps per batch, an integer from 1 to the length of the
   * longest sequence. The state is carried over from batch to batch, but gradients are not. Default: whole sequences.
   * Required for a stream of sequences.
   */
  readonly truncate?: number;
  /**
   * For sequences: whether sequence k of a batch continues the state left by sequence k of the previous batch, so that
   * a long sequence can be given in consecutive parts. The sequences keep their order, and the batch size is 1 by
   * default. An epoch starts from the initial state. Default: false; each sequence starts from the initial state.
   */
  readonly stateful?: boolean;
  /**
   * Parameters that training does not change: ids of nodes, single parameters, or a function that returns true for each
   * parameter to freeze. Frozen parameters are still part of the network, its files and its gradients. Default: none.
   */
  readonly freeze?: Freeze;
  /**
   * Dropout: during training, successors read 0 instead of the values of random nodes. Predictions, validation and
   * metrics use all nodes. The masks depend only on `seed`, epoch and batch. Default: none.
   */
  readonly dropout?: Dropout | readonly Dropout[];
  /** Whether to shuffle the samples or sequences in each epoch. Default: true, or false if `stateful`. */
  readonly shuffle?: boolean;
  /** Validation data, or the fraction of the data, between 0 and 1, to use for validation. Default: none. */
  readonly validation?: number | Data;
  /**
   * Whether to standardize each column of the training data; `true` means inputs and targets. The network stores mean
   * and standard deviation, so it still takes and returns data in their original units. Standardize targets for
   * regression, not for classification. Do not standardize if the graph is a formula in the units of the data, such as
   * a product of inputs. Scalers that the network already has are kept. Default: false.
   */
  readonly standardize?: boolean | StandardizeOptions;
  /**
   * Metrics to compute after each epoch on the validation data, or, without validation data, on the training data.
   * Default: none.
   */
  readonly metrics?: readonly Metric[];
  /** Aborts training: `epoch` and `evaluate` reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds of work after which `epoch` and `evaluate` yield to the event loop. Default: 12. */
  readonly yieldEvery?: number;
}

/**
 * The state from which training resumes bit-for-bit. It does not contain the parameters of the network: save them too.
 */
export interface TrainState {
  /** Number of finished epochs. */
  readonly epoch: number;
  /** The random state of the shuffling at the start of the current epoch or, between epochs, of the next one. */
  readonly random: readonly number[];
  /** The result of `Optimizer.state`. */
  readonly optimizer: OptimizerState;
  /** The progress within the current epoch; undefined between epochs. */
  readonly underway?: {
    /** Number of batches processed. */
    readonly batches: number;
    /** The sum of the samples' losses, each multiplied by its weight. */
    readonly sum: number;
    /** The sum of the samples' weights. */
    readonly weight: number;
    /** Only for sequences in memory: the state that the next batch continues. */
    readonly carried?: readonly number[];
  };
  /** The state of early stopping, if it is used. */
  readonly earlyStopping?: EarlyStoppingState;
}

/** The results of an epoch. */
export interface EpochRecord {
  /** The epoch, counted from 1. */
  readonly epoch: number;
  /** The weighted mean of the samples' losses, each computed before the update of its batch. */
  readonly loss: number;
  /** The validation loss at the end of the epoch; undefined without validation data. */
  readonly validationLoss?: number;
  /** The value of each metric, by name. */
  readonly metrics: Readonly<Record<string, MetricResult>>;
  /**
   * Training speed, without validation; for sequences, in steps per second. If epochs are shorter than a millisecond,
   * the speed is measured over several epochs.
   */
  readonly samplesPerSecond: number;
}

/** Called after each batch. If the result is true, `run` returns before the epoch is finished. */
export type AfterBatch = () => boolean | Promise<boolean>;

/**
 * Trains a network batch by batch. A trainer owns an executor until `dispose` is called. `fit` uses a trainer to train
 * for a number of epochs, with callbacks and early stopping.
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 * import { adam } from '@nnbp/optim';
 * import { Trainer } from '@nnbp/train';
 *
 * const network = new Network(mlp([2, 8, 1], { activation: tanh }), { seed: 1 });
 * const data = { inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]] };
 * const trainer = new Trainer(network, data, { loss: mse(), optimizer: adam({ learningRate: 0.05 }) });
 * while ((await trainer.epoch()).loss > 0.01);
 * await trainer.dispose();
 * Math.round(network.predict([0, 1])[0]); // 1
 * ```
 */
export class Trainer {
  /** The network that is trained. `step`, `epoch` and `dispose` copy the parameters to it. */
  readonly network: Network;
  /** Samples or sequences per batch. The last batch of an epoch can have fewer. */
  readonly batchSize: number;
  readonly #options: TrainerOptions;
  readonly #optimizer: Optimizer;
  readonly #sources: Sources;
  readonly #executor: Executor;
  readonly #objectives: ReturnType<typeof objectivesOf>;
  readonly #dropout: DropoutExecutor | undefined;
  readonly #random: Random;
  readonly #pace: Pace;
  #epochs = 0;
  /** Whether an epoch has begun but not ended. */
  #underway = false;
  #batches = 0;
  #samples = 0;
  /** The sums of the samples' weighted losses and of the samples' weights. */
  #sum = 0;
  #weight = 0;
  #lastLoss = NaN;
  /** The losses of several steps taken in one call. */
  readonly #losses = new Float64Array(1024);
  /** The random state of the shuffling at the start of the current epoch. */
  readonly #randomAtStart = new Random();
  #disposed = false;

  /**
   * @throws NnbpError `OUT_OF_RANGE`, `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `UNKNOWN_ID`,
   * `CONFLICT`, `WRONG_TYPE`, `UNSUPPORTED`, `WRONG_STATE` (the optimizer has trained a different number of
   * parameters); in that case nothing is changed
   */
  constructor(network: Network, data: Data, options: TrainerOptions) {
    const { engine = js(), optimizer, dropout, seed = 0, yieldEvery = 12 } = options;
    expectEngine(engine);
    expectLossAndMetrics(options.loss, options.metrics);
    expectPlugin('optimizer', optimizer, 'step', 'an Optimizer, such as `adam()`');
    this.network = network;
    this.#options = options;
    this.#optimizer =
      options.freeze !== undefined ? withoutFrozen(optimizer, network.graph, options.freeze) : optimizer;
    // A wrapper of `withoutFrozen` has checked the optimizer that it wraps.
    expectStateFits(this.#optimizer, network.graph.parameterCount);
    const sequenceOption = sequenceOptionOf(options);
    if (optimizer.iterate !== undefined && sequenceOption !== undefined) {
      throw new NnbpError(
        'UNSUPPORTED',
        `${optimizer.name} evaluates the loss of whole sequences: remove \`${sequenceOption}\`, or use another optimizer.`,
      );
    }
    if (optimizer.iterate !== undefined && dropout !== undefined) {
      throw new NnbpError(
        'UNSUPPORTED',
        `${optimizer.name} requires a loss that does not change between evaluations: remove \`dropout\`, or use another optimizer.`,
      );
    }
    this.#random = new Random(seed);
    const restoreScalers = rememberScalers(network);
    this.#sources = prepare(network, data, options, this.#random);
    const { batchSize, window } = this.#sources;
    this.batchSize = batchSize;
    this.#pace = new Pace(yieldEvery);
    const chosen = optimizer.iterate === undefined ? engine : js();
    try {
      if (dropout !== undefined) {
        this.#dropout = prepareWithDropout(chosen, network.graph, dropout, seed, batchSize, window);
      }
      this.#executor = this.#dropout ?? chosen.prepare(network.graph, batchSize, window);
    } catch (error) {
      restoreScalers();
      throw error;
    }
    this.#executor.parameters.set(network.parameters.vector);
    this.#objectives = objectivesOf(network.graph, this.#executor, options.loss);
  }

  /** Number of finished epochs. */
  get epochs(): number {
    return this.#epochs;
  }

  /** Number of batches processed in the current epoch or, between epochs, in the last one. */
  get batches(): number {
    return this.#batches;
  }

  /** Number of samples (for sequences: steps) processed in the current epoch or, between epochs, in the last one. */
  get samples(): number {
    return this.#samples;
  }

  /** The loss of the last batch that has a weight above 0. NaN before the first. */
  get loss(): number {
    return this.#lastLoss;
  }

  /**
   * The parameters in the engine's precision. Read-only: to change them, set those of the network and call `restore`.
   */
  get parameters(): FloatArray {
    return this.#executor.parameters;
  }

  /** The state to resume from, without the network's parameters: save those too. */
  get state(): TrainState {
    const { carried } = this.#sources.training;
    return {
      epoch: this.#epochs,
      random: (this.#underway ? this.#randomAtStart : this.#random).state(),
      optimizer: this.#options.optimizer.state(),
      ...(this.#underway && {
        underway: {
          batches: this.#batches,
          sum: this.#sum,
          weight: this.#weight,
          ...(carried && { carried: [...carried] }),
        },
      }),
    };
  }

  /**
   * Resumes from a state, with the network's current parameters. A stream is read from its beginning.
   *
   * @throws NnbpError `WRONG_TYPE`, `OUT_OF_RANGE`, `WRONG_STATE`, `WRONG_LENGTH`, `NOT_FINITE`; in that case nothing
   * is changed
   */
  restore(state: TrainState): void {
    expectState(state);
    const { underway } = state;
    if (underway !== undefined && this.#sources.isStream) {
      throw new NnbpError(
        'WRONG_STATE',
        'A stream cannot resume inside an epoch: use a state from the end of an epoch.',
      );
    }
    const { carried } = this.#sources.training;
    if (underway?.carried !== undefined)
      expectLength('state.underway.carried', underway.carried.length, carried?.length ?? 0);
    const before = this.state;
    this.#options.optimizer.restore(state.optimizer);
    try {
      this.#seek(state);
    } catch (error) {
      this.#options.optimizer.restore(before.optimizer);
      if (!this.#sources.isStream) this.#seek(before);
      throw error;
    }
    this.#executor.parameters.set(this.network.parameters.vector);
  }

  /** Advances to the position in the data at which a state was saved. */
  #seek({ epoch, random, underway }: TrainState): void {
    const { training } = this.#sources;
    this.#random.restore(random);
    this.#epochs = epoch;
    this.#underway = false;
    if (underway === undefined) return;
    this.#begin();
    for (; this.#batches < underway.batches; this.#batches++) {
      const batch = training.next() as Batch | undefined;
      if (batch === undefined) {
        throw new NnbpError(
          'WRONG_STATE',
          `The state is ${underway.batches} batches into an epoch, but an epoch of these data has only ${this.#batches}. ` +
            'Resume with the same data and batch size.',
        );
      }
      this.#samples += batch.rowCount;
    }
    this.#sum = underway.sum;
    this.#weight = underway.weight;
    if (underway.carried !== undefined) training.carried?.set(underway.carried);
  }

  /**
   * Trains on the next batch; after the last batch of an epoch, on the first of a new epoch. Evaluates neither
   * validation data nor metrics.
   *
   * @returns The batch's loss before the update, or a promise for it if the data are a stream. For a batch of weight 0,
   * the previous loss.
   * @throws DivergedError if a number is not finite; the parameters are then those before the step
   */
  step(): number | Promise<number> {
    this.#expectReady();
    if (!this.#underway) this.#begin();
    const next = this.#sources.training.next();
    if (next instanceof Promise) return next.then((batch) => this.#stepOn(batch));
    return this.#stepOn(next);
  }

  /**
   * Trains until the end of the epoch: a complete one, or the rest of one that `step` began. Then computes validation
   * loss and metrics.
   *
   * @throws DivergedError, the signal's reason
   */
  async epoch(): Promise<EpochRecord> {
    try {
      return (await this.run())!;
    } finally {
      this.updateNetwork();
    }
  }

  /**
   * Computes the mean loss and the trainer's metrics on data.
   *
   * @param data - Default: the validation data, or the training data if there are none.
   * @throws NnbpError any error that the constructor throws for invalid data; `WRONG_STATE` inside an epoch on a
   * stream, if neither `data` nor validation data are given
   */
  async evaluate(data?: Data): Promise<Assessment> {
    this.#expectReady();
    const { loss } = this.#options;
    if (data === undefined && this.#sources.validation === undefined && this.#sources.isStream && this.#underway) {
      throw new NnbpError(
        'WRONG_STATE',
        'evaluate: the training stream is still being read. Finish the epoch, or pass other data to evaluate().',
      );
    }
    const source =
      data === undefined
        ? (this.#sources.validation ?? this.#sources.assessed)
        : batchesOf(this.network, loss, data, this.#sources, 'data');
    return this.#assess(source);
  }

  /** Frees the memory that the engine holds for this trainer, and closes streams. The network keeps its parameters. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.updateNetwork();
    this.#disposed = true;
    this.#executor.dispose();
    const { training, validation } = this.#sources;
    await close([training, ...(validation ? [validation] : [])], this.#options.signal);
  }

  /**
   * Trains until the end of the epoch.
   *
   * @returns The record of the epoch; undefined if `after` returned true.
   * @internal
   */
  async run(after?: AfterBatch): Promise<EpochRecord | undefined> {
    const { signal } = this.#options;
    this.#expectReady();
    signal?.throwIfAborted();
    if (!this.#underway) this.#begin();
    this.#pace.resume();
    for (;;) {
      if (after === undefined && this.#trainMany()) {
        await this.yield();
        continue;
      }
      const next = this.#sources.training.next();
      const batch = next instanceof Promise ? await untilAborted(next, signal) : next;
      if (batch === undefined) break;
      const due = this.#train(batch);
      if (after !== undefined) {
        const ended = after();
        if (ended instanceof Promise ? await ended : ended) return undefined;
        signal?.throwIfAborted();
      }
      if (due) await this.yield();
    }
    signal?.throwIfAborted();
    return this.#finish(await this.#assessEpoch());
  }

  /**
   * Whether an epoch is synchronous: the data are in memory, and there are neither validation data nor metrics.
   *
   * @internal
   */
  get isSynchronous(): boolean {
    const { validation, isStream } = this.#sources;
    return !isStream && validation === undefined && (this.#options.metrics?.length ?? 0) === 0;
  }

  /**
   * Trains for several epochs, or until it is time to yield. Requires `isSynchronous`. Avoids a promise per epoch,
   * which would take longer than an epoch of a few samples.
   *
   * @param log - The results of finished epochs are appended.
   * @returns True if it is time to yield.
   * @internal
   */
  runEpochs(count: number, log: EpochLog): boolean {
    const { training } = this.#sources;
    for (let n = 0; n < count; n++) {
      if (!this.#underway) this.#begin();
      for (;;) {
        if (this.#trainMany()) return true;
        const batch = training.next() as Batch | undefined;
        if (batch === undefined) break;
        if (this.#train(batch)) return true;
      }
      log.push(this.#end(undefined), this.#pace.samplesPerSecond);
    }
    return false;
  }

  /** @internal */
  async yield(): Promise<void> {
    await this.#pace.yield();
    this.#options.signal?.throwIfAborted();
  }

  /** Copies the parameters to the network. @internal */
  updateNetwork(): void {
    if (!this.#disposed) this.network.parameters.vector.set(this.#executor.parameters);
  }

  #expectReady(): void {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This trainer has been disposed. Create a new one.');
  }

  #begin(): void {
    this.#randomAtStart.copy(this.#random);
    this.#sources.training.start();
    this.#underway = true;
    this.#batches = 0;
    this.#samples = 0;
    this.#sum = 0;
    this.#weight = 0;
  }

  #stepOn(batch: Batch | undefined): number | Promise<number> {
    if (batch === undefined) {
      this.#end(undefined);
      return this.step();
    }
    this.#train(batch);
    this.updateNetwork();
    return this.#lastLoss;
  }

  /**
   * Takes as many steps as the executor takes in one call, or none if the executor cannot take several steps at once.
   * Returns true if it is time to yield.
   */
  #trainMany(): boolean {
    const { table } = this.#sources.training;
    if (table === undefined || this.#executor.stepMany === undefined || this.#optimizer.iterate) return false;
    const losses = this.#losses;
    const size = this.batchSize;
    const count = Math.min(this.#pace.left, losses.length);
    const taken = this.#executor.stepMany(
      table,
      table.order,
      table.first,
      this.#options.loss,
      this.#optimizer,
      losses,
      count,
    );
    if (taken === 0) return false;
    table.skip(taken * size);
    for (let k = 0; k < taken; k++) this.#sum += losses[k] * size;
    this.#lastLoss = losses[taken - 1];
    this.#weight += taken * size;
    this.#batches += taken;
    this.#samples += taken * size;
    return this.#pace.count(taken * size, taken);
  }

  /** Takes one step. Returns true if it is time to yield. */
  #train(batch: Batch): boolean {
    const { loss } = this.#options;
    const { inputs, targets, counts, weight, options } = batch;
    const optimizer = this.#optimizer;
    this.#batches++;
    this.#samples += batch.rowCount;
    this.#dropout?.seek(this.#epochs, this.#batches);
    if (weight === 0) this.#executor.predict(inputs, counts, stateOptionsOf(batch));
    else {
      const value =
        optimizer.iterate === undefined
          ? this.#executor.step(inputs, targets, counts, loss, optimizer, options)
          : this.#iterate(batch, optimizer);
      if (!(value - value === 0)) {
        throw diverged(this.network, this.#executor, batch, value, this.#epochs + 1, this.#batches);
      }
      this.#lastLoss = value;
      this.#sum += value * weight;
      this.#weight += weight;
    }
    return this.#pace.count(batch.rowCount);
  }

  /** Runs one iteration of an optimizer that evaluates the loss itself. */
  #iterate(batch: Batch, optimizer: Optimizer): number {
    const parameters = Float64Array.from(this.#executor.parameters);
    const objective = this.#objectives(batch);
    const value = optimizer.iterate!(objective, parameters);
    this.#executor.parameters.set(parameters);
    // Fill the cache, because `diverged` searches it for the number that is not finite.
    if (!Number.isFinite(value)) this.#executor.predict(batch.inputs, batch.counts, stateOptionsOf(batch));
    return value;
  }

  #finish(assessed: Pick<EpochRecord, 'validationLoss' | 'metrics'>): EpochRecord {
    const loss = this.#end(assessed.validationLoss);
    return { epoch: this.#epochs, loss, ...assessed, samplesPerSecond: this.#pace.samplesPerSecond };
  }

  /** Ends the epoch. Returns its loss. */
  #end(validationLoss: number | undefined): number {
    const loss = this.#sum / this.#weight;
    this.#epochs++;
    this.#underway = false;
    this.#options.optimizer.observe?.(validationLoss ?? loss);
    return loss;
  }

  async #assessEpoch(): Promise<Pick<EpochRecord, 'validationLoss' | 'metrics'>> {
    const { validation, assessed } = this.#sources;
    if (validation !== undefined) {
      const { loss, metrics } = await this.#assess(validation);
      return { validationLoss: loss, metrics };
    }
    if ((this.#options.metrics?.length ?? 0) === 0) return { metrics: {} };
    return { metrics: (await this.#assess(assessed)).metrics };
  }

  async #assess(source: Sources['training']): Promise<Assessment> {
    const { loss, metrics = [], signal } = this.#options;
    this.#pace.pause();
    try {
      return await assess(this.network, this.#executor, source, loss, metrics, { pace: this.#pace, signal });
    } finally {
      this.#pace.resume();
    }
  }
}

function expectState(state: TrainState): void {
  expectObject('state', state, 'a state from Trainer.state');
  const { epoch, random, optimizer, underway } = state;
  expectInteger('state.epoch', epoch, 0);
  expectArray('state.random', random);
  expectFinite('state.random', random);
  expectObject('state.optimizer', optimizer, 'the result of Optimizer.state');
  if (underway === undefined) return;
  expectObject('state.underway', underway, 'a state from Trainer.state');
  expectInteger('state.underway.batches', underway.batches, 0);
  expectFiniteNumber('state.underway.sum', underway.sum);
  expectFiniteNumber('state.underway.weight', underway.weight);
  if (underway.carried === undefined) return;
  expectArray('state.underway.carried', underway.carried);
  expectFinite('state.underway.carried', underway.carried);
}
