/**
 * Tests one weighted sample per time step. The loss is a weighted mean, so if there is only one time step, the weight
 * changes neither the loss nor the gradient.
 */
import { tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, js, mlp, Network } from '@nnbp/core';
import { logCosh, mse } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { expect, test } from 'vitest';

const recurrent = () => {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), builder.input('y'), delayed('h')];
  builder.output(builder.node('h', { from, activation: tanh }));
  return builder.build();
};
const engines = [js(), await wasm({ threads: 1 })];

test.each([
  ['a plain graph', mlp([2, 3, 1], { activation: tanh }), [1]],
  ['a step of a sequence', recurrent(), [1]],
  ['a sequence', recurrent(), [1, 1, 1]],
])('the wasm engine agrees with the js engine on %s with one weighted sample per time step', (_, graph, counts) => {
  const inputs = Float64Array.from({ length: 2 * counts.length }, (__, k) => Math.sin(k + 1));
  const targets = Float64Array.from(counts, (__, k) => 0.3 + k);
  const weights = Float64Array.from(counts, (__, k) => 3 - k);
  const { vector } = new Network(graph, { seed: 1 }).parameters;
  for (const loss of [mse(), logCosh()]) {
    const [expected, actual] = engines.map((engine) => {
      const executor = engine.prepare(graph, 1, counts.length);
      executor.parameters.set(vector);
      const mean = executor.backpropagate(inputs, targets, counts, loss, { weights });
      const numbers = [mean, executor.cache.dLossDx(graph.ids[0]), ...executor.gradients];
      for (const optimizer of [sgd({ learningRate: 0.1 }), adam({ learningRate: 0.1 })]) {
        executor.parameters.set(vector);
        numbers.push(executor.step(inputs, targets, counts, loss, optimizer, { weights }), ...executor.parameters);
      }
      executor.dispose();
      return numbers;
    });
    expected.forEach((value, k) => expect(actual[k]).toBeCloseTo(value, 5));
  }
});
