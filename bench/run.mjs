/**
 * Compares the training speed of the fast engine with that of other libraries. First checks that each library computes
 * the expected loss, and that one step changes the loss according to that library's update rule. Then interleaves the
 * runs: each run of another library is compared with the runs of the fast engine directly before and after it, since
 * machines slow down in bursts.
 *
 * Usage: node bench/run.mjs [--workloads a,b] [--libraries x,y] [--seconds n] [--smoke]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { expectations } from './expected.mjs';
import { canPin, startProcess } from './processes.mjs';
import { readmesWithTable } from './readme-table.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, short, table } from './table.mjs';
import { sharingExpectations } from './sharing/expected.mjs';
import { makeSharingWorkload, sharingNames } from './sharing/workloads.mjs';
import { makeWorkload, workloadNames } from './workloads.mjs';

const fastEngine = 'nnbp';
const threaded = 'nnbp-2-threads';
const peers = ['jax-js', 'tfjs-cpu', 'tfjs-wasm', 'brain.js', 'synaptic', 'neataptic', 'convnetjs', 'pytorch'];
/** The libraries that are measured on workloads with shared weights. */
const sharingPeers = ['brain.js', 'synaptic', 'neataptic', 'convnetjs', 'tfjs-cpu', 'pytorch'];
const allNames = [...workloadNames, ...sharingNames];
const notMeasured = 'not measured';

const { values: options } = parseArgs({
  options: {
    workloads: { type: 'string', default: allNames.join() },
    libraries: { type: 'string', default: [threaded, ...peers].join() },
    /** Duration of a run, in seconds. */
    seconds: { type: 'string', default: '0.3' },
    smoke: { type: 'boolean', default: false },
  },
});
const [seconds, rounds] = smoke ? [0.01, 1] : [Number(options.seconds), 5];
const workloads = parseNames(options.workloads, allNames);
const libraries = parseNames(options.libraries, [fastEngine, threaded, ...peers]);

console.log(
  `${rounds} interleaved runs of ${seconds} s each, medians. ${canPin ? 'Processes are pinned to one core' : 'Processes cannot be pinned to a core on this machine'}; ${threaded} runs unpinned.`,
);
const rows = [];
let mismatches = 0;
for (const name of workloads) {
  console.log(`\n${name}`);
  const sharesWeights = sharingNames.includes(name);
  const { samples, expected } = sharesWeights
    ? samplesAndExpected(makeSharingWorkload(name), sharingExpectations)
    : samplesAndExpected(makeWorkload(name), expectations);
  const measurable = libraries.filter((library) => (sharesWeights ? sharingPeers : peers).includes(library));
  rows.push(...(await compare(name, samples, expected, measurable, true)));
  if (libraries.includes(threaded)) rows.push(...(await compare(name, samples, expected, [threaded], false)));
}
if (mismatches > 0) {
  console.error(`\nFailed checks: ${mismatches}. A library computes a different loss or step. No results were written.`);
  process.exit(1);
}
console.log(`\n${table(['workload', 'library', 'samples/s', 'speedup of nnbp', ''], rows.map(line))}`);
if (!smoke) {
  changeResults((previous) => ({
    rows: [
      ...previous.rows.filter((row) => !rows.some((other) => other.workload === row.workload && other.library === row.library)),
      ...rows,
    ],
  }));
  for (const [path, text] of await readmesWithTable()) writeFileSync(path, text);
}

function samplesAndExpected(workload, expectationsOf) {
  return { samples: workload.samples, expected: expectationsOf(workload) };
}

/**
 * Returns one row per library. If `pinned` is true, the row of the fast engine comes first; otherwise it is omitted.
 */
async function compare(workload, samples, expected, names, pinned) {
  const fastRunner = await startProcess(fastEngine, workload, pinned);
  check(fastRunner, expected, await fastRunner.ask({}));
  const measurable = [];
  const rows = [];
  for (const name of names) {
    const runner = await startProcess(name, workload, pinned);
    if (runner.reason !== undefined) {
      console.log(`  ${name}: not measured: ${runner.reason}`);
      rows.push({ workload, library: name, samplesPerSecond: notMeasured, reason: runner.reason });
    } else if (check(runner, expected, await runner.ask({}))) measurable.push(runner);
    else runner.end();
  }
  const measured = await interleave(fastRunner, measurable);
  const speeds = (runner) => measured.get(runner).map(({ speed }) => speed);
  const row = (runner) => ({ workload, library: runner.library, samplesPerSecond: Math.round(median(speeds(runner))) });
  if (pinned) rows.unshift({ ...row(fastRunner), note: fastRunner.note });
  for (const runner of measurable) {
    const speedup = Number(median(measured.get(runner).map(({ ratio }) => ratio)).toPrecision(3));
    rows.push({ ...row(runner), speedup, note: runner.note });
  }
  for (const runner of [fastRunner, ...measurable]) runner.end();
  return rows;

  /** Each ratio is the mean speed of the fast engine in the runs before and after, divided by the library's speed. */
  async function interleave(fastRunner, measurable) {
    const measured = new Map([fastRunner, ...measurable].map((runner) => [runner, []]));
    const samplesPerSecond = async (runner) => {
      await runner.ask({ seconds: seconds / 4 });
      const result = await runner.ask({ seconds });
      return (samples * result.steps) / result.seconds;
    };
    for (const runner of [fastRunner, ...measurable]) await runner.ask({ seconds: 2 * seconds });
    for (let round = 0; round < rounds; round++) {
      let before = await samplesPerSecond(fastRunner);
      measured.get(fastRunner).push({ speed: before });
      for (const runner of measurable) {
        const speed = await samplesPerSecond(runner);
        const after = await samplesPerSecond(fastRunner);
        measured.get(runner).push({ speed, ratio: (before + after) / 2 / speed });
        measured.get(fastRunner).push({ speed: after });
        before = after;
      }
    }
    return measured;
  }
}

/**
 * Whether the loss is within 0.1 % of the expected loss, and its change in one step is within 2 % of the expected
 * change. Counts mismatches. A library without a comparable loss passes.
 */
function check({ library }, expected, { before, after, rule }) {
  if (before === undefined) {
    console.log(`  ${library}: different network, not compared`);
    return true;
  }
  const same = (a, b, relative, noise) => Math.abs(a - b) <= relative * Math.abs(b) + noise;
  const lossIsCorrect = same(before, expected.loss, 1e-3, 0);
  const change = rule && expected.afterStep(rule) - expected.loss;
  const stepIsCorrect = rule === undefined || same(after - before, change, 0.02, 1e-6 * expected.loss);
  const step = rule
    ? `after a step ${after.toPrecision(6)} (expected ${(expected.loss + change).toPrecision(6)})`
    : 'step not compared (different update rule)';
  const isCorrect = lossIsCorrect && stepIsCorrect;
  if (!isCorrect) mismatches++;
  console.log(
    `  ${library}: loss ${before.toPrecision(6)} (expected ${expected.loss.toPrecision(6)}), ${step}: ${isCorrect ? 'same' : 'DIFFERENT'}`,
  );
  return isCorrect;
}

function line({ workload, library, samplesPerSecond, speedup, reason }) {
  if (reason !== undefined) return [workload, library, notMeasured, '', reason];
  return [workload, library, short(samplesPerSecond), speedup ? short(speedup) : '', ''];
}

function parseNames(list, known) {
  const names = list.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  console.error(`Unknown name "${unknown}". Expected one of: ${known.join(', ')}.`);
  process.exit(1);
}
