import { tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, Network, NnbpError } from '@nnbp/core';
import { load, save } from '@nnbp/formats';
import { checkpoints, latestCheckpoint, writeAtomically } from '@nnbp/formats/node';
import { type Data, fit, type FitOptions, Trainer } from '@nnbp/train';
import { build } from 'esbuild';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../src/checkpoint.js';
import { xor } from '../../core/test/xor.js';
import { freshNetwork, options } from './killed/run.js';

const folders: string[] = [];
const folder = () => {
  const directory = mkdtempSync(join(tmpdir(), 'nnbp-checkpoints-'));
  folders.push(directory);
  return directory;
};
afterEach(() => {
  for (const directory of folders.splice(0)) rmSync(directory, { recursive: true, force: true });
});
const bits = ({ parameters }: Network) => new BigUint64Array(parameters.vector.slice().buffer).join();
const train = (network: Network, directory: string, overrides: object = {}) =>
  fit(network, xor, { ...options(), epochs: 6, callbacks: [checkpoints({ directory })], ...overrides });

/** Bundles `killed/train.ts`. Returns the path of the program. */
async function trainingProgram(parent: string): Promise<string> {
  const program = join(parent, 'train.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'killed/train.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@nnbp/source'],
    outfile: program,
  });
  return program;
}

describe('checkpoints', () => {
  test('the newest three checkpoints are kept, and training resumes bit-for-bit from the newest', async () => {
    const directory = join(folder(), 'not', 'there', 'yet');
    await train(freshNetwork(), directory);
    expect(readdirSync(directory).sort()).toEqual([4, 5, 6].map((epoch) => `epoch-000000${epoch}.safetensors`));
    const latest = (await latestCheckpoint(directory))!;
    expect([latest.checkpoint.epoch, latest.skipped]).toEqual([6, []]);
    await fit(latest.network, xor, { ...options(), epochs: 12, resume: latest.checkpoint });
    const whole = freshNetwork();
    await fit(whole, xor, { ...options(), epochs: 12 });
    expect(bits(latest.network)).toBe(bits(whole));
  });

  test('training with frozen parameters resumes bit-for-bit from a checkpoint', async () => {
    const directory = folder();
    const freeze: FitOptions['freeze'] = ({ name }) => name === 'b';
    await train(freshNetwork(), directory, { freeze });
    const { network, checkpoint, skipped } = (await latestCheckpoint(directory))!;
    expect([checkpoint.epoch, skipped]).toEqual([6, []]);
    await fit(network, xor, { ...options(), freeze, epochs: 12, resume: checkpoint });
    const whole = freshNetwork();
    await fit(whole, xor, { ...options(), freeze, epochs: 12 });
    expect(bits(network)).toBe(bits(whole));
    // Without `freeze`, the vectors in the optimizer's saved state are too short.
    const thawed = fit(network, xor, { ...options(), epochs: 13, resume: checkpoint });
    await expect(thawed).rejects.toMatchObject({ code: 'WRONG_LENGTH' });
  });

  test('a checkpoint is written every `every` epochs and after the last epoch, and contains the metadata', async () => {
    const directory = folder();
    const callbacks = [checkpoints({ directory, every: 4, keep: 9, metadata: { columns: ['a'] } })];
    await train(freshNetwork(), directory, { callbacks });
    expect(readdirSync(directory).sort()).toEqual(['epoch-0000004.safetensors', 'epoch-0000006.safetensors']);
    expect((await latestCheckpoint(directory))?.metadata).toEqual({ columns: ['a'] });
  });

  test('corrupt files and models without a checkpoint are skipped, and other files are kept', async () => {
    const directory = folder();
    await train(freshNetwork(), directory);
    const newest = join(directory, 'epoch-0000006.safetensors');
    writeFileSync(newest, readFileSync(newest).subarray(0, 300));
    writeFileSync(join(directory, 'epoch-0000009.safetensors'), save(freshNetwork()));
    writeFileSync(join(directory, 'notes.txt'), 'a note');
    const latest = (await latestCheckpoint(directory))!;
    expect(latest.checkpoint.epoch).toBe(5);
    expect(latest.skipped.map(({ path }) => path.slice(-19))).toEqual(['0000009.safetensors', '0000006.safetensors']);
    expect(existsSync(join(directory, 'notes.txt'))).toBe(true);
    expect(await latestCheckpoint(join(directory, 'nowhere'))).toBeUndefined();
    expect(await latestCheckpoint(folder())).toBeUndefined();
  });

  test('a directory of another training run is rejected before anything is changed; a resumed run removes corrupt files of later epochs', async () => {
    const directory = folder();
    await train(freshNetwork(), directory);
    const network = freshNetwork();
    const before = bits(network);
    await expect(train(network, directory, { epochs: 2 })).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect(bits(network)).toBe(before);
    expect(readdirSync(directory)).toHaveLength(3);

    for (const epoch of [5, 6]) writeFileSync(join(directory, `epoch-000000${epoch}.safetensors`), 'lost');
    const { network: resumed, checkpoint } = (await latestCheckpoint(directory))!;
    await train(resumed, directory, { epochs: 5, resume: checkpoint });
    expect(readdirSync(directory).sort()).toEqual(['epoch-0000004.safetensors', 'epoch-0000005.safetensors']);
    expect((await latestCheckpoint(directory))!.skipped).toEqual([]);
  });

  test('a file of a later epoch that cannot be read is reported and kept', async () => {
    const directory = folder();
    const path = join(directory, 'epoch-0000009.safetensors');
    // A directory cannot be read as a file, not even by root.
    mkdirSync(path);
    const error = await train(freshNetwork(), directory).catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`"${path}" cannot be used`) as string,
    });
    // No lock is left.
    expect(readdirSync(directory)).toEqual(['epoch-0000009.safetensors']);
  });

  test('a path that is not a directory is rejected, and the error names it', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    await expect(train(freshNetwork(), path)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(latestCheckpoint(path)).rejects.toThrow(path);
  });

  test('an unknown activation is reported as such, not as a corrupt file', async () => {
    const directory = folder();
    writeFileSync(
      join(directory, 'epoch-0000001.safetensors'),
      Buffer.from(
        Buffer.from(save(freshNetwork()))
          .toString('latin1')
          .replace('{\\"name\\":\\"tanh\\"}', '{\\"name\\":\\"tanx\\"}'),
        'latin1',
      ),
    );
    await expect(latestCheckpoint(directory)).rejects.toThrow(/tanx/);
  });

  test('invalid numbers in the options are rejected before training', () => {
    expect(() => checkpoints({ directory: '.', keep: 0 })).toThrow(NnbpError);
    expect(() => checkpoints({ directory: '.', every: 1.5 })).toThrow(/every/);
  });
});

describe('a directory is locked by one training run at a time', () => {
  const locks = (directory: string) => readdirSync(directory).filter((name) => name.endsWith('.lock'));
  const inUseError = expect.objectContaining({ code: 'WRONG_STATE' }) as Error;

  test('a second training run in the same process is rejected, and the first continues', async () => {
    const directory = folder();
    const callback = checkpoints({ directory });
    const second: unknown[] = [];
    const start = async ({ epoch }: { epoch: number }) => {
      if (epoch !== 2) return;
      for (const callbacks of [[checkpoints({ directory })], [callback]]) {
        second.push(await train(freshNetwork(), directory, { callbacks }).catch((error: unknown) => error));
      }
      expect(locks(directory)).toHaveLength(1);
    };
    await train(freshNetwork(), directory, { callbacks: [callback, { onEpochEnd: start }] });
    expect(second).toEqual([inUseError, inUseError]);
    expect((second[0] as Error).message).toContain(`process ${process.pid} on `);
    expect(locks(directory)).toEqual([]);
    expect((await latestCheckpoint(directory))!.checkpoint.epoch).toBe(6);
  });

  test('if eight training runs start together in one process, only one of them continues', async () => {
    const directory = folder();
    const runs = await Promise.allSettled(Array.from({ length: 8 }, () => train(freshNetwork(), directory)));
    expect(runs.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(locks(directory)).toEqual([]);
  });

  test.each(['onTrainBegin', 'onEpochBegin', 'onEpochEnd'] as const)(
    'the directory is unlocked after an error and after an abort in %s',
    async (event) => {
      const directory = folder();
      const fail = () => Promise.reject(new Error('on purpose'));
      const failed = train(freshNetwork(), directory, { callbacks: [checkpoints({ directory }), { [event]: fail }] });
      await expect(failed).rejects.toThrow('on purpose');
      expect(locks(directory)).toEqual([]);

      const controller = new AbortController();
      // The abort comes while the directory is being locked, or while a checkpoint is being written.
      const abort = { [event]: () => void setImmediate(() => controller.abort(new Error('enough'))) };
      const other = join(directory, 'other');
      const callbacks = [abort, checkpoints({ directory: other })];
      const aborted = train(freshNetwork(), other, { callbacks, signal: controller.signal });
      await expect(aborted).rejects.toThrow('enough');
      expect(readdirSync(other).filter((name) => !/^epoch-\d+\.safetensors$/.test(name))).toEqual([]);
    },
  );

  test('while another process saves checkpoints to a directory, a second training run there is rejected; after that process is killed, its run can be resumed', async () => {
    const parent = folder();
    const directory = join(parent, 'run');
    const child = spawn(process.execPath, [await trainingProgram(parent), directory, '1000000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
    // The program writes the first line before it locks the directory, and the second after its first epoch.
    while (output.split('\n').length < 3) await once(child.stdout, 'data');
    await expect(train(freshNetwork(), directory)).rejects.toThrow(
      `"${directory}" is in use by another training run: process ${child.pid} on `,
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(locks(directory)).toHaveLength(1);
    const latest = await latestCheckpoint(directory);
    const epochs = (latest?.checkpoint.epoch ?? 0) + 1;
    await train(latest?.network ?? freshNetwork(), directory, { epochs, ...(latest && { resume: latest.checkpoint }) });
    expect(locks(directory)).toEqual([]);
    expect((await latestCheckpoint(directory))!.checkpoint.epoch).toBe(epochs);
  });

  test.runIf(existsSync('/proc/self/stat'))(
    'a lock whose process id now belongs to another process is removed',
    async () => {
      const directory = folder();
      writeFileSync(join(directory, `run-${process.ppid}-1-${encodeURIComponent(hostname())}.lock`), '');
      await train(freshNetwork(), directory);
      expect(locks(directory)).toEqual([]);
    },
  );

  test('a lock file of another machine blocks training, and the error names the file', async () => {
    const directory = folder();
    const name = 'run-7-1-elsewhere%2F..lock';
    writeFileSync(join(directory, name), '');
    await expect(train(freshNetwork(), directory)).rejects.toThrow(`delete "${join(directory, name)}".`);
    expect(readdirSync(directory)).toEqual([name]);
  });
});

describe('a state taken within an epoch', () => {
  const sequences = Array.from({ length: 5 }, (_, n) => ({
    inputs: Array.from({ length: 3 + n }, (_, t) => [Math.sin(n + t), Math.cos(t)]),
    targets: Array.from({ length: 3 + n }, (_, t) => (t % 2 === 0 ? [Math.sin(n * t)] : null)),
  }));

  test.each<[string, Data, object]>([
    ['a table', xor, { batchSize: 1 }],
    ['truncated sequences', { sequences }, { batchSize: 2, truncate: 2 }],
  ])('training resumes bit-for-bit from a file that was saved within an epoch: %s', async (_, data, overrides) => {
    for (let steps = 1; steps < 9; steps++) {
      const whole = freshNetwork();
      const first = new Trainer(whole, data, { ...options(), ...overrides });
      for (let k = 0; k < steps; k++) await first.step();
      const { network, checkpoint } = load(save(whole, { checkpoint: first.state }));
      expect(checkpoint).toEqual(first.state);
      const second = new Trainer(network, data, { ...options(), ...overrides });
      second.restore(checkpoint!);
      for (let k = 0; k < 2; k++) expect((await second.epoch()).loss).toBe((await first.epoch()).loss);
      expect(bits(network)).toBe(bits(whole));
    }
  });

  test('a saved state contains the recurrent state for the next part of a sequence', async () => {
    const network = () => {
      const builder = new GraphBuilder();
      builder.input('a');
      builder.input('b');
      builder.node('h', { from: ['a', 'b', delayed('h')], activation: tanh });
      builder.output('h');
      return new Network(builder.build(), { seed: 2 });
    };
    const trainingOptions = { ...options(), batchSize: 2, truncate: 1 };
    const [whole, resumed] = [network(), network()];
    const first = new Trainer(whole, { sequences }, trainingOptions);
    for (let k = 0; k < 4; k++) await first.step();
    expect(first.state.underway?.carried?.some((x) => x !== 0)).toBe(true);
    const { text, tensors } = writeCheckpoint(first.state);
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    resumed.parameters.vector.set(whole.parameters.vector);
    const second = new Trainer(resumed, { sequences }, { ...trainingOptions, optimizer: options().optimizer });
    second.restore(readCheckpoint(JSON.parse(text), byName, whole.parameters.vector.length));
    for (const trainer of [first, second]) await trainer.epoch();
    expect(bits(resumed)).toBe(bits(whole));
  });

  test.each([
    ['a negative count', { batches: -1, sum: 0, weight: 0 }],
    ['no sum', { batches: 1, weight: 0 }],
    ['an unknown entry', { batches: 1, sum: 0, weight: 0, more: 1 }],
    ['a missing vector', { batches: 1, sum: 0, weight: 0, carried: 'checkpoint.7' }],
  ])('a state with %s is rejected', (_, underway) => {
    const text = { epoch: 1, random: [1, 2, 3, 4], optimizer: { name: 'sgd', numbers: [], vectors: [] }, underway };
    expect(() => readCheckpoint(text, new Map(), 1)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});

describe('a file is written completely or not at all', () => {
  test('an existing file is kept if the new one cannot be written, and no partial file is left', async () => {
    const directory = folder();
    const path = join(directory, 'model.safetensors');
    const network = freshNetwork();
    await writeAtomically(path, save(network));
    // A directory has the name of the file, so the rename fails after everything has been written.
    const existing = join(directory, 'taken');
    await writeAtomically(join(directory, 'other'), save(network));
    mkdirSync(join(existing, 'inside'), { recursive: true });
    await expect(writeAtomically(existing, save(network))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(writeAtomically(join(directory, 'gone', 'model'), save(network))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { code: 'ENOENT' },
    });
    expect(readdirSync(directory).sort()).toEqual(['model.safetensors', 'other', 'taken']);
    expect(bits(load(readFileSync(path)).network)).toBe(bits(network));
  });

  test('the last valid checkpoint is kept if the disk is full or read-only', async (context) => {
    const disk = folder();
    const mount = (...args: string[]) => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
    if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk)) {
      context.skip('Mounting a small disk requires root on Linux.');
    }
    try {
      const directory = join(disk, 'run');
      const network = freshNetwork();
      await train(network, directory, { epochs: 2 });
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(40_000));
      let epoch = 2;
      const grow = { onEpochEnd: () => writeFileSync(join(disk, `ballast${++epoch}`), Buffer.alloc(8_000)) };
      const { network: resumed, checkpoint } = (await latestCheckpoint(directory))!;
      const full = train(resumed, directory, {
        epochs: 20,
        resume: checkpoint,
        callbacks: [checkpoints({ directory, keep: 99 }), grow],
      });
      await expect(full).rejects.toThrow(/ENOSPC|no space/);
      expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      const last = (await latestCheckpoint(directory))!;
      expect(last.skipped).toEqual([]);

      expect(mount('-o', 'remount,ro', disk)).toBe(true);
      await expect(train(last.network, directory, { epochs: 30, resume: last.checkpoint })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        cause: { code: 'EROFS' },
      });
      expect((await latestCheckpoint(directory))!.path).toBe(last.path);
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  test('fit rejects if the directory is removed during training, and the network keeps the parameters of the last valid step', async () => {
    const directory = join(folder(), 'run');
    const network = freshNetwork();
    const removeDirectory = {
      onEpochBegin({ epoch }: { epoch: number }) {
        if (epoch === 3) rmSync(directory, { recursive: true });
      },
    };
    const run = train(network, directory, { callbacks: [removeDirectory, checkpoints({ directory })] });
    await expect(run).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const three = freshNetwork();
    await fit(three, xor, { ...options(), epochs: 3 });
    expect(bits(network)).toBe(bits(three));
  });
});

describe('a training process that is killed', () => {
  const kills = Number(process.env.KILLS ?? 10);

  test(
    `a training process that is killed at a random moment loses at most the current epoch (kills: ${kills})`,
    { timeout: 30_000 + 2000 * kills },
    async () => {
      const parent = folder();
      const directory = join(parent, 'run');
      const program = await trainingProgram(parent);
      const seed = Number(process.env.SEED ?? Date.now() % 1e6);
      console.log(`seed ${seed}`);
      let random = seed;
      const draw = (max: number) => (random = (random * 1103515245 + 12345) % 2 ** 31) % max;
      const bitsByEpoch: string[] = [bits(freshNetwork())];
      let last = 0;
      const until = async (child: ChildProcess, condition: () => boolean) => {
        while (!condition()) await once(child.stdout!, 'data');
      };
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, [program, directory, '1000000'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
        // The program first writes the epoch that it resumes from, then a line for each epoch.
        const epochs = 1 + draw(8);
        await until(child, () => output.split('\n').length - 1 > epochs);
        for (let turns = draw(50); turns > 0; turns--) await immediate();
        child.kill('SIGKILL');
        await once(child, 'close');
        const reported = Number(output.trimEnd().split('\n').at(-1));
        const latest = await latestCheckpoint(directory);
        const epoch = latest?.checkpoint.epoch ?? 0;
        // Every reported epoch is on disk, and at most one epoch that was not reported.
        expect([reported, reported + 1]).toContain(epoch);
        expect(epoch).toBeGreaterThanOrEqual(last);
        expect(latest?.skipped ?? []).toEqual([]);
        last = epoch;
        const recordBits = { onEpochEnd: ({ network }: { network: Network }) => void bitsByEpoch.push(bits(network)) };
        if (bitsByEpoch.length <= epoch) {
          bitsByEpoch.length = 1;
          await fit(freshNetwork(), xor, { ...options(), epochs: epoch, callbacks: [recordBits] });
        }
        if (latest) expect(bits(latest.network), `epoch ${epoch}, seed ${seed}`).toBe(bitsByEpoch[epoch]);
      }
      // Each process completed at least one epoch before it was killed.
      expect(last, 'epochs survived').toBeGreaterThanOrEqual(kills);
      // Two checkpoints are kept. There may be one more checkpoint, which was about to be removed, and one unfinished
      // file.
      const left = readdirSync(directory);
      expect(left.filter((name) => name.endsWith('.safetensors')).length).toBeLessThanOrEqual(3);
      expect(left.filter((name) => name.endsWith('.tmp')).length).toBeLessThanOrEqual(1);
    },
  );
});
