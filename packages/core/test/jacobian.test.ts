import { randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Engine, jacobianOf, js, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const engines: Record<string, Engine> = { reference: reference(), js: js() };

describe.each(Object.entries(engines))('jacobianOf on the %s engine', (_, engine) => {
  test('equals central differences of the outputs, and gives the gradient of mse, on 20 random graphs', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const graph = randomGraph(random, { nodes: 12 });
      const [samples, outputs, count] = [3, graph.outputs.length, graph.parameterCount];
      if (count === 0) continue;
      const { inputs, targets } = randomSamples(graph, random, samples);
      const parameters = randomParameters(graph, random);
      const executor = engine.prepare(graph, samples);
      executor.parameters.set(parameters);
      const jacobian = new Float64Array(samples * outputs * count);
      jacobianOf(graph, executor, inputs, samples, jacobian);

      const x = executor.predict(inputs, samples).slice();
      executor.backpropagate(inputs, targets, samples, mse());
      for (let p = 0; p < count; p++) {
        let gradient = 0;
        for (let row = 0; row < samples * outputs; row++) {
          gradient += ((2 * (x[row] - targets[row])) / (samples * outputs)) * jacobian[row * count + p];
        }
        expect(gradient, `seed ${seed}`).toBeCloseTo(executor.gradients[p], 12);
      }
      const p = Math.floor(count * random.uniform());
      const nudged = (by: number) => {
        executor.parameters.set(parameters);
        executor.parameters[p] += by;
        return executor.predict(inputs, samples).slice();
      };
      const [above, below] = [nudged(1e-6), nudged(-1e-6)];
      for (let row = 0; row < samples * outputs; row++) {
        const slope = (above[row] - below[row]) / 2e-6;
        expect(jacobian[row * count + p], `seed ${seed}`).toBeCloseTo(slope, 6);
      }
    }
  });
});
