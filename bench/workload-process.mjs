/**
 * Runs one library on one workload in a separate process, so that libraries do not affect each other's compiled code or
 * garbage collection. Receives requests and sends responses over an IPC channel.
 *
 * Usage: workload-process.mjs LIBRARY WORKLOAD
 */
import { makeSharingWorkload, sharingNames } from './sharing/workloads.mjs';
import { makeWorkload } from './workloads.mjs';

const [library, workloadName] = process.argv.slice(2);
const sharesWeights = sharingNames.includes(workloadName);
const { prepare } = await import(`./${sharesWeights ? 'sharing' : 'libraries'}/${library}.mjs`);
const runner = await prepare(sharesWeights ? makeSharingWorkload(workloadName) : makeWorkload(workloadName));

async function run(seconds) {
  if (runner.run) return runner.run(seconds);
  const startTime = performance.now();
  let steps = 0;
  while (performance.now() - startTime < 1000 * seconds) {
    runner.step();
    steps++;
  }
  return { steps, seconds: (performance.now() - startTime) / 1000 };
}

async function firstStep() {
  // A library that defines the network differently has no comparable loss.
  if (runner.loss === undefined) return {};
  const before = runner.loss();
  await runner.step();
  return { before, after: runner.loss(), rule: runner.rule };
}

process.on('message', async ({ seconds }) =>
  process.send(seconds === undefined ? await firstStep() : await run(seconds)),
);
process.on('disconnect', () => {
  runner.dispose?.();
  process.exit();
});
process.send({ reason: runner.reason, note: runner.note });
