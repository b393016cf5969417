/**
 * Compares the speed of typical calls between libraries. Other libraries are called through their documented API with
 * their best settings. @nnbp is measured twice: through `nnbp` and through the scoped packages, each with its defaults.
 * Runs are interleaved: each round runs every library once. A speedup is the median, over the rounds, of the ratio of
 * two speeds.
 *
 * Usage: node bench/calls.mjs [--calls a,b] [--libraries x,y] [--seconds n] [--smoke]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { callNames, makeCall } from './calls/call.mjs';
import { startProcess } from './processes.mjs';
import { readmesWithTable } from './readme-table.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, short, table } from './table.mjs';

const nnbpPackages = ['nnbp', 'scoped'];
const peers = ['brain.js', 'synaptic', 'neataptic', 'tfjs-wasm'];

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: callNames.join() },
    libraries: { type: 'string', default: [...nnbpPackages, ...peers].join() },
    seconds: { type: 'string', default: '0.2' },
    smoke: { type: 'boolean', default: false },
  },
});
const [seconds, rounds] = smoke ? [0.01, 1] : [Number(options.seconds), 5];

const calls = [];
for (const name of options.calls.split(',')) calls.push(...(await measure(name, options.libraries.split(','))));

console.log(
  table(
    ['call', 'library', 'per second', 'speedup of nnbp', 'speedup of @nnbp/*', 'note'],
    calls.map(({ call, library, perSecond, nnbp, scoped, note, reason }) =>
      reason
        ? [call, library, 'not measured', '', '', reason]
        : [call, library, short(perSecond), nnbp ? short(nnbp) : '', scoped ? short(scoped) : '', note],
    ),
  ),
);
if (!smoke) {
  changeResults(({ calls: previous = [] }) => ({
    calls: [
      ...previous.filter((row) => !calls.some((other) => other.call === row.call && other.library === row.library)),
      ...calls,
    ],
  }));
  for (const [path, text] of await readmesWithTable()) writeFileSync(path, text);
}

async function measure(call, libraries) {
  const { targetLoss } = makeCall(call);
  const runners = [];
  const notMeasured = [];
  for (const library of libraries) {
    const runner = await startProcess(library, call, true, 'call-process.mjs');
    if (runner.reason !== undefined) {
      notMeasured.push({ call, library, reason: runner.reason });
      continue;
    }
    const { loss } = await runner.ask({});
    if (targetLoss !== undefined && !(loss < 1.5 * targetLoss)) {
      notMeasured.push({ call, library, reason: `reached a loss of ${short(loss)} instead of ${targetLoss}` });
      runner.end();
    } else runners.push(runner);
  }
  for (const runner of runners) await runner.ask({ seconds });
  const speeds = new Map(runners.map((runner) => [runner, []]));
  for (let round = 0; round < rounds; round++) {
    for (const runner of runners) speeds.get(runner).push((await runner.ask({ seconds })).perSecond);
  }
  for (const runner of runners) runner.end();
  const speedsOf = (name) => speeds.get(runners.find(({ library }) => library === name));
  const ratio = (nnbp, peer) => nnbp && Number(median(nnbp.map((speed, k) => speed / peer[k])).toPrecision(3));
  const rows = runners.map((runner) => ({
    call,
    library: runner.library,
    perSecond: Number(median(speeds.get(runner)).toPrecision(4)),
    ...(peers.includes(runner.library) && {
      nnbp: ratio(speedsOf('nnbp'), speeds.get(runner)),
      scoped: ratio(speedsOf('scoped'), speeds.get(runner)),
    }),
    note: runner.note,
  }));
  return [...rows, ...notMeasured];
}
