// `pnpm guarantees`: writes docs/guides/guarantees.md from the results of the checks: checks/stress/results.json, PyTorch's numbers, and the
// 60-digit values of the activations. With `--check` it writes nothing and fails if the page differs.
import { activationRecords } from '@nnbp/activations';
import { type Activation, reference } from '@nnbp/core';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { formatted } from './formatted.mjs';
import exact from '../packages/activations/test/exact/exact.generated.json' with { type: 'json' };
import { graphs, optimizers, problemOf, schedules } from '../packages/conformance/test/torch/truth.js';

interface Run {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
}
interface Results {
  readonly load?: {
    readonly run: Run;
    readonly requests: number;
    readonly models: number;
    readonly perSecond: number;
    readonly milliseconds: { readonly p50: number; readonly p99: number };
    readonly megabytes: { readonly early: number; readonly end: number };
  };
  readonly soak?: {
    readonly run: Run;
    readonly steps: Readonly<Record<string, { readonly perSecond: number; readonly megabytes: readonly number[] }>>;
    readonly predictions?: number;
    readonly predict?: Readonly<Record<string, { readonly megabytes: readonly number[] }>>;
    readonly fit: { readonly calls: number; readonly megabytes: readonly number[] };
    readonly each: number;
  };
  readonly faults?: { readonly run: Run; readonly kills: number; readonly files: number };
  readonly rehearsal?: {
    readonly run: Run;
    readonly published: string;
    readonly installs: Readonly<Record<string, unknown>>;
    readonly runtimes: Readonly<
      Record<
        string,
        { readonly version?: string; readonly digests?: Readonly<Record<string, string>>; readonly failed?: string }
      >
    >;
    readonly types: Readonly<Record<string, unknown>>;
    readonly bitIdentical: boolean;
  };
  readonly runtimes?: {
    readonly run: Run;
    readonly runtimes: Readonly<Record<string, { readonly version: string; readonly failed?: string }>>;
    readonly bitIdentical: boolean;
  };
  readonly mutation?: Readonly<
    Record<
      string,
      | {
          readonly mutants: number;
          readonly killed: number;
          readonly explained: number;
          readonly unexplained: readonly string[];
        }
      | Run
    >
  >;
}
const results: Results = existsSync('checks/stress/results.json')
  ? (JSON.parse(readFileSync('checks/stress/results.json', 'utf8')) as Results)
  : {};
const on = ({ date, node }: Run) => `${date}, Node ${node.slice(1)}`;
const count = (n: number) => n.toLocaleString('en');

/** The largest error of the reference engine compared with PyTorch: relative for numbers above 1, else absolute. */
function worstAgainstTorch(): number {
  let worst = 0;
  for (const entry of graphs.entries) {
    const { graph, loss, parameters, data } = problemOf(entry);
    const executor = reference().prepare(graph, data.samples);
    executor.parameters.set(parameters);
    executor.backpropagate(data.inputs, data.targets, data.samples, loss);
    entry.gradients.forEach((gradient, p) => {
      worst = Math.max(worst, Math.abs(executor.gradients[p] - gradient) / Math.max(1, Math.abs(gradient)));
    });
  }
  return worst;
}

function ulps(): string {
  const unit = (value: number) => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -1022))) - 52);
  const rows = Object.entries(exact).map(([name, points]) => {
    const { value } = (activationRecords as Record<string, { activation: Activation }>)[name].activation;
    const worst = Math.max(...points.map(([h, g]) => Math.abs(value(h) - g) / unit(g)));
    return `| ${name} | ${Number(worst.toFixed(1))} |`;
  });
  return ['| g | units in the last place |', '| --- | ---: |', ...rows].join('\n');
}

function mutants(): string {
  const packages = Object.entries(results.mutation ?? {}).filter(([name]) => name !== 'run');
  if (packages.length === 0) return 'Not run yet.';
  const rows = packages.map(([name, of]) => {
    const { mutants, killed, explained, unexplained } = of as Exclude<typeof of, Run>;
    return `| ${name} | ${count(mutants)} | ${((100 * killed) / mutants).toFixed(1)} % | ${explained} | ${unexplained.length} |`;
  });
  const missing = 'core' in results.mutation! ? [] : ['', 'Not run in full yet: core.'];
  return [
    '| package | mutants | killed | explained | unexplained |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
    ...missing,
  ].join('\n');
}

function platforms(): string {
  const { rehearsal } = results;
  if (rehearsal === undefined) return 'Not run yet.';
  /** The names, each marked if its run failed. */
  const outcomes = (of: Readonly<Record<string, unknown>>) =>
    Object.entries(of)
      .map(([name, outcome]) =>
        typeof outcome === 'object' && outcome !== null && 'failed' in outcome ? `${name} (failed)` : name,
      )
      .join(', ');
  return [
    `${rehearsal.published}, published to a local registry and installed from there (${on(rehearsal.run)}):`,
    '',
    `- installed by ${outcomes(rehearsal.installs)};`,
    `- the whole suite, training, saving and loading run by ${Object.entries(rehearsal.runtimes)
      .map(([name, { version, failed }]) =>
        failed === undefined
          ? `${name} (${(version ?? '').replace(/^v|^deno /, '').split(' ')[0]})`
          : `${name} (failed)`,
      )
      .join(', ')};`,
    `- compiled by TypeScript ${outcomes(rehearsal.types)};`,
    `- 300 epochs by the fast engine without fused multiply-add are ${rehearsal.bitIdentical ? 'bit-identical in all of them' : 'not bit-identical between runtimes'}.`,
  ].join('\n');
}

/** The runtimes that ran the conformance suite. */
function runtimes(): string {
  const latest = results.runtimes;
  if (latest === undefined) return '';
  const names = Object.entries(latest.runtimes).map(
    ([name, { version, failed }]) => `${name.split(' ')[0]} ${version}${failed === undefined ? '' : ' (failed)'}`,
  );
  return [
    '',
    `The sources, in one file (${on(latest.run)}): the conformance suite of every engine, training, saving and loading run by`,
    `${names.join(', ')}. 300 epochs by the fast engine without fused multiply-add are ${latest.bitIdentical ? 'bit-identical in all of them' : 'not bit-identical between them'}.`,
  ].join('\n');
}

/** A sentence on predictions, if the latest run has them. */
function predictions({ predictions: each = 0, predict }: NonNullable<typeof results.soak>): string {
  if (predict === undefined) return '';
  const memory = Object.entries(predict).map(
    ([
      name,
      {
        megabytes: [early, end],
      },
    ]) => `${name} ${early} to ${end} MB`,
  );
  return `${count(each)} predictions each: ${memory.join('; ')}. `;
}

const { load, soak, faults } = results;
const page = `---
title: 'Guarantees and how they are tested'
---

# Guarantees and how they are tested

Each guarantee has a test that fails when it is broken. \`npm test\` runs with every change; \`pnpm interop\`, \`pnpm stress\` and
\`pnpm mutation\` take longer. \`pnpm guarantees\` writes this page from their latest results.

## Numerical accuracy

- **Finite differences**: every activation, loss and random graph is gradient-checked with central differences, to a relative
  error of 1e-7.
- **PyTorch ${graphs.torch}**, in float64: ${graphs.entries.length} random graphs, every loss with every activation, shared
  weights, several outputs, outputs with successors: max error ${worstAgainstTorch().toExponential(0)}. ${optimizers.entries.length} optimizers and ${schedules.entries.length}
  schedules for 50 steps, to 1e-13. Two errors of PyTorch 1.13 are corrected in the expected numbers: it computes hardsigmoid's derivative
  with 1/6 in float32, and NAdam multiplies once too often (fixed in 2.0).
- **50-digit arithmetic**: every number of the article's network.
- **Engines**: every number of every pass is within derived error bounds, and each engine is compared with PyTorch directly.
- **Other programs**: onnxruntime, PyTorch, brain.js, synaptic, neataptic, TensorFlow.js: [results](../../checks/interop/RESULTS.md).

Max error over ${exact.tanh.length} points from 1e-8 to 30, compared with 60-digit arithmetic, float64:

${ulps()}

## Extreme values

Inputs, parameters and targets of 0, the smallest number, 1e±30 and the largest number: results are correct, or an error with the code
\`OVERFLOW\` names the sample and the first node or derivative that is not finite. Tested graphs have a chain of 10,000 nodes, 100,000 predecessors of
one node, 250,000 nodes, and batches of 65,536 samples.

## Untrusted files

10,000 corrupt files of each format with every change${faults ? `, and ${count(faults.files)} of each on ${faults.run.date}` : ''}: an \`NnbpError\` or a valid
network. Reading a model uses at most four times the file's size plus 16 MB of memory, whatever it contains. See [SECURITY.md](../../SECURITY.md).

## Faults

- A training process killed by SIGKILL ${faults ? `${faults.kills} times (${faults.run.date})` : '30 times with every change'} at random moments: at most the current epoch is lost,
  and training resumes bit-for-bit. If a disk is full, read-only or removed, the last valid checkpoint remains.
- A callback that throws, rejects or never returns, a stream that never responds, an abort in any phase of \`fit\`: the
  parameters are those of the last successful step, and training can start again.
- A worker that exits, during a step or before it: an error with the code \`THREAD_LOST\`, or, if the host does not report
  the exit, the same error after ten seconds or more. An update that it had begun is completed, so that parameters and optimizer are those of
  the last step that succeeded; all workers are terminated.

## Load

${load ? `${count(load.requests)} predictions from a second process while the model was replaced ${load.models - 1} times (${on(load.run)}): none wrong, none failed; ${count(load.perSecond)} per second; median latency ${load.milliseconds.p50} ms, 99th percentile ${load.milliseconds.p99} ms; memory ${load.megabytes.early} MB at the beginning and ${load.megabytes.end} MB at the end.` : 'Not run yet.'}

${
  soak
    ? `${count(soak.each)} online steps per engine, with memory at the beginning and at the end (${on(soak.run)}): ${Object.entries(
        soak.steps,
      )
        .map(
          ([name, { perSecond, megabytes }]) =>
            `${name} ${count(perSecond)} per second, ${megabytes[0]} to ${megabytes[1]} MB`,
        )
        .join(
          '; ',
        )}. ${predictions(soak)}${count(soak.fit.calls)} calls of \`fit\`: ${soak.fit.megabytes[0]} to ${soak.fit.megabytes[1]} MB, and the last result is bit-identical to that of a fresh process.`
    : ''
}

## Platforms

${platforms()}
${runtimes()}

Pages, web workers and a service worker in headless Chromium, under content security policies with and without WebAssembly, run
the whole suite with every change.

## Mutation testing

A mutant is the source with one small change. Those that no test can detect are explained in \`checks/stress/survivors.json\`.

${mutants()}
`;
const path = 'docs/guides/guarantees.md';
const text = await formatted(path, page);
const thisVersion = `v${process.versions.node.split('.')[0]}.`;
const written = results.mutation?.run as Run | undefined;
if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
  console.log(`${path} is written.`);
} else if (written?.node.startsWith(thisVersion) === false) {
  console.log(
    `Not compared: the page was written on Node ${written.node}; exp and similar functions differ in their last bits on this version.`,
  );
} else if (readFileSync(path, 'utf8') !== text) {
  console.error(`${path} is out of date: run "pnpm guarantees".`);
  process.exitCode = 1;
}
