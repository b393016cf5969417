import { type Engine, js, reference } from '@nnbp/core';
import { describe, expect, test } from 'vitest';
import { graphs, jacobians, optimizerOf, optimizers, problemOf, scheduleOf, schedules } from './torch/truth.js';

/** Relative to the number, or to 1 where that is larger. */
const close = 1e-13;

function expectClose(what: string, found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length, what).toBe(expected.length);
  expected.forEach((number, k) => {
    const off = Math.abs(found[k] - number) / Math.max(1, Math.abs(number));
    expect(off, `${what}, number ${k}: found ${found[k]}, PyTorch has ${number}`).toBeLessThanOrEqual(close);
  });
}

const engines: readonly Engine[] = [reference(), js()];

describe.each(engines)(`$name against PyTorch ${graphs.torch}, float64`, (engine) => {
  test(`${graphs.entries.length} graphs: outputs, loss and gradients`, () => {
    graphs.entries.forEach((entry, n) => {
      const { graph, loss, parameters, data } = problemOf(entry);
      const executor = engine.prepare(graph, data.samples);
      executor.parameters.set(parameters);
      const what = `graph ${n}, ${entry.loss}`;
      expectClose(`${what}: outputs`, executor.predict(data.inputs, data.samples), entry.predictions);
      const value = executor.backpropagate(data.inputs, data.targets, data.samples, loss);
      expectClose(`${what}: the loss`, [value], [entry.value]);
      expectClose(`${what}: gradients`, executor.gradients, entry.gradients);
      executor.dispose();
    });
  });

  test(`${jacobians.length} graphs: the Jacobian`, () => {
    jacobians.forEach((expected, n) => {
      const { graph, parameters, data } = problemOf(graphs.entries[n]);
      const executor = engine.prepare(graph, data.samples);
      executor.parameters.set(parameters);
      const found = new Float64Array(data.samples * graph.outputs.length * graph.parameterCount);
      executor.jacobian(data.inputs, data.samples, found);
      expectClose(`graph ${n}`, found, expected);
    });
  });
});

test('every kind of graph is among them', () => {
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

describe(`50 steps beside PyTorch's`, () => {
  test.each(optimizers.entries)('$name $options', (entry) => {
    const optimizer = optimizerOf(entry);
    const parameters = Float64Array.from(optimizers.start);
    optimizers.gradients.forEach((gradients, step) => {
      optimizer.step(parameters, Float64Array.from(gradients));
      expectClose(`after step ${step}`, parameters, entry.path[step]);
    });
  });

  test.each(schedules.entries)('$name $options', (entry) => {
    const schedule = scheduleOf(entry);
    entry.rates.forEach((rate, step) => {
      expectClose(`step ${step}`, [schedule.rate(step)], [rate]);
      schedule.observe?.(schedules.observed[step]);
    });
  });
});
