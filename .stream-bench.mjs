
import { GraphBuilder, Network, stream, predictSequence } from '@nnbp/core';
import { lstm } from '@nnbp/layers';
import { identity } from '@nnbp/activations';
const b = new GraphBuilder();
const h = lstm(b, { from: b.inputs(8), units: 32 });
b.output(...b.layer(4, { from: h, activation: identity, fixed: { c: 1 } }));
const n = new Network(b.build(), { seed: 1 });
const s = stream(n); const x = Array.from({length:8}, (_, k) => k / 8);
for (const [name, f, steps] of [['next', () => s.next(x), 1], ['predictSequence of 50', () => predictSequence(n, Array(50).fill(x)), 50]]) {
  f(); let c = 0; const t = performance.now();
  while (performance.now() - t < 1500) { f(); c++; }
  console.log(name, Math.round(c * steps / (performance.now() - t) * 1000), 'steps/s');
}
