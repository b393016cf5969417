import * as activations from '@nnbp/activations';
import { randomGraph, randomGeneralGraph, randomParameters, randomSamples } from '@nnbp/conformance';
import {
  type Activation,
  backpropagate,
  backpropagateBatch,
  forward,
  type Graph,
  GraphBuilder,
  type Loss,
  Network,
  parameterGradients,
  Random,
  type SampleCache,
  shuffle,
  slope,
  derivativeFromSuccessors,
} from '@nnbp/core';
import { checkNetwork, checkSequence } from '@nnbp/gradcheck';
import * as losses from '@nnbp/losses';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const rows = (flat: Float64Array, width: number) =>
  Array.from({ length: flat.length / width }, (_, s) => Array.from(flat.subarray(s * width, (s + 1) * width)));

function randomNetwork(random: Random, nodes: number): Network {
  const network = new Network(randomGraph(random, { nodes }));
  network.parameters.vector.set(randomParameters(network.graph, random));
  return network;
}

type TargetMaker = (random: Random, outputs: number) => readonly number[];

/** Compares up to `max` derivatives with finite differences, on two random samples. */
function expectDerivatives(network: Network, random: Random, loss: Loss, max: number, target?: TargetMaker): void {
  const { graph } = network;
  const data = randomSamples(graph, random, 2, target);
  const [inputs, targets] = [rows(data.inputs, graph.inputCount), rows(data.targets, graph.outputs.length)];
  const report = checkNetwork(network, inputs, targets, loss, {
    maxDerivatives: max,
    seed: Math.floor(2 ** 32 * random.uniform()),
  });
  if (report.mismatches.length > 0) throw new Error(report.toString());
}

/** An asymmetric loss in which each term depends on an output and on the next output. */
const coupled: Loss = {
  name: 'coupled',
  value(x, t) {
    let sum = 0;
    for (let k = 0; k < x.length; k++) sum += (x[k] - t[k]) ** 2 * (1 + 0.3 * Math.tanh(x[(k + 1) % x.length]));
    return sum;
  },
  derivative(x, t, dLossDx) {
    const n = x.length;
    for (let k = 0; k < n; k++) {
      const before = (k + n - 1) % n;
      dLossDx[k] =
        2 * (x[k] - t[k]) * (1 + 0.3 * Math.tanh(x[(k + 1) % n])) +
        (x[before] - t[before]) ** 2 * 0.3 * (1 - Math.tanh(x[k]) ** 2);
    }
  },
};
const asymmetric = losses.elementwise({
  name: 'asymmetric',
  value: (x, t) => (x > t ? 3 : 1) * (x - t) ** 2,
  derivative: (x, t) => (x > t ? 6 : 2) * (x - t),
});

test('backpropagation through time agrees with finite differences on 80 random graphs with delays, aggregations, and fixed and shared parameters', () => {
  let compared = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const random = new Random(seed);
    const network = new Network(randomGeneralGraph(random, { nodes: 8 }));
    const { graph } = network;
    network.parameters.vector.set(randomParameters(graph, random));
    const steps = 1 + Math.floor(5 * random.uniform());
    const data = randomSamples(graph, random, steps);
    const targets = rows(data.targets, graph.outputs.length).map((row, t) =>
      t > 0 && random.uniform() < 0.3 ? null : row,
    );
    const report = checkSequence(network, rows(data.inputs, graph.inputCount), targets, losses.mse(), {
      maxDerivatives: 20,
      seed,
    });
    if (report.mismatches.length > 0) throw new Error(`seed ${seed}: ${report.toString()}`);
    compared += report.comparisons.length;
  }
  expect(compared).toBeGreaterThan(500);
});

describe('on random graphs, backpropagation agrees with finite differences', () => {
  const cases: [string, Loss, TargetMaker?][] = [
    ['mse', losses.mse()],
    ['mae', losses.mae()],
    ['huber', losses.huber({ delta: 0.5 })],
    ['logCosh', losses.logCosh()],
    [
      'binaryCrossEntropyWithLogits',
      losses.binaryCrossEntropyWithLogits(),
      (r, n) => Array.from({ length: n }, () => r.uniform()),
    ],
    ['softmaxCrossEntropy', losses.softmaxCrossEntropy(), (r, n) => Array.from({ length: n }, () => r.uniform())],
    ['hinge', losses.hinge(), (r, n) => Array.from({ length: n }, () => (r.uniform() < 0.5 ? -1 : 1))],
    ['poisson', losses.poisson(), (r, n) => Array.from({ length: n }, () => Math.floor(4 * r.uniform()))],
    ['klDivergence', losses.klDivergence(), (r, n) => Array.from({ length: n }, () => r.uniform())],
    ['a loss that couples outputs', coupled],
    ['an asymmetric loss', asymmetric],
  ];
  for (const [name, loss, target] of cases) {
    test(`backpropagation agrees with finite differences for ${name}`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, nodes) => {
          const random = new Random(seed);
          expectDerivatives(randomNetwork(random, nodes), random, loss, 60, target);
        }),
        { numRuns: 25 },
      );
    });
  }

  test('backpropagation agrees with finite differences for binaryCrossEntropy, with probabilities as outputs', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 3, max: 60 }), (seed, nodes) => {
        const random = new Random(seed);
        const graph = randomGraph(random, { nodes, output: { activation: activations.sigmoid, fixed: { c: 1 } } });
        const network = new Network(graph);
        network.parameters.vector.set(randomParameters(graph, random));
        const target: TargetMaker = (r, n) => Array.from({ length: n }, () => r.uniform());
        expectDerivatives(network, random, losses.binaryCrossEntropy(), 60, target);
      }),
      { numRuns: 25 },
    );
  });

  test('backpropagation agrees with finite differences for large graphs of up to 200 nodes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        expectDerivatives(randomNetwork(random, 200), random, losses.mse(), 40);
      }),
      { numRuns: 30 },
    );
  });
});

test('checkNetwork accepts a correct derivative near a jump in the second derivative of an activation', () => {
  // The property tests above found this case: softsign at a small h.
  const random = new Random(-690458160);
  const target: TargetMaker = (r, n) => Array.from({ length: n }, () => r.uniform());
  expectDerivatives(randomNetwork(random, 42), random, losses.klDivergence(), 60, target);
});

describe('on a graph whose output feeds another node, backpropagation agrees with finite differences', () => {
  for (const { activation } of Object.values(activations.activationRecords)) {
    test(`backpropagation agrees with finite differences for an output that feeds another node, with ${activation.name}`, () => {
      const builder = new GraphBuilder();
      builder.input('in');
      builder.node('a', { from: ['in'], activation });
      builder.node('b', { from: ['in', 'a'], activation: activations.tanh });
      builder.node('c', { from: ['a', 'b'], activation, fixed: { c: 1 } });
      builder.output('a', 'c');
      const network = new Network(builder.build(), { seed: 3 });
      network.setParameters('a', { b: 0.21, c: 1.3 });
      checkNetwork(
        network,
        [[0.37], [-0.81]],
        [
          [0.2, 0.4],
          [1, -1],
        ],
        coupled,
      ).assert();
    });
  }
});

test('the gradient of a batch is the mean of the gradients of its samples', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 7 }), (seed, samples) => {
      const random = new Random(seed);
      const network = randomNetwork(random, 60);
      const { graph } = network;
      const data = randomSamples(graph, random, samples);
      const [inputs, targets] = [rows(data.inputs, graph.inputCount), rows(data.targets, graph.outputs.length)];
      const batch = backpropagateBatch(network, inputs, targets, losses.mse());
      const mean = new Float64Array(graph.parameterCount);
      let loss = 0;
      for (let s = 0; s < samples; s++) {
        const pass = backpropagate(network, inputs[s], targets[s], losses.mse());
        loss += pass.loss / samples;
        pass.gradients.vector.forEach((gradient, p) => (mean[p] += gradient / samples));
        for (const id of graph.ids) expect(batch.cache.dLossDx(id, s)).toBe(pass.cache.dLossDx(id));
      }
      expect(batch.loss).toBeCloseTo(loss, 12);
      mean.forEach((gradient, p) => expect(batch.gradients.vector[p]).toBeCloseTo(gradient, 10));
    }),
    { numRuns: 30 },
  );
});

test('declaring the nodes in a different order changes results only by rounding', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const graph = randomGraph(random, { nodes: 50 });
      const other = redeclared(graph, random);
      const one = new Network(graph, { seed });
      const two = new Network(other);
      for (const id of graph.ids.slice(graph.inputCount)) two.setParameters(id, one.getParameters(id));
      const data = randomSamples(graph, random, 1);
      const loss = losses.mse();
      const [first, second] = [one, two].map((network) => backpropagate(network, data.inputs, data.targets, loss));
      expect(second.loss).toBeCloseTo(first.loss, 10);
      for (const id of graph.ids) expect(second.cache.dLossDx(id)).toBeCloseTo(first.cache.dLossDx(id), 9);
    }),
    { numRuns: 60 },
  );
});

/** Returns the same graph, with its nodes declared in a different order. */
function redeclared(graph: Graph, random: Random): Graph {
  const builder = new GraphBuilder();
  for (const id of graph.ids.slice(0, graph.inputCount)) builder.input(id);
  const order = Uint32Array.from({ length: graph.nodeCount - graph.inputCount }, (_, k) => graph.inputCount + k);
  shuffle(order, random);
  for (const i of order) {
    builder.node(graph.ids[i], {
      from: Array.from(
        { length: graph.edgeStart[i + 1] - graph.edgeStart[i] },
        (_, k) => graph.ids[graph.predecessors[graph.edgeStart[i] + k]],
      ),
      activation: graph.activations[graph.activationOf[i]],
      fixed: graph.scaleTrainable[i] === 1 ? {} : { c: 1 },
      shared: {
        w: Object.fromEntries(
          Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k).map(
            (edge) => [graph.ids[graph.predecessors[edge]], `weight ${graph.weightIndex(edge, i)}`],
          ),
        ),
      },
    });
  }
  builder.output(...Array.from(graph.outputs, (i) => graph.ids[i]));
  return builder.build();
}

describe('the number of computations in a pass', () => {
  /** An array that counts how often each entry is written. */
  function counting(length: number) {
    const writes = new Uint32Array(length);
    const array = new Proxy(new Float64Array(length), {
      set(target, key, value: number) {
        writes[Number(key)]++;
        target[Number(key)] = value;
        return true;
      },
      get: (target, key) => target[key as unknown as number],
    });
    return { array, writes };
  }

  test('each of h, g, x, slope and dLossDx is computed exactly once per pass', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed);
        const graph = randomGraph(random, { nodes: 40 });
        const slots = graph.slots(randomParameters(graph, random));
        const parts = Object.fromEntries(
          (['h', 'g', 'x', 'slope', 'dLossDx'] as const).map((name) => [name, counting(graph.nodeCount)]),
        );
        const sample = Object.fromEntries(
          Object.entries(parts).map(([name, { array }]) => [name, array]),
        ) as unknown as SampleCache;
        const sequence = { steps: [sample], length: 1, before: graph.initialState() };
        for (let i = graph.inputCount; i < graph.nodeCount; i++) forward(graph, slots, sequence, 0, i);
        const gradients = new Float64Array(slots.length);
        for (let i = graph.nodeCount - 1; i >= 0; i--) {
          sample.dLossDx[i] = derivativeFromSuccessors(graph, slots, sequence, 0, i);
          if (i < graph.inputCount) continue;
          slope(graph, slots, sequence, 0, i);
          parameterGradients(graph, sequence, 0, i, gradients);
        }
        for (const [name, { writes }] of Object.entries(parts)) {
          for (let i = name === 'dLossDx' ? 0 : graph.inputCount; i < graph.nodeCount; i++) expect(writes[i]).toBe(1);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("a pass calls g and g' of each node, and the loss and its derivative, once per sample", () => {
    const calls = { value: 0, derivative: 0, loss: 0, dLoss: 0 };
    const countingActivation: Activation = {
      name: 'counting',
      value: (h) => (calls.value++, Math.tanh(h)),
      derivative: (_, g) => (calls.derivative++, 1 - g * g),
    };
    const mse = losses.mse();
    const countingLoss: Loss = {
      name: 'counting',
      value: (x, t) => (calls.loss++, mse.value(x, t)),
      derivative: (x, t, dLossDx) => {
        calls.dLoss++;
        mse.derivative(x, t, dLossDx);
      },
    };
    const graph = randomGraph(new Random(5), { nodes: 80, activations: [countingActivation] });
    const samples = 3;
    const data = randomSamples(graph, new Random(1), samples);
    backpropagateBatch(
      new Network(graph),
      rows(data.inputs, graph.inputCount),
      rows(data.targets, graph.outputs.length),
      countingLoss,
    );
    const computed = samples * (graph.nodeCount - graph.inputCount);
    expect(calls).toEqual({ value: computed, derivative: computed, loss: samples, dLoss: samples });
  });
});

test('softmax cross-entropy has the derivative p - t for each logit', () => {
  const dLossDx = new Float64Array(3);
  losses.softmaxCrossEntropy().derivative([1, 2, 3], [0, 1, 0], dLossDx);
  const sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
  [1, 2, 3].forEach((x, k) => expect(dLossDx[k]).toBeCloseTo(Math.exp(x) / sum - Number(k === 1), 15));
});

test('the gradient of a weight that two edges share is the sum of the gradients of two separate weights, and setting the weight for one edge sets it for both', () => {
  const build = (shared: boolean) => {
    const builder = new GraphBuilder();
    const from = [builder.input('a'), builder.input('b')];
    const share = shared ? { shared: { w: { a: 'w', b: 'w' } } } : {};
    builder.output(builder.node('n', { from, activation: activations.sigmoid, ...share }));
    const network = new Network(builder.build());
    network.setParameters('n', { w: { a: 0.7, b: 0.7 } });
    return network;
  };
  const [one, two] = [build(true), build(false)];
  expect(one.graph.parameterCount).toBe(two.graph.parameterCount - 1);
  const [shared, separate] = [one, two].map(
    (network) => backpropagate(network, [2, -3], [1], losses.mse()).gradients.of('n').w,
  );
  expect(shared.a).toBe(shared.b);
  expect(shared.a).toBeCloseTo(separate.a + separate.b, 14);
  one.setParameters('n', { w: { b: 5 } });
  expect(one.getParameters('n').w).toEqual({ a: 5, b: 5 });
});
