/** Tests of `unroll`. The unrolled graph defines the derivatives through time. */
import { tanh } from '@nnbp/activations';
import { randomGeneralGraph, randomParameters } from '@nnbp/conformance';
import { backpropagate, delayed, GraphBuilder, type Loss, Network, Random, reference, unroll } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { expect, test } from 'vitest';

/** The loss of an unrolled graph: the weighted sum of the losses of all steps. */
const sumOfSteps = (loss: Loss, width: number, weights: Float64Array): Loss => {
  const step = (values: ArrayLike<number>, s: number) => Float64Array.from(values).subarray(s * width, (s + 1) * width);
  return {
    name: 'sum of steps',
    value: (x, t) =>
      weights.reduce((sum, weight, s) => sum + (weight && weight * loss.value(step(x, s), step(t, s))), 0),
    derivative(x, t, dLossDx) {
      dLossDx.fill(0);
      weights.forEach((weight, s) => {
        if (weight === 0) return;
        const stepDerivatives = dLossDx.subarray(s * width, (s + 1) * width);
        loss.derivative(step(x, s), step(t, s), stepDerivatives);
        for (let k = 0; k < width; k++) stepDerivatives[k] *= weight;
      });
    },
  };
};

test('500 random graphs with delays, aggregations, and fixed and shared parameters compute the same results as their unrolled graphs, bit for bit', () => {
  let [graphsWithDelays, nodeCount] = [0, 0];
  for (let seed = 1; seed <= 500; seed++) {
    const random = new Random(seed);
    const graph = randomGeneralGraph(random, { nodes: 8 });
    const steps = 1 + Math.floor(random.uniform() * 6);
    const parameters = randomParameters(graph, random);
    const uniform = (length: number) => Float64Array.from({ length }, () => 2 * random.uniform() - 1);
    const inputs = uniform(steps * graph.inputCount);
    const targets = uniform(steps * graph.outputs.length);
    const weights = Float64Array.from({ length: steps }, (_, t) => (t === 0 ? 1 : Math.floor(3 * random.uniform())));
    const total = weights.reduce((sum, weight) => sum + weight, 0);

    const unrolled = unroll(graph, steps);
    expect(unrolled.parameterCount).toBe(graph.parameterCount);
    const one = reference().prepare(graph, 1, steps);
    const other = reference().prepare(unrolled, 1);
    for (const executor of [one, other]) executor.parameters.set(parameters);
    const mean = one.backpropagate(inputs, targets, new Array<number>(steps).fill(1), mse(), { weights });
    const sum = other.backpropagate(inputs, targets, 1, sumOfSteps(mse(), graph.outputs.length, weights));

    const actual: number[] = [mean, ...one.gradients];
    const expected = [sum / total, ...Array.from(other.gradients, (gradient) => gradient / total)];
    for (const id of graph.ids) {
      for (let t = 0; t < steps; t++) {
        const at = `${id}@${t}`;
        actual.push(one.cache.x(id, 0, t), one.cache.slope(id, 0, t), one.cache.dLossDx(id, 0, t));
        expected.push(other.cache.x(at), other.cache.slope(at), other.cache.dLossDx(at));
      }
    }
    const different = actual.findIndex((value, k) => !Object.is(value, expected[k]));
    expect(different, `seed ${seed}: the first number that differs`).toBe(-1);
    graphsWithDelays += Number(graph.stateSize > 0);
    nodeCount += graph.nodeCount;
  }
  expect(graphsWithDelays).toBeGreaterThan(300);
  expect(nodeCount).toBeGreaterThan(2000);
});

test('an unrolled graph keeps the initial parameters, and only the chosen steps have outputs', () => {
  const builder = new GraphBuilder();
  builder.output(builder.node('h', { from: [builder.input('x'), delayed('h')], activation: tanh, init: { b: 7 } }));
  const unrolled = unroll(builder.build(), 3, [2]);
  expect(Array.from(unrolled.outputs, (i) => unrolled.ids[i])).toEqual(['h@2']);
  expect(new Network(unrolled).getParameters('h@1').b).toBe(7);
});

test('values from before the first step are nodes with a built-in identity activation and slope 1', () => {
  const builder = new GraphBuilder();
  builder.output(builder.node('h', { from: [builder.input('x'), delayed('h', 2)], activation: tanh }));
  const unrolled = unroll(builder.build(), 1);
  const { cache } = backpropagate(new Network(unrolled), [1], [0], mse());
  const activation = unrolled.activations[unrolled.activationOf[unrolled.indexOf('h@-2')]];
  expect(activation.builtin).toEqual({ name: 'identity', options: {} });
  expect(cache.slope('h@-2')).toBe(1);
});

test('unroll rejects a number of steps for which the unrolled graph would be too large, without building it', () => {
  const tooLarge = (expected: string, received: number): unknown =>
    expect.objectContaining({
      code: 'OUT_OF_RANGE',
      details: expect.objectContaining({ expected, received }) as unknown,
    });
  const builder = new GraphBuilder();
  const x = builder.input('x');
  const from = [x, delayed(x, 2), delayed('h'), delayed('h', 3), delayed('h', 2 ** 31)];
  builder.output(builder.node('h', { from, activation: tanh }));
  const graph = builder.build();
  // The unrolled graph has a copy of both nodes per step, and nodes for the values from before step 0: 2 values of x,
  // 3 values of h for the delays 1 and 3, and up to 2³¹ − 3 more values of h for the delay 2³¹, one per step.
  for (const steps of [2 ** 23, 2 ** 24, 2 ** 40]) {
    const received = 2 * steps + 2 + 3 + Math.min(steps, 2 ** 31 - 3);
    expect(() => unroll(graph, steps)).toThrow(tooLarge(`at most ${2 ** 24}`, received));
  }

  const dense = new GraphBuilder();
  dense.output(...dense.layer(400, { from: dense.inputs(400), activation: tanh }));
  expect(() => unroll(dense.build(), 20_000)).toThrow(tooLarge(`at most ${2 ** 31}`, 3.2e9));
});
