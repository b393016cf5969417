/**
 * Measures the time to 95 % accuracy on 2,000 validation digits, compared with TensorFlow.js on WebAssembly. Both
 * libraries train the same network with the same initial weights, batches and optimizer. Each run is in a fresh
 * process, and runs are interleaved. Because rounding differs, one library can reach 95 % several epochs before the
 * other. Therefore each round has different initial weights, and the time per epoch is reported too.
 */
import { runScript } from './processes.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, table } from './table.mjs';

const rounds = smoke ? 1 : 3;
const libraries = smoke ? ['nnbp', 'nnbp'] : ['nnbp', 'tfjs-wasm'];
const flags = smoke ? ['--smoke'] : [];

const runs = Object.fromEntries(libraries.map((library) => [library, []]));
for (let round = 0; round < rounds; round++)
  for (const library of libraries) runs[library].push(runScript('digits-process.mjs', [library, String(round), ...flags]));

const [nnbpLoss, otherLoss] = libraries.map((library) => runs[library][0].firstLoss);
if (Math.abs(nnbpLoss - otherLoss) > 1e-3 * otherLoss) {
  console.error(`The initial losses differ: ${nnbpLoss} and ${otherLoss}.`);
  process.exit(1);
}
const summaries = libraries.map((library) => {
  const medianOf = (key) => median(runs[library].map((run) => run[key]));
  const secondsPerEpoch = median(runs[library].map((run) => (run.seconds - run.secondsToReady) / run.epochs));
  return {
    library,
    seconds: medianOf('seconds'),
    secondsToReady: medianOf('secondsToReady'),
    secondsPerEpoch,
    epochs: medianOf('epochs'),
    runs: runs[library],
  };
});
const [ratio, epochRatio] = ['seconds', 'secondsPerEpoch'].map((key) =>
  Number((summaries[1][key] / summaries[0][key]).toPrecision(3)),
);
console.log(
  table(
    ['library', 'seconds to 95 %', 'seconds before the first step', 'epochs', 'seconds per epoch'],
    summaries.map((summary) => [
      summary.library,
      summary.seconds.toFixed(2),
      summary.secondsToReady.toFixed(3),
      summary.epochs,
      summary.secondsPerEpoch.toFixed(3),
    ]),
  ),
);
console.log(`Speedup of nnbp: ${ratio} (time to 95 %), ${epochRatio} (time per epoch).`);
changeResults(() => ({ digits: { ratio, epochRatio, libraries: summaries } }));
