import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const loader = ['--import', import.meta.resolve('tsx'), '--conditions=@nnbp/source'];

test('guarantees --check fails if the page is out of date, unless another major version of Node generated it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'nnbp-guarantees-'));
  const page = join(directory, 'docs/guides/guarantees.md');
  const guarantees = (...options: string[]) => {
    const args = [...loader, join(root, 'scripts/guarantees.ts'), ...options];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
    return [status, stdout, stderr];
  };
  try {
    mkdirSync(join(directory, 'docs/guides'), { recursive: true });
    mkdirSync(join(directory, 'checks/stress'), { recursive: true });
    const run = { date: '2026-01-02', commit: 'abc', node: 'v1.0.0' };
    writeFileSync(join(directory, 'checks/stress/results.json'), JSON.stringify({ mutation: { run } }));
    expect(guarantees()).toEqual([0, 'Wrote docs/guides/guarantees.md.\n', '']);
    const text = readFileSync(page, 'utf8');
    writeFileSync(page, text.replace('| tanh ', '| tan '));
    expect(guarantees('--check')).toEqual([
      1,
      '',
      'docs/guides/guarantees.md is out of date: run "pnpm guarantees".\n',
    ]);
    writeFileSync(page, text.replace(/with Node \d+/, 'with Node 1'));
    expect(guarantees('--check')).toEqual([
      0,
      expect.stringContaining('Not compared: the page was generated with Node 1,'),
      '',
    ]);
    writeFileSync(page, text);
    expect(guarantees('--check')).toEqual([0, '', '']);
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 60_000);
