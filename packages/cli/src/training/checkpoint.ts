/** `--checkpoint` and `--resume`: a training that may end at any moment, and resumes bit for bit. */
import type { Activation } from '@nnbp/core';
import { checkpoints, type Found, latestCheckpoint } from '@nnbp/formats/node';
import type { Callback } from '@nnbp/train';
import { visible } from '../visible.js';
import { type Io, note, pathIn } from '../io.js';
import { misuse, Problem } from '../problem.js';

/** What a training writes on its way, and what it resumes from. */
export interface Run {
  readonly callbacks: readonly Callback[];
  readonly found?: Found;
}

/** What the user said of checkpoints. */
interface RunOptions {
  readonly checkpoint?: string;
  readonly resume?: boolean;
  /** Of the hidden nodes: perhaps one of the user's own. */
  readonly activation: Activation;
}

/**
 * Opens the directory of checkpoints, if there is to be one.
 *
 * @param settings - What decides over the bits: a checkpoint of other settings is refused.
 */
export async function runIn(
  io: Io,
  { checkpoint: directory, resume = false, activation }: RunOptions,
  settings: Readonly<Record<string, unknown>>,
): Promise<Run> {
  if (directory === undefined) {
    if (resume) throw misuse('--resume continues from checkpoints: set their directory with --checkpoint.');
    return { callbacks: [] };
  }
  const path = pathIn(io, directory);
  const found = await latestCheckpoint(path, activation.builtin ? {} : { activations: [activation] });
  const run = { callbacks: [checkpoints({ directory: path, metadata: settings })] };
  if (found === undefined) {
    if (resume) await note(io, `There is no checkpoint in ${directory} yet: training starts at epoch 1.\n`);
    return run;
  }
  const { epoch } = found.checkpoint;
  if (!resume) {
    throw misuse(
      `${directory} holds checkpoints up to epoch ${epoch}: add --resume to continue, or set another directory.`,
    );
  }
  for (const [name, value] of Object.entries(settings)) {
    if (JSON.stringify(found.metadata[name]) === JSON.stringify(value)) continue;
    const shown =
      name === 'columns'
        ? 'other columns or another loss'
        : `${name} ${JSON.stringify(found.metadata[name])}, not ${JSON.stringify(value)}`;
    throw new Problem(
      `The checkpoints in ${directory} are of a training with ${shown}: use the same options, or set another directory.`,
    );
  }
  for (const { path: bad, reason } of found.skipped) await note(io, visible(`${bad} was skipped: ${reason.message}`));
  await note(io, `Resuming after epoch ${epoch}.\n`);
  return { ...run, found };
}
