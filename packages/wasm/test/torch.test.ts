import { errorBounds } from '@nnbp/conformance';
import { wasm } from '@nnbp/wasm';
import { expect, test } from 'vitest';
import { graphs, problemOf } from '../../conformance/test/torch/truth.js';

test(`wasm matches PyTorch ${graphs.torch}'s loss and gradients on ${graphs.entries.length} graphs within float32 error bounds`, async () => {
  const engine = await wasm();
  graphs.entries.forEach((entry, n) => {
    const { graph, loss, parameters, data } = problemOf(entry);
    const executor = engine.prepare(graph, data.samples);
    executor.parameters.set(parameters);
    const bounds = errorBounds(graph, parameters, data, loss, 2 ** -24);
    const value = executor.backpropagate(data.inputs, data.targets, data.samples, loss);
    expect(Math.abs(value - entry.value), `graph ${n}, ${entry.loss}: loss`).toBeLessThanOrEqual(bounds.lossError);
    entry.gradients.forEach((gradient, p) => {
      const error = Math.abs(executor.gradients[p] - gradient);
      expect(error, `graph ${n}, ${entry.loss}: gradients[${p}]`).toBeLessThanOrEqual(bounds.gradientErrors[p] + 1e-30);
    });
    executor.dispose();
  });
});
