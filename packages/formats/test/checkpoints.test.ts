import { tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, Network, NnbpError } from '@nnbp/core';
import { load, save } from '@nnbp/formats';
import { checkpoints, latestCheckpoint, writeAtomically } from '@nnbp/formats/node';
import { type Data, fit, Trainer } from '@nnbp/train';
import { build } from 'esbuild';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../src/checkpoint.js';
import { freshNetwork, options, xor } from './killed/run.js';

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'nnbp-checkpoints-'));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});
const bits = ({ parameters }: Network) => new BigUint64Array(parameters.vector.slice().buffer).join();
const train = (network: Network, directory: string, more: object = {}) =>
  fit(network, xor, { ...options(), epochs: 6, callbacks: [checkpoints({ directory })], ...more });

describe('checkpoints', () => {
  test('the newest three are kept, each whole, and the last goes on to the same bits', async () => {
    const directory = join(folder(), 'not', 'there', 'yet');
    await train(freshNetwork(), directory);
    expect(readdirSync(directory).sort()).toEqual([4, 5, 6].map((epoch) => `epoch-000000${epoch}.safetensors`));
    const found = (await latestCheckpoint(directory))!;
    expect([found.checkpoint.epoch, found.skipped]).toEqual([6, []]);
    await fit(found.network, xor, { ...options(), epochs: 12, resume: found.checkpoint });
    const whole = freshNetwork();
    await fit(whole, xor, { ...options(), epochs: 12 });
    expect(bits(found.network)).toBe(bits(whole));
  });

  test('each so many epochs, and the last; with what belongs to the model', async () => {
    const directory = folder();
    const callbacks = [checkpoints({ directory, every: 4, keep: 9, metadata: { columns: ['a'] } })];
    await train(freshNetwork(), directory, { callbacks });
    expect(readdirSync(directory).sort()).toEqual(['epoch-0000004.safetensors', 'epoch-0000006.safetensors']);
    expect((await latestCheckpoint(directory))?.metadata).toEqual({ columns: ['a'] });
  });

  test('a damaged one is passed over, with the reason; what is no checkpoint is left alone', async () => {
    const directory = folder();
    await train(freshNetwork(), directory);
    const newest = join(directory, 'epoch-0000006.safetensors');
    writeFileSync(newest, readFileSync(newest).subarray(0, 300));
    writeFileSync(join(directory, 'epoch-0000009.safetensors'), save(freshNetwork()));
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    const found = (await latestCheckpoint(directory))!;
    expect(found.checkpoint.epoch).toBe(5);
    expect(found.skipped.map(({ path }) => path.slice(-19))).toEqual(['0000009.safetensors', '0000006.safetensors']);
    expect(existsSync(join(directory, 'notes.txt'))).toBe(true);
    expect(await latestCheckpoint(join(directory, 'nowhere'))).toBeUndefined();
    expect(await latestCheckpoint(folder())).toBeUndefined();
  });

  test('a directory of another training is refused before anything is done; a damaged file of a later epoch gives way', async () => {
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

  test('a directory that is none is an error with its name', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    await expect(train(freshNetwork(), path)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(latestCheckpoint(path)).rejects.toThrow(path);
  });

  test('a missing activation is an error, not a damaged file', async () => {
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

  test('bad numbers are refused before training', () => {
    expect(() => checkpoints({ directory: '.', keep: 0 })).toThrow(NnbpError);
    expect(() => checkpoints({ directory: '.', every: 1.5 })).toThrow(/every/);
  });
});

describe('a state taken inside an epoch', () => {
  const sequences = Array.from({ length: 5 }, (_, n) => ({
    inputs: Array.from({ length: 3 + n }, (_, t) => [Math.sin(n + t), Math.cos(t)]),
    targets: Array.from({ length: 3 + n }, (_, t) => (t % 2 === 0 ? [Math.sin(n * t)] : null)),
  }));

  test.each<[string, Data, object]>([
    ['a table', xor, { batchSize: 1 }],
    ['truncated sequences', { sequences }, { batchSize: 2, truncate: 2 }],
  ])('resumes bit-for-bit from a file: %s', async (_, data, more) => {
    for (let steps = 1; steps < 9; steps++) {
      const whole = freshNetwork();
      const first = new Trainer(whole, data, { ...options(), ...more });
      for (let k = 0; k < steps; k++) await first.step();
      const { network, checkpoint } = load(save(whole, { checkpoint: first.state }));
      expect(checkpoint).toEqual(first.state);
      const second = new Trainer(network, data, { ...options(), ...more });
      second.restore(checkpoint!);
      for (let k = 0; k < 2; k++) expect((await second.epoch()).loss).toBe((await first.epoch()).loss);
      expect(bits(network)).toBe(bits(whole));
    }
  });

  test('keeps the state that the next part of a sequence continues', async () => {
    const network = () => {
      const builder = new GraphBuilder();
      builder.input('a');
      builder.input('b');
      builder.node('h', { from: ['a', 'b', delayed('h')], activation: tanh });
      builder.output('h');
      return new Network(builder.build(), { seed: 2 });
    };
    const more = { ...options(), batchSize: 2, truncate: 1 };
    const [whole, resumed] = [network(), network()];
    const first = new Trainer(whole, { sequences }, more);
    for (let k = 0; k < 4; k++) await first.step();
    expect(first.state.underway?.carried?.some((x) => x !== 0)).toBe(true);
    const { text, tensors } = writeCheckpoint(first.state);
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    resumed.parameters.vector.set(whole.parameters.vector);
    const second = new Trainer(resumed, { sequences }, { ...more, optimizer: options().optimizer });
    second.restore(readCheckpoint(JSON.parse(text), byName, whole.parameters.vector.length));
    for (const trainer of [first, second]) await trainer.epoch();
    expect(bits(resumed)).toBe(bits(whole));
  });

  test.each([
    ['a count that is none', { batches: -1, sum: 0, weight: 0 }],
    ['no sum', { batches: 1, weight: 0 }],
    ['an entry that is not known', { batches: 1, sum: 0, weight: 0, more: 1 }],
    ['a vector that is not there', { batches: 1, sum: 0, weight: 0, carried: 'checkpoint.7' }],
  ])('is refused with %s', (_, underway) => {
    const text = { epoch: 1, random: [1, 2, 3, 4], optimizer: { name: 'sgd', numbers: [], vectors: [] }, underway };
    expect(() => readCheckpoint(text, new Map(), 1)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});

describe('a file is written whole or not at all', () => {
  test('what was there stays when the new one cannot be written, and nothing unfinished is left', async () => {
    const directory = folder();
    const path = join(directory, 'model.safetensors');
    const network = freshNetwork();
    await writeAtomically(path, save(network));
    // A directory of the name of the file: the rename fails after all was written.
    const taken = join(directory, 'taken');
    await writeAtomically(join(directory, 'other'), save(network));
    mkdirSync(join(taken, 'inside'), { recursive: true });
    await expect(writeAtomically(taken, save(network))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(writeAtomically(join(directory, 'gone', 'model'), save(network))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { code: 'ENOENT' },
    });
    expect(readdirSync(directory).sort()).toEqual(['model.safetensors', 'other', 'taken']);
    expect(bits(load(readFileSync(path)).network)).toBe(bits(network));
  });

  test('on a disk that is full or read-only the last good checkpoint stays', async (context) => {
    const disk = folder();
    const mount = (...args: string[]) => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
    if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk)) {
      context.skip('A small disk of its own can be mounted only by root on Linux.');
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

  test('a training whose directory goes away ends with the error; its network has the last good step', async () => {
    const directory = join(folder(), 'run');
    const network = freshNetwork();
    const vanish = {
      onEpochBegin({ epoch }: { epoch: number }) {
        if (epoch === 3) rmSync(directory, { recursive: true });
      },
    };
    const run = train(network, directory, { callbacks: [vanish, checkpoints({ directory })] });
    await expect(run).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const three = freshNetwork();
    await fit(three, xor, { ...options(), epochs: 3 });
    expect(bits(network)).toBe(bits(three));
  });
});

describe('a process that is killed', () => {
  const kills = Number(process.env.KILLS ?? 30);

  test(
    `${kills} times at any moment loses at most the epoch under way`,
    { timeout: 30_000 + 2000 * kills },
    async () => {
      const place = folder();
      const directory = join(place, 'run');
      const program = join(place, 'train.mjs');
      await build({
        entryPoints: [join(import.meta.dirname, 'killed/train.ts')],
        bundle: true,
        platform: 'node',
        format: 'esm',
        conditions: ['@nnbp/source'],
        outfile: program,
      });
      const seed = Number(process.env.SEED ?? Date.now() % 1e6);
      console.log(`seed ${seed}`);
      let random = seed;
      const draw = (most: number) => (random = (random * 1103515245 + 12345) % 2 ** 31) % most;
      const peaceful = freshNetwork();
      const digests: string[] = [bits(peaceful)];
      let last = 0;
      const until = async (child: ChildProcess, wanted: () => boolean) => {
        while (!wanted()) await once(child.stdout!, 'data');
      };
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, [program, directory, '1000000'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
        // Its first line is where it begins; then one for each epoch. The kill meets it anywhere in the epochs after.
        const epochs = 1 + draw(8);
        await until(child, () => said.split('\n').length - 1 > epochs);
        for (let turns = draw(50); turns > 0; turns--) await immediate();
        child.kill('SIGKILL');
        await once(child, 'close');
        const told = Number(said.trimEnd().split('\n').at(-1));
        const found = await latestCheckpoint(directory);
        const epoch = found?.checkpoint.epoch ?? 0;
        // What was told was on the disk; at most one more may have been.
        expect([told, told + 1]).toContain(epoch);
        expect(epoch).toBeGreaterThanOrEqual(last);
        expect(found?.skipped ?? []).toEqual([]);
        last = epoch;
        const state = { onEpochEnd: ({ network }: { network: Network }) => void digests.push(bits(network)) };
        if (digests.length <= epoch) {
          digests.length = 1;
          await fit(freshNetwork(), xor, { ...options(), epochs: epoch, callbacks: [state] });
        }
        if (found) expect(bits(found.network), `epoch ${epoch}, seed ${seed}`).toBe(digests[epoch]);
      }
      // Each run was killed after at least one more epoch.
      expect(last, 'epochs survived').toBeGreaterThanOrEqual(kills);
      // The kept two, perhaps one that was to be removed, perhaps one unfinished.
      const left = readdirSync(directory);
      expect(left.filter((name) => name.endsWith('.safetensors')).length).toBeLessThanOrEqual(3);
      expect(left.filter((name) => name.endsWith('.tmp')).length).toBeLessThanOrEqual(1);
    },
  );
});
