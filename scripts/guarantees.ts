// `pnpm guarantees`: generates docs/guides/guarantees.md from checks/stress/results.json, the numbers computed by
// PyTorch, and the 60-digit values of the activations. With `--check`, writes nothing and fails if the page is out of
// date. The last bits of exp and similar functions differ between versions of Node. Therefore the page names the
// major version that generated it, and `--check` skips the comparison if it runs in another major version.
import { activationRecords } from '@nnbp/activations';
import { type Activation, reference } from '@nnbp/core';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { formatted } from './formatted.mjs';
import { mutatedPackages } from '../checks/stress/results.mjs';
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
    readonly wrong: number;
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
    readonly stepsPerEngine: number;
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
          readonly date: string;
        }
      | Run
    >
  >;
}
const results: Results = existsSync('checks/stress/results.json')
  ? (JSON.parse(readFileSync('checks/stress/results.json', 'utf8')) as Results)
  : {};
const nodeVersion = process.versions.node.split('.')[0];
const dateAndNode = ({ date, node }: Run) => `${date}, Node ${node.slice(1)}`;
const count = (n: number) => n.toLocaleString('en');

/**
 * Returns the max error of the reference engine's gradients compared with PyTorch: relative for |gradient| > 1,
 * otherwise absolute.
 */
function maxErrorAgainstTorch(): number {
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
  return ['| activation | max error in ulp |', '| --- | ---: |', ...rows].join('\n');
}

function mutants(): string {
  const packages = Object.entries(results.mutation ?? {}).filter(([name]) => name !== 'run');
  if (packages.length === 0) return 'Not run yet.';
  const rows = packages.map(([name, result]) => {
    const { mutants, killed, explained, unexplained, date } = result as Exclude<typeof result, Run>;
    return `| ${name} | ${count(mutants)} | ${((100 * killed) / mutants).toFixed(1)} % | ${explained} | ${unexplained.length} | ${date} |`;
  });
  const missing = mutatedPackages.filter((name) => !(name in results.mutation!));
  return [
    '| package | mutants | killed | explained | unexplained | date |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...rows,
    ...(missing.length > 0 ? ['', `Not run in full yet: ${missing.join(', ')}.`] : []),
  ].join('\n');
}

function platforms(): string {
  const { rehearsal } = results;
  if (rehearsal === undefined) return 'Not run yet.';
  const outcomes = (runs: Readonly<Record<string, unknown>>) =>
    Object.entries(runs)
      .map(([name, outcome]) =>
        typeof outcome === 'object' && outcome !== null && 'failed' in outcome ? `${name} (failed)` : name,
      )
      .join(', ');
  return [
    `${rehearsal.published}, published to a local registry and installed from there (${dateAndNode(rehearsal.run)}):`,
    '',
    `- installed with ${outcomes(rehearsal.installs)};`,
    `- run (the conformance suite, training, saving and loading) on ${Object.entries(rehearsal.runtimes)
      .map(([name, { version, failed }]) =>
        failed === undefined
          ? `${name} (${(version ?? '').replace(/^v|^deno /, '').split(' ')[0]})`
          : `${name} (failed)`,
      )
      .join(', ')};`,
    `- compiled with TypeScript ${outcomes(rehearsal.types)};`,
    `- 300 epochs with the wasm engine, without fused multiply-add, are ${rehearsal.bitIdentical ? 'bit-identical in all runtimes' : 'not bit-identical between runtimes'}.`,
  ].join('\n');
}

/** A sentence that names the runtimes that ran the conformance suite; empty if none did. */
function runtimes(): string {
  const latest = results.runtimes;
  if (latest === undefined) return '';
  const names = Object.entries(latest.runtimes).map(
    ([name, { version, failed }]) => `${name.split(' ')[0]} ${version}${failed === undefined ? '' : ' (failed)'}`,
  );
  return [
    '',
    `The sources, bundled into one file, were also tested (${dateAndNode(latest.run)}). Training, saving, loading, and the conformance suite of every engine ran on`,
    `${names.join(', ')}. 300 epochs with the wasm engine, without fused multiply-add, are ${latest.bitIdentical ? 'bit-identical in all runtimes' : 'not bit-identical between runtimes'}.`,
  ].join('\n');
}

/** Labels for the keys of `predict` in the results. */
const predictorLabels: Readonly<Record<string, string>> = {
  network: '`Network.predict`',
  'compile, js': '`compile` with js',
  'compile, wasm': '`compile` with wasm',
};

/** A sentence about the memory that predictions use; empty if the latest soak run did not measure it. */
function predictions({ predictions: perPredictor = 0, predict }: NonNullable<typeof results.soak>): string {
  if (predict === undefined) return '';
  const memory = Object.entries(predict).map(
    ([
      name,
      {
        megabytes: [early, end],
      },
    ]) => `${predictorLabels[name] ?? name} ${early} and ${end} MB`,
  );
  return `Memory after a tenth of ${count(perPredictor)} predictions and at the end: ${memory.join('; ')}. `;
}

const { load, soak, faults } = results;
const torchActivations = new Set(graphs.entries.flatMap(({ nodes }) => nodes.map(({ activation }) => activation)));
const page = `---
title: 'Guarantees and how they are tested'
---

# Guarantees and how they are tested

Each guarantee has a test that fails when the guarantee is broken. \`npm test\` runs on every change; \`pnpm interop\`,
\`pnpm stress\` and \`pnpm mutation\` take longer and run less often. \`pnpm guarantees\` generates this page from their latest results.

## Numerical accuracy

- **Finite differences**: the gradients of every activation, every loss and random graphs agree with central differences to
  within a relative error of 1e-7.
- **PyTorch ${graphs.torch}**, in float64: ${graphs.entries.length} random graphs cover every loss with ${torchActivations.size} of the ${Object.keys(activationRecords).length} activations.
  Some graphs have shared weights, several outputs, or outputs with successors. The max error of a gradient is ${maxErrorAgainstTorch().toExponential(0)}. ${optimizers.entries.length} optimizer configurations and ${schedules.entries.length}
  schedules agree to within 1e-13 over 50 steps. The expected numbers correct two bugs of PyTorch 1.13: it computes the derivative of
  hardsigmoid with 1/6 rounded to float32, and its NAdam multiplies by one factor too many (fixed in 2.0).
- **50-digit arithmetic**: every number in the example network of [the method](method-1-the-network.md) is compared with its value to 50 digits.
- **Engines**: every number that an engine computes is within derived error bounds, and each engine is compared with PyTorch.
- **Other programs**: onnxruntime, PyTorch, brain.js, synaptic, neataptic, TensorFlow.js: [results](../../checks/interop/RESULTS.md).

Max error of each activation in float64, with Node ${nodeVersion}, over ${exact.tanh.length} points with |h| from 1e-8 to 30, compared with 60-digit arithmetic, in units
in the last place (ulp):

${ulps()}

## Extreme values

If inputs, parameters and targets are 0, 1e±30, or the smallest or largest positive number, results are correct, or an error
with the code \`OVERFLOW\` names the sample and the first node or derivative that is not finite. Other tests use a chain of 10,000
nodes, a node with 100,000 predecessors, a network of 250,000 nodes, and a batch of 65,536 samples.

## Untrusted files

On every change, 10,000 corrupt files of each format are tested${faults ? `; ${count(faults.files)} of each were tested on ${faults.run.date}` : ''}. Each file results in an
\`NnbpError\` or a valid network. Reading a model uses at most four times the file's size plus 16 MB of memory, regardless of its contents. See [SECURITY.md](../../SECURITY.md).

## Faults

- If a training process is killed, at most the current epoch is lost, and training resumes bit-for-bit. This is tested with SIGKILL
  at random moments${faults ? `, ${faults.kills} times on ${faults.run.date}` : ', 10 times on every change'}. If a disk is full, read-only or removed, the last valid checkpoint remains.
- If a callback throws, rejects or never returns, if a stream never responds, or if \`fit\` is aborted in any phase, the
  parameters are those of the last successful step, and training can start again.
- If a worker exits before or during a step, an error with the code \`THREAD_LOST\` is thrown: immediately, or after ten seconds or
  more if the host does not report the exit. An update that the worker had begun is completed, so the parameters and the optimizer's
  state are those of a completed step. All workers are terminated.

## Load

${load ? `${count(load.requests)} predictions by a server process while its model was replaced ${load.models - 1} times (${dateAndNode(load.run)}): ${load.wrong === 0 ? 'all were correct' : `${count(load.wrong)} were wrong`}; ${count(load.perSecond)} predictions per second; median latency ${load.milliseconds.p50} ms, 99th percentile ${load.milliseconds.p99} ms; memory ${load.megabytes.early} MB after a fifth of the requests and ${load.megabytes.end} MB at the end.` : 'Not run yet.'}

${
  soak
    ? `Each engine ran ${count(soak.stepsPerEngine)} training steps, each with one sample (${dateAndNode(soak.run)}). Speed, then memory after a tenth of the steps and at the end: ${Object.entries(
        soak.steps,
      )
        .map(
          ([name, { perSecond, megabytes }]) =>
            `${name} ${count(perSecond)} per second, ${megabytes[0]} and ${megabytes[1]} MB`,
        )
        .join(
          '; ',
        )}. ${predictions(soak)}${count(soak.fit.calls)} calls of \`fit\`: ${soak.fit.megabytes[0]} and ${soak.fit.megabytes[1]} MB, and the last result is bit-identical to that of a fresh process.`
    : ''
}

## Platforms

${platforms()}
${runtimes()}

On every change, the conformance suite runs in headless Chromium: all of it in a page, and every fourth case in a web worker and in a
service worker. The page and the web worker run their cases again under a content security policy that forbids WebAssembly.

## Mutation testing

A mutant is the source code with one small change. It is killed if a test fails, if a test file cannot be loaded, or if the tests
do not finish in time. Mutants that no test can detect are explained in \`checks/stress/survivors.json\`.

${mutants()}
`;
const path = 'docs/guides/guarantees.md';
const text = await formatted(path, page);
if (process.argv.includes('--check')) {
  const existing = readFileSync(path, 'utf8');
  const generatedWith = / in float64, with Node (\d+),/.exec(existing)?.[1] ?? nodeVersion;
  if (generatedWith !== nodeVersion) {
    console.log(`Not compared: the page was generated with Node ${generatedWith}, and this is Node ${nodeVersion}.`);
  } else if (existing !== text) {
    console.error(`${path} is out of date: run "pnpm guarantees".`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, text);
  console.log(`Wrote ${path}.`);
}
