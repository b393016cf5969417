/** Writes checkpoints to disk during training, and keeps the newest few. */
import { expectInteger, type Network, NnbpError } from '@nnbp/core';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../checkpoint.js';
import { load, type Loaded } from '../load.js';
import type { Plugins } from '../plugins.js';
import { save, type SaveOptions } from '../save.js';
import { lockDirectory } from './directory-lock.js';
import { temporaryName, writeAtomically } from './write-atomically.js';

const checkpointName = /^epoch-(\d{7,})\.safetensors$/;
const nameOf = (epoch: number) => `epoch-${String(epoch).padStart(7, '0')}.safetensors`;

/** Options of {@link checkpoints}. */
export interface CheckpointOptions {
  /**
   * The directory for the checkpoints of one training run. Created if it does not exist, and locked while training
   * runs.
   */
  readonly directory: string;
  /** The number of checkpoints to keep, an integer ≥ 1. Default: 3. */
  readonly keep?: number;
  /** The number of epochs between checkpoints, an integer ≥ 1. Default: 1. */
  readonly every?: number;
  /** The loss to store in each checkpoint; see `save`. */
  readonly loss?: SaveOptions['loss'];
  /** The metadata to store in each checkpoint; see `save`. */
  readonly metadata?: SaveOptions['metadata'];
}

/** The properties of `Progress` that {@link checkpoints} uses. */
export interface EpochEnd {
  /** The network. */
  readonly network: Network;
  /** The epoch that has ended, counted from 1. */
  readonly epoch: number;
  /** The number of epochs of the training run. */
  readonly epochs: number;
  /** Returns the state from which training can resume. */
  state(): Checkpoint;
}

/**
 * Returns a callback for `fit` that writes a checkpoint every `every` epochs, and also after the last epoch unless
 * training stops early. Every checkpoint file is complete, even if the process is killed while it writes. The next run
 * removes the temporary files that a killed process left. A file `run-….lock` locks the directory while training runs.
 *
 * @throws NnbpError `OUT_OF_RANGE`; before training, `WRONG_STATE` (another training run uses the directory, or the
 * directory has checkpoints of epochs after the one that training starts from) and `UNAVAILABLE` (the directory cannot
 * be created or read, or a checkpoint of a later epoch cannot be read); during training, `UNAVAILABLE` (the disk is
 * full, read-only or removed): training ends, and the existing checkpoints remain
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { checkpoints, latestCheckpoint } from '@nnbp/formats/node';
 * import { mse } from '@nnbp/losses';
 * import { adam } from '@nnbp/optim';
 * import { fit } from '@nnbp/train';
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * const directory = await mkdtemp(join(tmpdir(), 'run-'));
 * const data = { inputs: [[0], [1]], targets: [[1], [0]] };
 * const options = { loss: mse(), optimizer: adam(), callbacks: [checkpoints({ directory })] };
 * await fit(new Network(mlp([1, 1], { activation: tanh })), data, { ...options, epochs: 5 });
 *
 * // Later, for example after a crash:
 * const { network, checkpoint } = (await latestCheckpoint(directory))!;
 * checkpoint.epoch; // 5
 * await fit(network, data, { ...options, epochs: 10, resume: checkpoint });
 * ```
 */
export function checkpoints({ directory, keep = 3, every = 1, loss, metadata }: CheckpointOptions): {
  /** Creates and locks the directory, and removes temporary and damaged files that an earlier run left. */
  onTrainBegin(progress: Pick<EpochEnd, 'epoch'>): Promise<void>;
  /** Writes a checkpoint if one is due, and deletes those that exceed `keep`. */
  onEpochEnd(progress: EpochEnd): Promise<void>;
  /** Unlocks the directory. */
  teardown(progress: object): Promise<void>;
} {
  expectInteger('checkpoints: keep', keep, 1);
  expectInteger('checkpoints: every', every, 1);
  const write = async ({ network, epoch, state }: EpochEnd) => {
    // The current state, taken before the first await.
    const file = save(network, { checkpoint: state(), ...(loss && { loss }), ...(metadata && { metadata }) });
    await writeAtomically(join(directory, nameOf(epoch)), file);
    const old = (await list(directory)).slice(keep);
    await Promise.all(old.map((name) => rm(join(directory, name), { force: true })));
  };
  /**
   * For each training run, keyed by its progress object: a promise of the function that unlocks the directory, and a
   * promise of the last write. `teardown` waits for both, since `fit` does not wait for them after an abort.
   */
  const runs = new WeakMap<object, { readonly unlock: Promise<() => Promise<void>>; written?: Promise<void> }>();
  return {
    async onTrainBegin(progress) {
      const unlock = prepare(directory, progress.epoch);
      runs.set(progress, { unlock });
      await unlock;
    },
    async onEpochEnd(progress) {
      const { epoch, epochs } = progress;
      if (epoch % every !== 0 && epoch !== epochs) return;
      const written = write(progress);
      const run = runs.get(progress);
      if (run) run.written = written;
      await written;
    },
    async teardown(progress) {
      const run = runs.get(progress);
      // Errors of the write and of the lock have already ended training.
      await run?.written?.catch(() => undefined);
      const unlock = await run?.unlock.catch(() => undefined);
      await unlock?.();
    },
  };
}

/** A file that could not be loaded. */
export interface Skipped {
  /** The path of the file. */
  readonly path: string;
  /** The reason that the file could not be loaded. */
  readonly reason: Error;
}

/** A checkpoint that was found, and those that were skipped. */
export interface Found extends Loaded {
  /** The checkpoint, for the `resume` option of `fit`. */
  readonly checkpoint: Checkpoint;
  /** The path of its file. */
  readonly path: string;
  /** Newer files that could not be loaded, with the reasons. */
  readonly skipped: readonly Skipped[];
}

/**
 * Loads the newest valid checkpoint in a directory. Resolves to undefined if there is none.
 *
 * @param plugins - Custom activations, aggregations and losses, as for `load`.
 * @throws NnbpError `UNAVAILABLE` (a directory or file that cannot be read), and any error of `load` other than
 * `MALFORMED`, for example `MISSING_PLUGIN`
 */
export async function latestCheckpoint(directory: string, plugins?: Plugins): Promise<Found | undefined> {
  const skipped: Skipped[] = [];
  for (const name of await list(directory)) {
    const path = join(directory, name);
    try {
      const { checkpoint, ...loaded } = load(await readFile(path), plugins);
      if (checkpoint !== undefined) return { ...loaded, checkpoint, path, skipped };
      skipped.push({ path, reason: new Error('The file contains a model without a checkpoint.') });
    } catch (error) {
      if (!isDamage(error)) throw error instanceof NnbpError ? error : unavailable(path, error as Error);
      skipped.push({ path, reason: error as Error });
    }
  }
  return undefined;
}

const epochOf = (name: string) => Number(checkpointName.exec(name)?.[1]);

/** The file names of the checkpoints, newest first. Empty if the directory does not exist. */
async function list(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw unavailable(directory, error as Error);
  });
  return names.filter((name) => checkpointName.test(name)).sort((one, other) => epochOf(other) - epochOf(one));
}

/**
 * Creates and locks the directory. Removes temporary files of a killed process, and damaged files of later epochs.
 * Resolves to a function that unlocks the directory.
 */
async function prepare(directory: string, epoch: number): Promise<() => Promise<void>> {
  let unlock: (() => Promise<void>) | undefined;
  try {
    await mkdir(directory, { recursive: true });
    unlock = await lockDirectory(directory);
    const later = (await list(directory)).filter((name) => epochOf(name) > epoch);
    for (const name of later) await expectDamaged(join(directory, name), epoch);
    const temporary = (await readdir(directory)).filter((name) =>
      checkpointName.test(temporaryName.exec(name)?.[1] ?? ''),
    );
    await Promise.all([...later, ...temporary].map((name) => rm(join(directory, name), { force: true })));
    return unlock;
  } catch (error) {
    await unlock?.();
    throw error instanceof NnbpError ? error : unavailable(directory, error as Error);
  }
}

/**
 * Throws unless the file is damaged: a valid checkpoint of a later epoch would count as the newest, and the checkpoints
 * of this run would be deleted.
 */
async function expectDamaged(path: string, epoch: number): Promise<void> {
  const file = await readFile(path).catch((error: unknown) => {
    throw unavailable(path, error as Error);
  });
  try {
    load(file);
  } catch (error) {
    if (isDamage(error)) return;
  }
  throw new NnbpError(
    'WRONG_STATE',
    `"${path}" is a checkpoint of a later epoch than epoch ${epoch}, from which training starts. ` +
      'Resume from latestCheckpoint(directory), move the file, or use another directory.',
  );
}

/** Whether the error shows that a file is damaged. A file in a newer version of the format is not damaged. */
const isDamage = (error: unknown) => error instanceof NnbpError && error.code === 'MALFORMED';

const unavailable = (path: string, error: Error) =>
  new NnbpError('UNAVAILABLE', `"${path}" cannot be used (${error.message}).`, { cause: error });
