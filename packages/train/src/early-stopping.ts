/** Early stopping: ends training when the loss stops falling, and restores the parameters of the best epoch. */
import { expectInteger, type FloatArray, NnbpError } from '@nnbp/core';

/** Options of early stopping. */
export interface EarlyStoppingOptions {
  /** Training stops after more than this many consecutive epochs without improvement. An integer ≥ 0. */
  readonly patience: number;
  /** An epoch is an improvement if its loss is lower than the best loss by more than this. Default: 0. */
  readonly minimumImprovement?: number;
  /** The loss to monitor. Default: the validation loss if there is validation data, else the training loss. */
  readonly monitor?: 'validation' | 'training';
}

/** The state between epochs. */
export interface EarlyStoppingState {
  /** The loss of the best epoch. */
  readonly best: number;
  /** The best epoch, counted from 1: the last one that was an improvement. */
  readonly bestEpoch: number;
  /** The parameters at the end of that epoch. */
  readonly parameters: FloatArray;
}

export class EarlyStopping {
  #state: EarlyStoppingState | undefined;

  constructor(
    readonly options: EarlyStoppingOptions,
    hasValidation: boolean,
    state?: EarlyStoppingState,
  ) {
    expectInteger('earlyStopping.patience', options.patience, 0);
    if (options.monitor === 'validation' && !hasValidation) {
      throw new NnbpError(
        'EMPTY_DATA',
        'earlyStopping monitors the validation loss: set `validation` to a data set or a fraction of the training data.',
      );
    }
    this.#state = state;
  }

  /** Undefined before the first epoch. */
  get state(): EarlyStoppingState | undefined {
    return this.#state;
  }

  /** Records the losses of epoch number `epoch`, an integer ≥ 1. Returns true if training should stop. */
  observe(epoch: number, trainingLoss: number, validationLoss: number | undefined, parameters: FloatArray): boolean {
    const { patience, minimumImprovement = 0, monitor = 'validation' } = this.options;
    const loss = monitor === 'validation' ? (validationLoss ?? trainingLoss) : trainingLoss;
    if (this.#state === undefined || loss < this.#state.best - minimumImprovement) {
      this.#state = { best: loss, bestEpoch: epoch, parameters: parameters.slice() };
    }
    return epoch - this.#state.bestEpoch > patience;
  }
}
