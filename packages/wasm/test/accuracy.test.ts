import { everyActivation } from '@nnbp/conformance';
import { GraphBuilder } from '@nnbp/core';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

/** Maximum error of g in units in the last place (ulp), for |h| up to 87. The package's README states these numbers. */
const maxError: Readonly<Record<string, number>> = {
  bentIdentity: 4,
  elu: 1,
  gaussian: 7,
  gelu: 8,
  hardTanh: 0,
  identity: 0,
  leakyRelu: 1,
  mish: 6,
  relu: 0,
  selu: 2,
  sigmoid: 4,
  silu: 6,
  sine: 2,
  softplus: 5,
  softsign: 2,
  tanh: 3,
};
/** Maximum absolute error of g', and of g for activations that are not in `maxError`. */
const maxAbsoluteError = 3e-7;

const engine = await wasm();
const batchSize = 65536;

/** Returns every 1021st float32 from 0 to 87 and its negative: about 2.2 million of them, from every binade. */
function sweep(): Float32Array {
  const bits = new Uint32Array(1 + Math.floor(0x42ae0000 / 1021)).map((_, k) => 1021 * k);
  const positive = new Float32Array(bits.buffer);
  return Float32Array.from([...positive, ...positive.map((h) => -h)]);
}

const inUlps = (error: number, value: number) =>
  Math.abs(error) / (Math.abs(value) < 2 ** -126 ? 2 ** -149 : 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23));

describe('activation kernels compared with float64 over a sweep of float32', () => {
  const hs = sweep();
  test('the sweep has more than two million numbers', () => expect(hs.length).toBeGreaterThan(2e6));
  for (const activation of everyActivation) {
    test(`the kernel of ${activation.name} stays within its error bounds`, () => {
      const builder = new GraphBuilder();
      builder.output(builder.node('node', { from: [builder.input('h')], activation, fixed: { c: 1 } }));
      const executor = engine.prepare(builder.build(), batchSize);
      // b = 0, w = 1: h is the input itself.
      executor.parameters.set([0, 1]);
      const worst = { g: 0, absolute: 0, derivative: 0 };
      for (let start = 0; start < hs.length; start += batchSize) {
        const part = hs.subarray(start, start + batchSize);
        executor.predict(part, part.length);
        const [g, slope] = [executor.cache.row('g', 'node'), executor.cache.row('slope', 'node')];
        for (let s = 0; s < part.length; s++) {
          const expected = activation.value(part[s]);
          const error = g[s] - expected;
          if (Math.abs(expected) > 1e-37) worst.g = Math.max(worst.g, inUlps(error, expected));
          worst.absolute = Math.max(worst.absolute, Math.abs(error));
          worst.derivative = Math.max(worst.derivative, Math.abs(slope[s] - activation.derivative(part[s], expected)));
        }
      }
      if (activation.name in maxError) expect(worst.g).toBeLessThanOrEqual(maxError[activation.name]);
      else expect(worst.absolute).toBeLessThanOrEqual(maxAbsoluteError);
      expect(worst.derivative).toBeLessThanOrEqual(maxAbsoluteError);
      executor.dispose();
    });
  }
});
