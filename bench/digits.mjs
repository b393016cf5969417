/**
 * Time to 95 % accuracy on 2,000 validation digits, compared with TensorFlow.js on WebAssembly: the same network, initial
 * weights, batches and optimizer, each run in a fresh process, interleaved. Rounding makes the two diverge, so one may
 * reach 95 % epochs before the other: each round has its own weights, and the time per epoch is reported too.
 */
import { fresh } from './racer.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, table } from './table.mjs';

const rounds = smoke ? 1 : 3;
const contenders = smoke ? ['nnbp', 'nnbp'] : ['nnbp', 'tfjs-wasm'];
const flags = smoke ? ['--smoke'] : [];

const runs = Object.fromEntries(contenders.map((contender) => [contender, []]));
for (let round = 0; round < rounds; round++)
  for (const contender of contenders) runs[contender].push(fresh('digits-process.mjs', [contender, String(round), ...flags]));

const [ours, theirs] = contenders.map((contender) => runs[contender][0].firstLoss);
if (Math.abs(ours - theirs) > 1e-3 * theirs) {
  console.error(`The first losses differ: ${ours} and ${theirs}.`);
  process.exit(1);
}
const digits = contenders.map((contender) => {
  const of = (key) => median(runs[contender].map((run) => run[key]));
  const secondsPerEpoch = median(runs[contender].map((run) => (run.seconds - run.secondsToReady) / run.epochs));
  return {
    contender,
    seconds: of('seconds'),
    secondsToReady: of('secondsToReady'),
    secondsPerEpoch,
    epochs: of('epochs'),
    runs: runs[contender],
  };
});
const [ratio, epochRatio] = ['seconds', 'secondsPerEpoch'].map((key) =>
  Number((digits[1][key] / digits[0][key]).toPrecision(3)),
);
console.log(
  table(
    ['contender', 'seconds to 95 %', 'of which to the first step', 'epochs', 'seconds an epoch'],
    digits.map((d) => [
      d.contender,
      d.seconds.toFixed(2),
      d.secondsToReady.toFixed(3),
      d.epochs,
      d.secondsPerEpoch.toFixed(3),
    ]),
  ),
);
console.log(`Ours is there ${ratio} × as fast; an epoch is ${epochRatio} × as fast.`);
changeResults(() => ({ digits: { ratio, epochRatio, contenders: digits } }));
