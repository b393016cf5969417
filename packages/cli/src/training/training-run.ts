/** Chooses the epochs and batch size of a training run, and describes the run before it starts and after it ends. */
import type { Network } from '@nnbp/core';
import { nodeCount } from '../columns.js';
import { notesOn, reasonOf } from '../describe.js';
import { exitCodes, Problem } from '../problem.js';
import { counted } from '../table.js';
import { visible } from '../visible.js';
import type { Plan, TrainOptions } from './plan.js';

/** The default patience, in epochs, if there are validation rows. */
export const defaultPatience = 50;

/** The default number of epochs: 5 to 400, fewer for more rows. */
export const epochsFor = (rows: number): number => Math.min(400, Math.max(5, Math.round(400_000 / rows)));

export interface TrainingRun {
  readonly rows: Readonly<Record<'training' | 'validation' | 'test' | 'leftOut' | 'withoutTarget', number>>;
  readonly epochs: number;
  readonly batch: number;
  /**
   * Training stops after more than this many epochs without a lower validation loss, or, if there are no validation
   * rows, without a lower training loss. Undefined: no early stopping.
   */
  readonly patience: number | undefined;
}

/** The number of rows or sequences in each set, and the number left out. */
interface Sizes {
  readonly training: { readonly rows: number };
  readonly validation: { readonly rows: number };
  readonly test: { readonly rows: number };
  readonly gaps: { readonly count: number };
  readonly withoutTarget: { readonly count: number };
}

export function planTrainingRun({ optimizer }: Plan, options: TrainOptions, data: Sizes): TrainingRun {
  const { rows } = data.training;
  return {
    rows: {
      training: rows,
      validation: data.validation.rows,
      test: data.test.rows,
      leftOut: data.gaps.count,
      withoutTarget: data.withoutTarget.count,
    },
    epochs: options.epochs ?? epochsFor(rows),
    batch: Math.min(rows, options.batch ?? (optimizer.fullBatch === true ? rows : 32)),
    patience: options.patience ?? (data.validation.rows > 0 ? defaultPatience : undefined),
  };
}

/** The settings that must be unchanged to resume training. */
export const settingsOf = (
  { rate }: Plan,
  { rows, batch, patience }: TrainingRun,
  { hidden, activation, optimizer, seed, group }: TrainOptions,
) => ({
  seed,
  ...(group !== undefined && { group }),
  hidden,
  activation,
  optimizer,
  ...(rate !== undefined && { rate }),
  batch,
  rows,
  ...(patience !== undefined && { patience }),
});

/**
 * Describes the network and the training before it starts.
 *
 * @param unit - Noun for a row, in the singular.
 */
export function describeTrainingRun(
  { inputs, lossName, rate }: Plan,
  { rows, epochs, batch, patience }: TrainingRun,
  { graph }: Network,
  { hidden, activation, optimizer, group }: Pick<TrainOptions, 'hidden' | 'activation' | 'optimizer' | 'group'>,
  unit = 'row',
): string {
  const outputs = counted(graph.outputs.length, 'node');
  const layers = [nodeCount(inputs), ...hidden.map((size) => `${size} ${activation}`), outputs].join(' → ');
  const parts = [
    `${counted(rows.training, unit)} for training`,
    `${rows.validation > 0 ? rows.validation.toLocaleString('en') : 'none'} for validation`,
    `${rows.test > 0 ? rows.test.toLocaleString('en') : 'none'} for testing`,
  ];
  const watched = rows.validation > 0 ? 'validation' : 'training';
  const stop =
    patience === undefined
      ? ''
      : `, until the ${watched} loss has not decreased for more than ${counted(patience, 'epoch')}`;
  return (
    `\nNetwork:   ${layers}, ${counted(graph.parameterCount, 'parameter')}\n` +
    `Training:  ${lossName}, ${optimizer}${rate === undefined ? '' : ` with learning rate ${rate}`}, ${batch === rows.training ? `all ${unit}s in each step` : `batches of ${batch}`},\n` +
    `           up to ${counted(epochs, 'epoch')}${stop}\n` +
    `Data:      ${parts.join(', ')}${group === undefined ? '' : `, each group of "${visible(group)}" in only one set`}\n` +
    `${group === undefined ? '' : 'Note:      each row is predicted separately; --recurrent lstm reads each group as a sequence\n'}\n`
  );
}

/** Why and when training ended. */
export interface TrainingEnd {
  readonly stoppedBy: string;
  readonly epochs: number;
  /** The epoch whose parameters were kept. Undefined if these are the parameters of the last epoch. */
  readonly bestEpoch?: number;
  readonly seconds: number;
}

/** Describes how training ended; '' if it ran all epochs and kept the parameters of the last epoch. */
export function describeEnd({ stoppedBy, epochs, bestEpoch }: TrainingEnd, { rows }: TrainingRun): string {
  const verb = ({ 'early stopping': 'Stopped', converged: 'Converged' } as Record<string, string>)[stoppedBy];
  const stopped = verb === undefined ? '' : `${verb} after ${counted(epochs, 'epoch')}. `;
  if (bestEpoch === undefined) return stopped === '' ? '' : `${stopped.trim()}\n\n`;
  const watched = rows.validation > 0 ? 'validation' : 'training';
  return `${stopped}Kept the parameters of epoch ${bestEpoch}, where the ${watched} loss was lowest.\n\n`;
}

/** @throws Problem if training was interrupted. The model is already saved. */
export function expectFinished(
  { stoppedBy, epochs }: Pick<TrainingEnd, 'stoppedBy' | 'epochs'>,
  trainingRun: Pick<TrainingRun, 'epochs'>,
  output: string,
): void {
  if (stoppedBy !== 'interrupt') return;
  throw new Problem(
    `Stopped in epoch ${epochs} of ${trainingRun.epochs}. The current model has been saved to ${output}.`,
    exitCodes.interrupted,
  );
}

/** Summarizes a training run as an object, for --json. */
export const summaryOf = ({ csv, rows, guesses, lossName }: Plan, trainingRun: TrainingRun, { graph }: Network) => ({
  rows: { all: rows, ...trainingRun.rows },
  columns: guesses.map((guess) => ({
    name: guess.survey.name,
    role: guess.role,
    kind: guess.column?.kind,
    reason: reasonOf(guess),
  })),
  notes: notesOn(csv, guesses),
  network: { nodes: graph.nodeCount, edges: graph.edgeCount, parameters: graph.parameterCount },
  loss: lossName,
});
