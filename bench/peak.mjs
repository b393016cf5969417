/**
 * Measures the speed of dense forward passes and training steps as a share of this processor's peak multiply-add rate.
 * The peak is the speed of a loop that uses the instructions of our kernels but no memory. In each round, the loop runs
 * first and last. Run this script with tsx, since it imports TypeScript sources.
 */
import { Assembler, control, f32, f32x4, i32, int, scalar, v128 } from '../packages/wasm/src/assembler.ts';
import { fusedMultiplyAdd } from '../packages/wasm/src/assembler.ts';
import { multiplyAddFor } from '../packages/wasm/src/module.ts';
import { ourEngine } from './our-engine.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, table } from './table.mjs';
import { rate, training } from './training.mjs';

/** Number of independent sums, enough to hide the latency of an addition. */
const sums = 13;
const repeats = 100_000;
const [rounds, seconds] = smoke ? [1, 0.01] : [15, 0.2];

const multiplyAdd = multiplyAddFor(true);

function registerLoop() {
  const module = new Assembler();
  module.function('run', [i32], [f32], ([count], local) => {
    const each = Array.from({ length: sums }, () => local(v128));
    const [factor, term, n] = [local(v128), local(v128), local(i32)];
    const total = each.map((sum) => f32x4.extract(sum.get, 0)).reduce((a, b) => scalar.add(a, b));
    return [
      each.map((sum, k) => sum.set(f32x4.const(k))),
      factor.set(f32x4.const(0.5)),
      term.set(f32x4.const(1e-3)),
      control.count(n, int.const(0), count.get, int.const(1), [
        each.map((sum) => sum.set(multiplyAdd(sum.get, factor.get, term.get))),
      ]),
      total,
    ];
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
  const run = /** @type {(count: number) => number} */ (exports.run);
  return () => run(repeats);
}

const loop = registerLoop();
const flopsOfLoop = repeats * sums * 8;
const engine = await ourEngine(1);
const workloads = smoke ? [{ sizes: [8, 4, 2], batch: 4 }] : [
  { sizes: [784, 128, 64, 10], batch: 64 },
  { sizes: [1024, 1024, 1024, 10], batch: 128 },
];
const results = workloads.map(({ sizes, batch }) => {
  const { predict, step, edges } = training(engine, sizes, batch);
  const edgeCount = edges.reduce((sum, count) => sum + count);
  // dloss/dx is not computed for inputs.
  const flops = { forward: 2 * batch * edgeCount, step: 2 * batch * (3 * edgeCount - edges[0]) };
  for (let warm = 0; warm < 3; warm++) [loop, predict, step].forEach((run) => rate(run, seconds));
  const shares = Array.from({ length: rounds }, () => {
    const before = rate(loop, seconds / 2);
    const [forwardFlops, stepFlops] = [rate(predict, seconds) * flops.forward, rate(step, seconds) * flops.step];
    const loopFlops = (flopsOfLoop * (before + rate(loop, seconds / 2))) / 2;
    return { forward: forwardFlops / loopFlops, step: stepFlops / loopFlops, loopFlops };
  });
  const medianOf = (key) => Number(median(shares.map((share) => share[key])).toPrecision(3));
  return { network: sizes.join('-'), batch, forward: medianOf('forward'), step: medianOf('step'), loopGflops: medianOf('loopFlops') / 1e9 };
});
console.log(
  table(
    ['network', 'batch', 'forward', 'step', 'register-only loop, GFLOP/s'],
    results.map((c) => [c.network, c.batch, c.forward, c.step, c.loopGflops]),
  ),
);
changeResults(() => ({ peak: { fused: multiplyAdd === fusedMultiplyAdd, workloads: results } }));
