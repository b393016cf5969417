/**
 * Runs one call of one library in a separate process. Usage: call-process.mjs LIBRARY CALL, with an IPC channel. When
 * the call is prepared, the process sends `{ reason, note }`; see calls/call.mjs. On the message `{ seconds }`, it
 * repeats the call for that long and responds with `{ perSecond }`: calls per second or, for calls with several samples,
 * samples per second. On `{}`, it makes one call and responds with `{ loss }`. Seconds are CPU time of all threads of
 * the process, so that other programs do not count.
 */
import { makeCall } from './calls/call.mjs';

const [library, name] = process.argv.slice(2);
const { prepare } = await import(`./calls/${library}.mjs`);
const call = await prepare(makeCall(name));
const { run, count = 1 } = call;

function cpuMilliseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Calls per group. A group takes about a millisecond, so that reading the clock adds little to the time of fast calls. */
let group = 1;

async function measure(seconds) {
  const startTime = cpuMilliseconds();
  let calls = 0;
  let now = startTime;
  while (now - startTime < 1000 * seconds) {
    for (let k = 0; k < group; k++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    calls += group;
    const before = now;
    now = cpuMilliseconds();
    if (now - before < 1) group *= 2;
  }
  return { perSecond: (1000 * calls * count) / (now - startTime) };
}

process.on('message', async ({ seconds }) => {
  if (seconds !== undefined) return process.send(await measure(seconds));
  await run();
  process.send({ loss: await call.loss?.() });
});
process.on('disconnect', () => process.exit());
process.send({ reason: call.reason, note: call.note });
