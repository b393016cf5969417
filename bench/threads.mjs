/** Measures the speedup of two threads over one in interleaved runs, and checks that the results are bit-identical. */
import { ourEngine } from './our-engine.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, table } from './table.mjs';
import { rate, training } from './training.mjs';

const [rounds, seconds] = smoke ? [1, 0.01] : [15, 0.2];
const workloads = smoke ? [{ sizes: [8, 4, 2], batch: 4 }] : [
  { sizes: [784, 128, 64, 10], batch: 256 },
  { sizes: [1024, 1024, 1024, 10], batch: 128 },
];
const engines = [await ourEngine(1), await ourEngine(2)];

const threads = workloads.map(({ sizes, batch }) => {
  const [one, two] = engines.map((engine) => training(engine, sizes, batch));
  const steps = 20;
  const parameters = [one, two].map(({ step, executor }) => {
    for (let n = 0; n < steps; n++) step();
    return Buffer.from(executor.parameters.slice().buffer);
  });
  if (!parameters[0].equals(parameters[1])) throw new Error(`${sizes.join('-')}: the results of one and two threads are not bit-identical.`);
  const ratios = Array.from({ length: rounds }, () => {
    const oneBefore = rate(one.step, seconds);
    const twoThreads = rate(two.step, seconds);
    const oneAfter = rate(one.step, seconds);
    return twoThreads / ((oneBefore + oneAfter) / 2);
  });
  return { network: sizes.join('-'), batch, speedup: Number(median(ratios).toPrecision(3)), bitIdentical: true };
});
console.log(
  table(
    ['network', 'batch', 'speedup of two threads', 'results'],
    threads.map(({ network, batch, speedup }) => [network, batch, speedup, 'bit-identical']),
  ),
);
changeResults(() => ({ threads }));
for (const engine of engines) engine.dispose();
