/**
 * Tests that reading an untrusted file takes time linear in its size, in every format. Work is counted, not timed; see
 * work/counter.ts. A reader that searches the whole file at each position would take sixteen times the work for four
 * times the size.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('work/main.ts', import.meta.url));
const sizes = [2500, 10_000] as const;

let work: Readonly<Record<string, readonly number[]>>;

beforeAll(async () => {
  const argv = ['--import', loader, '--conditions=@nnbp/source', program, ...sizes.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 1 << 24 });
  work = JSON.parse(stdout) as typeof work;
}, 180_000);

test('reading a file four times as large takes at most five times the work, in every format', () => {
  const { 'work per byte of a 1.8 MB file': _, ...cases } = work;
  // Each case contains the work for the small file and for the large file.
  expect(Object.keys(cases).length).toBeGreaterThan(60);
  const steeper = Object.entries(cases).filter(([, [small, large]]) => !(small > 0 && large / small <= 5));
  expect(steeper).toEqual([]);
});

test('a 1.8 MB file that once made the command hang is recognized with less than ten units of work per byte', () => {
  expect(work['work per byte of a 1.8 MB file'][0]).toBeGreaterThan(1);
  expect(work['work per byte of a 1.8 MB file'][0]).toBeLessThan(10);
});
