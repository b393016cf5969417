/** Several steps of the js engine in one call. */
import { identity, sigmoid } from '@nnbp/activations';
import { copyRows, type Executor, type Graph, js, mlp, type Optimizer } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { expect, test } from 'vitest';
import { xor } from './xor.js';

const table = { inputs: Float64Array.from(xor.inputs.flat()), targets: Float64Array.from(xor.targets.flat()) };
const order = Uint32Array.of(2, 0, 3, 1);
const small = mlp([2, 3, 1], { activation: sigmoid });

function prepared(graph: Graph, batchSize: number, weight: (p: number) => number = (p) => Math.sin(p)): Executor {
  const executor = js().prepare(graph, batchSize);
  executor.parameters.set(executor.parameters.map((_, p) => weight(p)));
  return executor;
}
const stepMany = (executor: Executor, optimizer: Optimizer, losses = new Float64Array(9), count = 9) =>
  executor.stepMany!(table, order, 0, mse(), optimizer, losses, count);

test.each([1, 2])('one call takes the steps that single calls take, in batches of %i', (batchSize) => {
  const [one, many] = [prepared(small, batchSize), prepared(small, batchSize)];
  const [first, second] = [adam(), adam()];
  const expected: number[] = [];
  for (let at = 0; at < 4; at += batchSize) {
    const samples = [...order.subarray(at, at + batchSize)];
    const inputs = Float64Array.from(samples.flatMap((s) => xor.inputs[s]));
    const targets = Float64Array.from(samples.flatMap((s) => xor.targets[s]));
    expected.push(one.step(inputs, targets, batchSize, mse(), first));
  }
  const losses = new Float64Array(9);
  expect(stepMany(many, second, losses)).toBe(expected.length);
  expect([...losses.subarray(0, expected.length)]).toEqual(expected);
  expect(many.parameters).toEqual(one.parameters);
  expect(second.state()).toEqual(first.state());
});

test('steps before a loss that is not finite are taken', () => {
  const targets = Float64Array.of(0, 0, 1, 1);
  targets[order[2]] = 1e200;
  const executor = prepared(small, 1);
  const losses = new Float64Array(9);
  expect(executor.stepMany!({ ...table, targets }, order, 0, mse(), sgd({ learningRate: 0.1 }), losses, 9)).toBe(2);
  expect(executor.parameters.every(Number.isFinite)).toBe(true);
});

test('after an update that overflows, parameters and optimizer are as before the call', () => {
  const executor = prepared(mlp([2, 1], { activation: identity }), 1, () => 1);
  const before = executor.parameters.slice();
  const optimizer = sgd({ learningRate: 1e308, momentum: 0.5 });
  const state = optimizer.state();
  expect(stepMany(executor, optimizer)).toBe(0);
  expect(executor.parameters).toEqual(before);
  expect(optimizer.state()).toEqual(state);
});

test('stepMany takes no steps for a count of 1, a custom optimizer or many parameters', () => {
  const { builtin: _, ...custom } = sgd({ learningRate: 0.1 });
  expect(stepMany(prepared(small, 1), custom)).toBe(0);
  expect(stepMany(prepared(small, 1), adam(), new Float64Array(1), 1)).toBe(0);
  expect(stepMany(prepared(mlp([2, 600, 1], { activation: sigmoid }), 1), adam())).toBe(0);
});

test.each([1, 2, 3])('rows of %i numbers are copied in the order given', (width) => {
  const from = Float64Array.from({ length: 4 * width }, (_, k) => k);
  const to = new Float64Array(2 * width);
  copyRows(from, to, width, order, 1, 2);
  expect([...to]).toEqual([...from.subarray(0, width), ...from.subarray(3 * width)]);
});
