import { type Engine, js, reference } from '@nnbp/core';
import { describe, expect, test } from 'vitest';
import { graphs, jacobians, optimizerOf, optimizers, problemOf, scheduleOf, schedules } from './torch/truth.js';

/** Maximum error relative to max(1, |expected|). */
const tolerance = 1e-13;

function expectClose(what: string, actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((number, k) => {
    const error = Math.abs(actual[k] - number) / Math.max(1, Math.abs(number));
    expect(error, `${what}[${k}]: expected ${number} as in PyTorch, received ${actual[k]}`).toBeLessThanOrEqual(
      tolerance,
    );
  });
}

const engines: readonly Engine[] = [reference(), js()];

describe.each(engines)(`$name against PyTorch ${graphs.torch}, float64`, (engine) => {
  test(`${engine.name} matches PyTorch's outputs, loss and gradients on ${graphs.entries.length} graphs`, () => {
    graphs.entries.forEach((entry, n) => {
      const { graph, loss, parameters, data } = problemOf(entry);
      const executor = engine.prepare(graph, data.samples);
      executor.parameters.set(parameters);
      const what = `graph ${n}, ${entry.loss}`;
      expectClose(`${what}: outputs`, executor.predict(data.inputs, data.samples), entry.predictions);
      const value = executor.backpropagate(data.inputs, data.targets, data.samples, loss);
      expectClose(`${what}: loss`, [value], [entry.value]);
      expectClose(`${what}: gradients`, executor.gradients, entry.gradients);
      executor.dispose();
    });
  });

  test(`${engine.name} matches PyTorch's Jacobians on ${jacobians.length} graphs`, () => {
    jacobians.forEach((expected, n) => {
      const { graph, parameters, data } = problemOf(graphs.entries[n]);
      const executor = engine.prepare(graph, data.samples);
      executor.parameters.set(parameters);
      const actual = new Float64Array(data.samples * graph.outputs.length * graph.parameterCount);
      executor.jacobian(data.inputs, data.samples, actual);
      expectClose(`graph ${n}`, actual, expected);
    });
  });
});

test('the reference graphs cover each of 16 activations with each of 10 losses, and some have shared weights or outputs that feed other nodes', () => {
  const { entries } = graphs;
  const pairs = new Set(
    entries.flatMap(({ loss, nodes }) => nodes.map(({ activation }) => `${activation} under ${loss}`)),
  );
  expect(pairs.size).toBe(16 * 10);
  const count = (is: (entry: (typeof entries)[number]) => boolean) => entries.filter(is).length;
  expect(entries.length).toBeGreaterThanOrEqual(200);
  expect(count(({ nodes }) => nodes.some(({ share }) => Object.keys(share).length > 0))).toBeGreaterThan(100);
  expect(count(({ outputs }) => outputs.length > 1)).toBeGreaterThan(100);
  const feeds = ({ nodes, outputs }: (typeof entries)[number]) =>
    nodes.some(({ from }) => from.some((j) => outputs.includes(j)));
  expect(count(feeds)).toBeGreaterThan(50);
});

describe('50 steps compared with PyTorch', () => {
  test.each(optimizers.entries)('optimizer $name $options takes the same steps as PyTorch', (entry) => {
    const optimizer = optimizerOf(entry);
    const parameters = Float64Array.from(optimizers.start);
    optimizers.gradients.forEach((gradients, step) => {
      optimizer.step(parameters, Float64Array.from(gradients));
      expectClose(`after step ${step}`, parameters, entry.path[step]);
    });
  });

  test.each(schedules.entries)('schedule $name $options has the same learning rates as PyTorch', (entry) => {
    const schedule = scheduleOf(entry);
    entry.rates.forEach((rate, step) => {
      expectClose(`step ${step}`, [schedule.rate(step)], [rate]);
      schedule.observe?.(schedules.observed[step]);
    });
  });
});
