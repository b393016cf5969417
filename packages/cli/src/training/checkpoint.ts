/** `--checkpoint` and `--resume`: a training run can be interrupted at any time and resumed bit-for-bit. */
import type { Activation } from '@nnbp/core';
import { checkpoints, type Found, latestCheckpoint } from '@nnbp/formats/node';
import type { Callback } from '@nnbp/train';
import { visible } from '../visible.js';
import { type Io, note, pathIn } from '../io.js';
import { misuse, Problem } from '../problem.js';

/** The checkpoints that a training run writes, and the checkpoint that the run resumes from. */
export interface RunCheckpoints {
  readonly callbacks: readonly Callback[];
  readonly found?: Found;
}

interface RunOptions {
  readonly checkpoint?: string;
  readonly resume?: boolean;
  /** The activation of the hidden nodes, built-in or custom. */
  readonly activation: Activation;
}

/**
 * Opens the checkpoint directory, if the user set one.
 *
 * @param settings - The settings that determine the result. A checkpoint with other settings is rejected.
 */
export async function openCheckpoints(
  io: Io,
  { checkpoint: directory, resume = false, activation }: RunOptions,
  settings: Readonly<Record<string, unknown>>,
): Promise<RunCheckpoints> {
  if (directory === undefined) {
    if (resume) throw misuse('--resume requires checkpoints: set their directory with --checkpoint.');
    return { callbacks: [] };
  }
  const path = pathIn(io, directory);
  const found = await latestCheckpoint(path, activation.builtin ? {} : { activations: [activation] });
  const run = { callbacks: [checkpoints({ directory: path, metadata: settings })] };
  if (found === undefined) {
    if (resume) await note(io, `There is no checkpoint in ${directory} yet. Training starts at epoch 1.\n`);
    return run;
  }
  const { epoch } = found.checkpoint;
  if (!resume) {
    throw misuse(
      `${directory} contains checkpoints up to epoch ${epoch}. Add --resume to continue, or set another directory.`,
    );
  }
  for (const [name, value] of Object.entries(settings)) {
    if (JSON.stringify(found.metadata[name]) === JSON.stringify(value)) continue;
    const difference =
      name === 'columns'
        ? 'other columns or another loss'
        : `${name} ${JSON.stringify(found.metadata[name])}, not ${JSON.stringify(value)}`;
    throw new Problem(
      `The checkpoints in ${directory} belong to a training run with ${difference}. Use the same options, or set another directory.`,
    );
  }
  for (const { path: skippedPath, reason } of found.skipped)
    await note(io, visible(`${skippedPath} was skipped: ${reason.message}`));
  await note(io, `Resuming after epoch ${epoch}.\n`);
  return { ...run, found };
}
