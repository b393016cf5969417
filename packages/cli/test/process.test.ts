/** Tests the program as a separate process: memory, signals and pipes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { irisCsv, workspace } from './workspace.js';

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('../src/nnbp.ts', import.meta.url));

/** Starts the program from its sources. */
function start(cwd: string, argv: readonly string[], nodeOptions: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(
    process.execPath,
    [...nodeOptions, '--import', loader, '--conditions=@nnbp/source', program, ...argv],
    { cwd, env: { ...process.env, ...env } },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

describe('the nnbp program', () => {
  it(
    'train reads a file that is larger than the heap of the process, and leaves no temporary file',
    { timeout: 180_000 },
    async () => {
      const { directory } = await workspace();
      const path = join(directory, 'large.csv');
      const file = createWriteStream(path);
      file.write('x,z,kind,remark,y\n');
      const remark = 'as people write it '.repeat(32);
      // Sorted by kind, as exported tables often are. Training must shuffle the rows.
      for (let k = 0; k < 120_000; k++) {
        const x = ((k * 7919) % 10_007) / 10_007;
        const z = ((k * 104_729) % 1009) / 1009;
        const kind = Math.floor(k / 40_000);
        const line = `${x.toFixed(5)},${z.toFixed(4)},${'abc'[kind]},${remark}${k},${(x + x * z + kind).toFixed(5)}\n`;
        if (!file.write(line)) await once(file, 'drain');
      }
      file.end();
      await finished(file);
      const megabytes = (await stat(path)).size / 2 ** 20;
      expect(megabytes).toBeGreaterThan(70);

      const scratch = join(directory, 'scratch');
      await mkdir(scratch);
      const argv = ['train', 'large.csv', '-t', 'y', '--epochs', '2', '--batch', '64', '--json'];
      const { code, stdout, stderr } = await start(directory, argv, ['--max-old-space-size=64'], { TMPDIR: scratch })
        .ended;
      expect([code, stderr]).toEqual([0, '']);
      const { rows, test } = JSON.parse(stdout) as {
        rows: unknown;
        test: { metrics: Record<string, number> };
      };
      expect(rows).toEqual({
        all: 120_000,
        training: 76_800,
        validation: 19_200,
        test: 24_000,
        leftOut: 0,
        withoutTarget: 0,
      });
      expect(test.metrics.rSquared).toBeGreaterThan(0.99);
      expect((await readdir(scratch)).filter((name) => name.startsWith('nnbp-'))).toEqual([]);
    },
  );

  it('train saves the model and exits with 130 on Ctrl-C', { timeout: 60_000 }, async () => {
    const { directory, nnbp } = await workspace({ 'iris.csv': irisCsv });
    const argv = [
      'train',
      'iris.csv',
      '-t',
      'species',
      '--epochs',
      '1000000',
      '--validation-split',
      '0',
      '--checkpoint',
      'run',
    ];
    const { child, ended } = start(directory, argv);
    await expect.poll(() => readdir(join(directory, 'run')).catch(() => []), { timeout: 30_000 }).not.toEqual([]);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('The current model has been saved to iris.nnbp.safetensors');
    expect((await nnbp('evaluate', 'iris.nnbp.safetensors', 'iris.csv')).code).toBe(0);
  });

  it('predict exits with 0 if the reader, such as `head`, closes the pipe early', { timeout: 60_000 }, async () => {
    const { directory, write, nnbp } = await workspace({ 'iris.csv': irisCsv });
    await nnbp('train', 'iris.csv', '-t', 'species', '--epochs', '1');
    const [header, ...rows] = irisCsv.trim().split('\n');
    await write('long.csv', [header, ...Array.from({ length: 200 }, () => rows).flat()].join('\n'));
    const { child, ended } = start(directory, ['predict', 'iris.nnbp.safetensors', 'long.csv']);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});
