import { randomGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Engine, type Executor, type Graph, js, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { randomRecurrentGraph } from './random-recurrent.js';

const engines: Record<string, Engine> = { reference: reference(), js: js() };

/** Creates random sequences of 4, 3 and 1 steps, and an executor for them. */
function sequencesOf(graph: Graph, random: Random, engine: Engine) {
  const sequencesPerStep = [3, 2, 2, 1];
  const rows = 8;
  const executor = engine.prepare(graph, 3, 4);
  executor.parameters.set(Float64Array.from(executor.parameters, () => 2 * random.uniform() - 1));
  const inputs = Float64Array.from({ length: rows * graph.inputCount }, () => 2 * random.uniform() - 1);
  const state = Float64Array.from({ length: 3 * graph.stateSize }, () => 2 * random.uniform() - 1);
  return { sequencesPerStep, rows, executor, inputs, state };
}

const computeJacobian = (executor: Executor, length: number, ...[inputs, samples, options]: JacobianArguments) => {
  const out = new Float64Array(length).fill(NaN);
  const outputs = executor.jacobian(inputs, samples, out, options).slice();
  return { out, outputs };
};
type JacobianArguments = [
  inputs: Float64Array,
  samples: Parameters<Executor['jacobian']>[1],
  options?: Parameters<Executor['jacobian']>[3],
];

describe.each(Object.entries(engines))('the Jacobian of the %s engine', (_, engine) => {
  test('the Jacobian equals central differences of the outputs, and yields the gradient of mse, on 20 random graphs', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const graph = randomGraph(random, { nodes: 12 });
      const [samples, outputs, count] = [3, graph.outputs.length, graph.parameterCount];
      const { inputs, targets } = randomSamples(graph, random, samples);
      const parameters = randomParameters(graph, random);
      const executor = engine.prepare(graph, samples);
      executor.parameters.set(parameters);
      const { out: jacobian, outputs: x } = computeJacobian(executor, samples * outputs * count, inputs, samples);

      expect(x, `seed ${seed}`).toEqual(executor.predict(inputs, samples).slice());
      executor.backpropagate(inputs, targets, samples, mse());
      for (let p = 0; p < count; p++) {
        let gradient = 0;
        for (let row = 0; row < samples * outputs; row++) {
          gradient += ((2 * (x[row] - targets[row])) / (samples * outputs)) * jacobian[row * count + p];
        }
        expect(gradient, `seed ${seed}`).toBeCloseTo(executor.gradients[p], 12);
      }
      for (const p of count === 0 ? [] : [Math.floor(count * random.uniform())]) {
        const perturbedOutputs = (by: number) => {
          executor.parameters.set(parameters);
          executor.parameters[p] += by;
          return executor.predict(inputs, samples).slice();
        };
        const [above, below] = [perturbedOutputs(1e-6), perturbedOutputs(-1e-6)];
        for (let row = 0; row < samples * outputs; row++) {
          const difference = (above[row] - below[row]) / 2e-6;
          expect(jacobian[row * count + p], `seed ${seed}`).toBeCloseTo(difference, 6);
        }
      }
    }
  });

  test('the Jacobian yields the gradient of mse for sequences, with delays, product aggregations, and fixed and shared parameters', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const graph = randomRecurrentGraph(random);
      const { sequencesPerStep, rows, executor, inputs, state } = sequencesOf(graph, random, engine);
      const [outputs, count] = [graph.outputs.length, graph.parameterCount];
      const targets = Float64Array.from({ length: rows * outputs }, () => random.uniform());
      const before = state.slice();
      const { out, outputs: x } = computeJacobian(executor, rows * outputs * count, inputs, sequencesPerStep, {
        state,
      });
      const after = before.slice();
      executor.backpropagate(inputs, targets, sequencesPerStep, mse(), { state: after });
      expect(state, `seed ${seed}: the state after the last step`).toEqual(after);
      for (let p = 0; p < count; p++) {
        let gradient = 0;
        for (let r = 0; r < rows * outputs; r++) {
          gradient += ((2 * (x[r] - targets[r])) / (rows * outputs)) * out[r * count + p];
        }
        const size = Math.max(1, Math.abs(executor.gradients[p]));
        expect(gradient / size, `seed ${seed}, parameter ${p}`).toBeCloseTo(executor.gradients[p] / size, 11);
      }
    }
  });

  test('jacobian throws if out is too short or there are too many samples', () => {
    const graph = randomGraph(new Random(1));
    const executor = engine.prepare(graph, 2);
    const inputs = new Float64Array(2 * graph.inputCount);
    const length = graph.outputs.length * graph.parameterCount;
    expect(() => executor.jacobian(inputs, 2, new Float64Array(2 * length - 1))).toThrow(/^out: expected/);
    expect(() => executor.jacobian(inputs, 3, new Float64Array(3 * length))).toThrow(/samples/);
  });
});

test('the engines compute the same Jacobian of sequences, with delays, product aggregations, and fixed and shared parameters', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const [expected, actual] = [reference(), js()].map((engine) => {
      const random = new Random(seed);
      const graph = randomRecurrentGraph(random);
      const { sequencesPerStep, rows, executor, inputs } = sequencesOf(graph, random, engine);
      return computeJacobian(executor, rows * graph.outputs.length * graph.parameterCount, inputs, sequencesPerStep)
        .out;
    });
    expected.forEach((expected, k) => {
      const size = Math.max(1, Math.abs(expected));
      expect(actual[k] / size, `seed ${seed}, entry ${k}`).toBeCloseTo(expected / size, 11);
    });
  }
});
