/**
 * One contender at one work in a process of its own, so that neither its compiled code nor its garbage is another's.
 * It waits for requests. Usage: racer-process.mjs CONTENDER WORK, with an IPC channel.
 */
import { makeSharingWork, sharingNames } from './sharing/works.mjs';
import { makeWork } from './works.mjs';

const [contender, workName] = process.argv.slice(2);
const shares = sharingNames.includes(workName);
const { prepare } = await import(`./${shares ? 'sharing' : 'contenders'}/${contender}.mjs`);
const racer = await prepare(shares ? makeSharingWork(workName) : makeWork(workName));

async function run(seconds) {
  if (racer.run) return racer.run(seconds);
  const startTime = performance.now();
  let steps = 0;
  while (performance.now() - startTime < 1000 * seconds) {
    racer.step();
    steps++;
  }
  return { steps, seconds: (performance.now() - startTime) / 1000 };
}

async function firstStep() {
  // A network of another definition has no loss to compare.
  if (racer.loss === undefined) return {};
  const before = racer.loss();
  await racer.step();
  return { before, after: racer.loss(), rule: racer.rule };
}

process.on('message', async ({ seconds }) =>
  process.send(seconds === undefined ? await firstStep() : await run(seconds)),
);
process.on('disconnect', () => {
  racer.dispose?.();
  process.exit();
});
process.send({ reason: racer.reason, note: racer.note });
