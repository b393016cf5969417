/**
 * Measures the test error and CPU time of `nnbp train` with Adam and with Levenberg–Marquardt, on tables with a numeric
 * target. Other options have their defaults, unless they are passed after `--`. Compares runs with the same seed, which
 * use the same test rows.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from '../../packages/cli/src/index.js';

import { readProben1 } from './proben1-data.js';
import { deviation, mean } from './statistics.js';

const optimizers = ['adam', 'lm'];
const proben1Problems = ['building1', 'flare1', 'hearta1', 'heartac1'];
const smokeTable = `x,y\n${Array.from({ length: 60 }, (_, k) => `${k / 10},${Math.sin(k / 10)}`).join('\n')}\n`;

interface Task {
  readonly name: string;
  readonly path: string;
  readonly targets: readonly string[];
}

interface Summary {
  readonly rows: { readonly training: number };
  readonly network: { readonly parameters: number };
  readonly test: { readonly metrics: { readonly rSquared: number } };
}

/** Returns the JSON output of `nnbp train` and the CPU time in seconds. Writes the model to `directory`. */
async function train(
  { path, targets }: Task,
  directory: string,
  options: readonly string[],
): Promise<{ summary: Summary; seconds: number }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const targetOptions = targets.flatMap((target) => ['--target', target, '--number', target]);
  const argv = [
    'train',
    path,
    ...targetOptions,
    '--json',
    '--output',
    join(directory, 'm.nnbp.safetensors'),
    ...options,
  ];
  const before = process.cpuUsage();
  const code = await run(argv, { stdout, stderr, stdin: Readable.from([]), cwd: dirname(path) });
  if (code !== 0) throw new Error(String(stderr.read() ?? `Exit code ${code}.`));
  const { user, system } = process.cpuUsage(before);
  return { summary: JSON.parse(Buffer.concat(chunks).toString()) as Summary, seconds: (user + system) / 1e6 };
}

/**
 * Writes a Proben1 problem to the directory as one table, without its split into training, validation and test rows.
 * Returns undefined if the environment variable PROBEN1 is not set.
 */
function proben1Task(name: string, directory: string): Task | undefined {
  const data = readProben1(name);
  if (data === undefined) return undefined;
  const parts = [data.training, data.validation, data.test];
  const rows = parts.flatMap(({ inputs, targets }) => inputs.map((input, s) => [...input, ...targets[s]].join(',')));
  const targets = data.test.targets[0].map((_, k) => `out${k + 1}`);
  const names = [...data.test.inputs[0].map((_, k) => `in${k + 1}`), ...targets];
  const path = join(directory, `${name}.csv`);
  writeFileSync(path, [names.join(','), ...rows, ''].join('\n'));
  return { name, path, targets };
}

/** Returns the line to print for the task. */
async function compareOptimizers(
  task: Task,
  directory: string,
  seeds: number,
  options: readonly string[],
): Promise<string> {
  const errors: number[][] = [];
  const results: string[] = [];
  let size = '';
  for (const optimizer of optimizers) {
    const runs: Awaited<ReturnType<typeof train>>[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      runs.push(await train(task, directory, ['--optimizer', optimizer, '--seed', String(seed), ...options]));
    }
    const testErrors = runs.map(({ summary }) => 1 - summary.test.metrics.rSquared);
    const seconds = mean(runs.map((each) => each.seconds));
    errors.push(testErrors);
    results.push(
      `${optimizer} ${mean(testErrors).toFixed(4)} ± ${deviation(testErrors).toFixed(4)} in ${seconds.toFixed(2)} s`,
    );
    const [{ summary }] = runs;
    size = `${summary.rows.training} training rows, ${summary.network.parameters} parameters`;
  }
  const better = errors[1].filter((error, seed) => error < errors[0][seed]).length;
  return `${task.name}: ${size}; 1 − R²: ${results.join(', ')}; lm lower in ${better} of ${seeds}`;
}

/**
 * Runs `regression [FILE.csv:TARGET …] [--seeds 10] [-- OPTIONS of nnbp train]`. Without tables, uses four problems of
 * Proben1.
 */
export async function regression(smoke: boolean): Promise<void> {
  const [, ...args] = process.argv.slice(2).filter((argument) => argument !== '--smoke');
  const trainOptions = args.includes('--') ? args.slice(args.indexOf('--') + 1) : [];
  const tables = args.slice(0, args.length - trainOptions.length - (args.includes('--') ? 1 : 0));
  const at = tables.indexOf('--seeds');
  const seeds = smoke ? 2 : at < 0 ? 10 : Number(tables.splice(at, 2)[1]);
  const directory = mkdtempSync(join(tmpdir(), 'nnbp-regression-'));
  try {
    const tasks = tables.map((text): Task => {
      const colon = text.lastIndexOf(':');
      const path = resolve(text.slice(0, colon));
      return { name: `${basename(path)} ${text.slice(colon + 1)}`, path, targets: [text.slice(colon + 1)] };
    });
    if (smoke) {
      writeFileSync(join(directory, 'sine.csv'), smokeTable);
      tasks.push({ name: 'sine', path: join(directory, 'sine.csv'), targets: ['y'] });
    }
    if (tasks.length === 0) {
      tasks.push(...proben1Problems.map((name) => proben1Task(name, directory)).filter((task) => task !== undefined));
    }
    if (tasks.length === 0) {
      throw new Error(
        'Pass tables as FILE.csv:TARGET, or set the environment variable PROBEN1 to the directory with the Proben1 files.',
      );
    }
    const options = [...(smoke ? ['--epochs', '3'] : []), ...trainOptions];
    for (const task of tasks) console.log(await compareOptimizers(task, directory, seeds, options));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
