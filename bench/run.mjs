/**
 * Ours and the peers side by side. Before anything is timed, each contender must compute the loss that the reference
 * engine computes, and one step must change it as its rule says. Then they take turns, ours between any two peers, so
 * that a ratio is always one of neighbours: machines slow down in bursts.
 *
 * Usage: node bench/run.mjs [--works a,b] [--contenders x,y] [--seconds n] [--smoke]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { expectations } from './expected.mjs';
import { canPin, startRacer } from './racer.mjs';
import { readmesWithTable } from './readme-table.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, short, table } from './table.mjs';
import { sharingExpectations } from './sharing/expected.mjs';
import { makeSharingWork, sharingNames } from './sharing/works.mjs';
import { makeWork, workNames } from './works.mjs';

const ours = 'nnbp';
const threaded = 'nnbp-2-threads';
const peers = ['jax-js', 'tfjs-cpu', 'tfjs-wasm', 'brain.js', 'synaptic', 'neataptic', 'convnetjs', 'pytorch'];
/** Those that race where edges share weights. */
const sharingPeers = ['brain.js', 'synaptic', 'neataptic', 'convnetjs', 'tfjs-cpu', 'pytorch'];
const allNames = [...workNames, ...sharingNames];
const notMeasured = 'not measured';

const { values: options } = parseArgs({
  options: {
    works: { type: 'string', default: allNames.join() },
    contenders: { type: 'string', default: [threaded, ...peers].join() },
    /** How long a contender's turn lasts. */
    seconds: { type: 'string', default: '0.3' },
    smoke: { type: 'boolean', default: false },
  },
});
const [seconds, rounds] = smoke ? [0.01, 1] : [Number(options.seconds), 5];
const works = chosen(options.works, allNames);
const contenders = chosen(options.contenders, [ours, threaded, ...peers]);

console.log(
  `${rounds} turns of ${seconds} s each, medians. ${canPin ? 'One core is pinned' : 'No core can be pinned here'}; 2 threads run unpinned.`,
);
const rows = [];
let wrong = 0;
for (const name of works) {
  console.log(`\n${name}`);
  const shares = sharingNames.includes(name);
  const { samples, expected } = shares
    ? prepared(makeSharingWork(name), sharingExpectations)
    : prepared(makeWork(name), expectations);
  const racing = contenders.filter((c) => (shares ? sharingPeers : peers).includes(c));
  rows.push(...(await race(name, samples, expected, racing, true)));
  if (contenders.includes(threaded)) rows.push(...(await race(name, samples, expected, [threaded], false)));
}
if (wrong > 0) {
  console.error(`\n${wrong} of the contenders compute something else: nothing was written.`);
  process.exit(1);
}
console.log(`\n${table(['work', 'contender', 'samples/s', 'speedup of nnbp', ''], rows.map(line))}`);
if (!smoke) {
  changeResults((known) => ({
    rows: [
      ...known.rows.filter((row) => !rows.some((fresh) => fresh.work === row.work && fresh.contender === row.contender)),
      ...rows,
    ],
  }));
  for (const [path, text] of await readmesWithTable()) writeFileSync(path, text);
}

/** What a race needs of a work. */
function prepared(work, expectationsOf) {
  return { samples: work.samples, expected: expectationsOf(work) };
}

/** One work; the first row is our own unless only the threads are measured. */
async function race(work, samples, expected, names, pinned) {
  const own = await startRacer(ours, work, pinned);
  check(own, expected, await own.ask({}));
  const racing = [];
  const rows = [];
  for (const name of names) {
    const racer = await startRacer(name, work, pinned);
    if (racer.reason !== undefined) {
      console.log(`  ${name}: not measured: ${racer.reason}`);
      rows.push({ work, contender: name, samplesPerSecond: notMeasured, reason: racer.reason });
    } else if (check(racer, expected, await racer.ask({}))) racing.push(racer);
    else racer.end();
  }
  const measured = await takeTurns(own, racing);
  const speeds = (racer) => measured.get(racer).map(({ speed }) => speed);
  const row = (racer) => ({ work, contender: racer.contender, samplesPerSecond: Math.round(median(speeds(racer))) });
  if (pinned) rows.unshift({ ...row(own), note: own.note });
  for (const racer of racing) {
    const nnbpTimesAsFast = Number(median(measured.get(racer).map(({ ratio }) => ratio)).toPrecision(3));
    rows.push({ ...row(racer), nnbpTimesAsFast, note: racer.note });
  }
  for (const racer of [own, ...racing]) racer.end();
  return rows;

  /** Each peer's turn stands between two of ours, and its ratio is to their mean. */
  async function takeTurns(own, racing) {
    const measured = new Map([own, ...racing].map((racer) => [racer, []]));
    const turn = async (racer) => {
      await racer.ask({ seconds: seconds / 4 });
      const done = await racer.ask({ seconds });
      return (samples * done.steps) / done.seconds;
    };
    for (const racer of [own, ...racing]) await racer.ask({ seconds: 2 * seconds });
    for (let round = 0; round < rounds; round++) {
      let before = await turn(own);
      measured.get(own).push({ speed: before });
      for (const racer of racing) {
        const speed = await turn(racer);
        const after = await turn(own);
        measured.get(racer).push({ speed, ratio: (before + after) / 2 / speed });
        measured.get(own).push({ speed: after });
        before = after;
      }
    }
    return measured;
  }
}

/** Whether the loss is right to 1 in 1,000, and its change by one step to 1 in 50. */
function check({ contender }, expected, { before, after, rule }) {
  if (before === undefined) {
    console.log(`  ${contender}: a network of its own definition, not compared`);
    return true;
  }
  const same = (a, b, relative, noise) => Math.abs(a - b) <= relative * Math.abs(b) + noise;
  const lossIsRight = same(before, expected.loss, 1e-3, 0);
  const due = rule && expected.afterStep(rule) - expected.loss;
  const stepIsRight = rule === undefined || same(after - before, due, 0.02, 1e-6 * expected.loss);
  const step = rule
    ? `after a step ${after.toPrecision(6)} (${(expected.loss + due).toPrecision(6)})`
    : 'a step by its own rule';
  const right = lossIsRight && stepIsRight;
  if (!right) wrong++;
  console.log(
    `  ${contender}: loss ${before.toPrecision(6)} (expected ${expected.loss.toPrecision(6)}), ${step}: ${right ? 'same' : 'NOT THE SAME'}`,
  );
  return right;
}

function line({ work, contender, samplesPerSecond, nnbpTimesAsFast, reason }) {
  if (reason !== undefined) return [work, contender, notMeasured, '', reason];
  return [work, contender, short(samplesPerSecond), nnbpTimesAsFast ? short(nnbpTimesAsFast) : '', ''];
}

function chosen(list, known) {
  const names = list.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  console.error(`There is no "${unknown}". There are: ${known.join(', ')}.`);
  process.exit(1);
}
