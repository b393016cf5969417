/**
 * Tests paths that are not regular files, output files that are also input files, files that change while they are read,
 * and a full disk.
 */
import { execFile, spawn } from 'node:child_process';
import { link, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectUnchanged, fingerprint, readWhole, writeWhole } from '../src/files.js';
import { workspace } from './workspace.js';

const onUnix = process.platform === 'win32' ? describe.skip : describe;
const csv = `a,b,y\n${Array.from({ length: 40 }, (_, k) => `${k % 7},${k % 5},${2 * (k % 7) + (k % 5)}`).join('\n')}\n`;
const train = ['train', 'd.csv', '--target', 'y', '--epochs', '1', '--hidden', '1', '-o', 'm.nnbp'] as const;

// Windows has no devices, sockets or pipes with such paths.
onUnix('a path that is not a regular file', () => {
  it.each([
    ['/dev/zero', /device/],
    ['/dev/null', /device/],
    ['directory', /directory/],
    ['socket', /device|socket|ENXIO/],
    ['missing', /no such file/],
  ])('%s is rejected with a one-line error, as a model and as data', async (path, message) => {
    const { nnbp, directory } = await workspace({ 'd.csv': csv });
    await mkdir(join(directory, 'directory'));
    const server = createServer().listen(join(directory, 'socket'));
    onTestFinished(() => void server.close());
    await nnbp(...train);
    for (const argv of [
      ['convert', path, 'x.onnx'],
      ['convert', path, 'x.nnbp', '--from', 'pytorch', '--of', 'm.nnbp'],
      ['predict', 'm.nnbp', path],
      ['train', path, '--target', 'y'],
    ]) {
      const { code, stderr } = await nnbp(...argv);
      expect([argv, code === 1 || code === 2]).toEqual([argv, true]);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('predict reads a pipe once, as a model or as data, and train rejects it', async () => {
    const { nnbp, directory } = await workspace({ 'd.csv': csv });
    await nnbp(...train);
    const pipe = join(directory, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const expected = (await nnbp('predict', 'm.nnbp', 'd.csv')).stdout;
    const fill = (file: string) => spawn('sh', ['-c', 'cat "$0" > "$1"', join(directory, file), pipe]);
    fill('d.csv');
    expect((await nnbp('predict', 'm.nnbp', 'pipe')).stdout).toBe(expected);
    fill('m.nnbp');
    expect((await nnbp('predict', 'pipe', 'd.csv')).stdout).toBe(expected);
    expect((await nnbp('train', 'pipe', '--target', 'y')).stderr).toMatch(/more than once/);
  });

  it('a device is written to and never replaced', async () => {
    const { directory } = await workspace();
    const target = join(directory, 'sink');
    await symlink('/dev/null', target);
    await writeWhole(target, new Uint8Array(3));
    await expect(readWhole(target)).rejects.toThrow(/device/);
  });
});

onUnix('an output file that is also an input file', () => {
  it.each(['same name', 'symbolic link', 'hard link'])(
    'an output file that is also an input file is rejected before anything is written: %s',
    async (kind) => {
      const { nnbp, directory, read } = await workspace({ 'd.csv': csv });
      await nnbp(...train);
      const bytes = await readFile(join(directory, 'm.nnbp'));
      const name = async (file: string) => {
        if (kind === 'same name') return `./${file}`;
        const other = `other-${file}`;
        await (kind === 'hard link' ? link : symlink)(join(directory, file), join(directory, other));
        return other;
      };
      const [data, model] = [await name('d.csv'), await name('m.nnbp')];
      for (const argv of [
        ['predict', 'm.nnbp', 'd.csv', '-o', data],
        ['predict', 'm.nnbp', 'd.csv', '-o', model],
        ['convert', 'm.nnbp', model, '--to', 'onnx'],
        ['export', 'm.nnbp', '--to', 'onnx', '-o', model],
      ]) {
        const { code, stderr } = await nnbp(...argv);
        expect([code, stderr]).toEqual([2, expect.stringMatching(/would overwrite/)]);
      }
      expect(await read('d.csv')).toBe(csv);
      expect(await readFile(join(directory, 'm.nnbp'))).toEqual(bytes);
    },
  );
});

describe('a file that changes before it is read a second time', () => {
  it('a file that changes between two reads is detected by its modification time or length', async () => {
    const { directory } = await workspace({ 'd.csv': csv });
    const path = join(directory, 'd.csv');
    const before = await fingerprint(path);
    await expectUnchanged(path, before);
    await utimes(path, 1, 1);
    await expect(expectUnchanged(path, before)).rejects.toThrow(/changed while it was read/);
    const later = await fingerprint(path);
    await writeFile(path, `${csv}1,1,1\n`);
    await utimes(path, 1, 1);
    await expect(expectUnchanged(path, later)).rejects.toThrow(/changed/);
  });
});

// Only Linux has a device that is always full.
const onLinux = process.platform === 'linux' ? describe : describe.skip;
onLinux('a disk that is full', () => {
  it('a full disk is reported in one line', async () => {
    const { nnbp, directory } = await workspace({ 'd.csv': csv });
    await nnbp(...train);
    await symlink('/dev/full', join(directory, 'full'));
    for (const argv of [
      ['predict', 'm.nnbp', 'd.csv', '-o', 'full'],
      ['convert', 'm.nnbp', 'full', '--to', 'onnx'],
    ]) {
      const { code, stderr } = await nnbp(...argv);
      expect([argv[0], code, stderr]).toEqual([argv[0], 1, expect.stringMatching(/^nnbp: .*disk is full\.\n$/)]);
    }
  });
});
