/** Tests of details: names in messages, order, lengths, and values that must not change. */
import { elu, identity, sigmoid } from '@nnbp/activations';
import {
  backpropagateBatch,
  GraphBuilder,
  js,
  type Loss,
  mlp,
  Network,
  type NodeOptions,
  type Optimizer,
  Random,
  reference,
  shuffle,
  Standardization,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

/** x → a → y, with c fixed at 1. */
function chain(): Network {
  const builder = new GraphBuilder();
  const a = builder.node('a', { from: [builder.input('x')], activation: identity, fixed: { c: 1 } });
  builder.output(builder.node('y', { from: [a], activation: identity, fixed: { c: 1 } }));
  return new Network(builder.build());
}

/** A loss of 0 with the given derivative. */
const steep = (derivative: number): Loss => ({
  name: 'steep',
  value: () => 0,
  derivative: (_x, _t, dLossDx) => void dLossDx.fill(derivative),
});

describe('a graph', () => {
  test('a graph has its inputs first, wherever they were declared, and no shared weights by default', () => {
    const builder = new GraphBuilder();
    builder.output(builder.node('y', { from: ['b', 'a'], activation: identity }));
    builder.input('a');
    builder.input('b');
    const graph = builder.build();
    expect(graph.ids).toEqual(['a', 'b', 'y']);
    expect(graph.weightSlots).toBeUndefined();
  });

  test('a name in `shared` that only one parameter has does not change the graph', () => {
    const build = (shared: NodeOptions['shared'], units: number) => {
      const builder = new GraphBuilder();
      builder.layer(units, { from: [builder.input('x')], activation: sigmoid, name: 'h', shared: shared! });
      builder.output('h.0');
      const { biasSlots, scaleSlots, weightSlots, parameterCount } = builder.build();
      return [biasSlots, scaleSlots, weightSlots, parameterCount];
    };
    const shared = { b: 'name', c: 'name', w: { x: 'name' } };
    expect(build(shared, 1)).toEqual(build({}, 1));
    const slots = build(shared, 2).map((each) => (typeof each === 'number' ? each : Array.from(each!).slice(-2)));
    expect(slots).toEqual([[0, 0], [1, 1], [2, 2], 3]);
  });

  test('the graph stores built-in activations with the same options once, even if they are different objects', () => {
    const { name, value, derivative } = identity;
    const custom = () => ({ name, value, derivative });
    const renamed = { ...elu.alpha(2), name: 'mine' };
    const changed = { ...identity, value: (h: number) => 2 * h };
    const activations = [elu.alpha(2), elu.alpha(2), elu.alpha(3), custom(), custom(), renamed, identity, changed];
    const builder = new GraphBuilder();
    const x = builder.input('x');
    activations.forEach((activation, k) => builder.output(builder.node(`y${k}`, { from: [x], activation })));
    const graph = builder.build();
    expect(Array.from(graph.activationOf).slice(1)).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
    expect(graph.activations[0]).toBe(activations[0]);
  });

  test('a builder numbers its layers', () => {
    const builder = new GraphBuilder();
    const first = builder.layer(1, { from: [builder.input('x')], activation: identity });
    expect([...first, ...builder.layer(1, { from: first, activation: identity })]).toEqual(['layer1.0', 'layer2.0']);
  });

  test('a builder rejects duplicate predecessors and an incomplete activation', () => {
    const builder = new GraphBuilder();
    for (const id of ['a', 'b', 'c']) builder.input(id);
    expect(() => builder.node('y', { from: ['a', 'b', 'b', 'c'], activation: identity })).toThrow('"b" twice');
    const half = { name: 'half', value: identity.value } as typeof identity;
    expect(() => builder.node('y', { from: ['a'], activation: half })).toThrow(
      expect.objectContaining({ code: 'WRONG_TYPE' }),
    );
  });

  /**
   * Returns a function that builds a graph with a ring of `count` nodes. The output, which reads node n0, is declared
   * before the ring.
   */
  const ring = (count: number) => {
    const builder = new GraphBuilder();
    builder.input('x');
    builder.output(builder.node('before', { from: ['n0'], activation: identity }));
    for (let k = 0; k < count; k++) builder.node(`n${k}`, { from: [`n${(k + 1) % count}`], activation: identity });
    return () => builder.build();
  };

  test('the error for a cycle names only nodes of the cycle, at most twelve of them', () => {
    const descendingIds = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, k) => `n${from - k}`);
    const message = (...path: string[]) =>
      `Graph has a cycle: ${path.join(' → ')}. Remove one of these edges, or use delayed("${path[0]}") to read the value of the previous step.`;
    expect(ring(2)).toThrow(message('n1', 'n0', 'n1'));
    expect(ring(12)).toThrow(message(...descendingIds(11, 0), 'n11'));
    expect(ring(13)).toThrow(message(...descendingIds(12, 7), '…', ...descendingIds(4, 0), 'n12'));
  });
});

describe('numbers in messages', () => {
  test('the error for an index out of range includes the valid range', () => {
    const { cache } = backpropagateBatch(
      new Network(mlp([1, 1], { activation: identity })),
      [[1], [2]],
      [[1], [2]],
      mse(),
    );
    expect(() => cache.x('output.0', 2)).toThrow('sample: expected an integer from 0 to 1, received 2.');
  });

  test('the error for a number out of range names both limits, or uses ≥ if the range has no upper limit', () => {
    const graph = mlp([1, 1], { activation: identity });
    expect(() => reference().prepare(graph, 0)).toThrow('batchSize: expected an integer ≥ 1, received 0.');
    expect(() => new GraphBuilder().inputs(2 ** 40)).toThrow(/from 1 to \d+, received 1099511627776/);
  });
});

describe('a batch of samples with two outputs', () => {
  const network = new Network(mlp([2, 3, 2], { activation: sigmoid }), { seed: 5 });
  const inputs = [
    [0.1, 0.2],
    [0.3, -0.4],
    [-0.5, 0.6],
  ];
  const targets = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];

  test('targetProblem is called once per sample with all of its targets', () => {
    const checkedTargets: number[][] = [];
    backpropagateBatch(network, inputs, targets, {
      ...mse(),
      targetProblem: (t) => void checkedTargets.push(Array.from(t)),
    });
    expect(checkedTargets).toEqual(targets);
  });

  test('each prediction is a new array, with and without scalers', () => {
    const { outputs } = backpropagateBatch(network, inputs, targets, mse());
    expect(network.predictBatch(inputs)).toEqual(outputs);
    const scaled = new Network(network.graph);
    scaled.parameters.vector.set(network.parameters.vector);
    scaled.outputScaler = new Standardization([10, -10], [2, 4]);
    expect(scaled.predictBatch(inputs)).toEqual(outputs.map(([first, second]) => [10 + 2 * first, -10 + 4 * second]));
  });

  test.each([reference(), js()])(
    '$name accepts arrays that are too long, but not those that are too short',
    (engine) => {
      const executor = engine.prepare(network.graph, 3);
      executor.parameters.set(network.parameters.vector);
      const actual = executor.predict(Float64Array.from([...inputs.flat(), 7, 7]), 3);
      expect(Array.from(actual)).toEqual(network.predictBatch(inputs).flat());
      expect(executor.predict(Float64Array.from(inputs.flat()), 2)).toHaveLength(4);
      expect(() => executor.backpropagate(Float64Array.from(inputs.flat()), new Float64Array(5), 3, mse())).toThrow(
        'targets: expected 6 numbers, received 5.',
      );
      const longTargets = Float64Array.from([...targets.flat(), 7]);
      expect(executor.backpropagate(Float64Array.from(inputs.flat()), longTargets, 3, mse())).toBeGreaterThan(0);
    },
  );
});

describe('overflow', () => {
  test('an overflow of dloss/dx of an input is reported even if it occurs in only one sample', () => {
    const network = chain();
    network.setParameters('a', { b: 0, w: { x: 1e200 } });
    network.setParameters('y', { b: 0, w: { a: 1 } });
    expect(() => backpropagateBatch(network, [[1e-200], [0]], [[1e150], [0]], mse())).toThrow(
      'Sample 0: dLossDx of node "x" is -Infinity.',
    );
  });

  const twoZeros = [[0], [0]];

  test('an overflow in the sum of a gradient over samples is reported', () => {
    const network = chain();
    network.setParameters('a', { w: { x: 0 } });
    network.setParameters('y', { w: { a: 1e-300 } });
    expect(() => backpropagateBatch(network, twoZeros, twoZeros, steep(1e308))).toThrow(
      'A gradient of node "y" is Infinity.',
    );
  });

  test('an overflow of the first entry of the gradient vector is reported', () => {
    const builder = new GraphBuilder();
    builder.output(builder.node('y', { from: [builder.input('x')], activation: identity, fixed: { c: 1 } }));
    const network = new Network(builder.build());
    expect(() => backpropagateBatch(network, twoZeros, twoZeros, steep(1e308))).toThrow(
      'A gradient of node "y" is Infinity.',
    );
  });

  test.each([reference(), js()])(
    'step of $name returns NaN and does not call the optimizer if a gradient overflows',
    (engine) => {
      const executor = engine.prepare(chain().graph, 2);
      const optimizer = { step: () => expect.unreachable() } as unknown as Optimizer;
      executor.parameters.set([0, 0, 0, 1e-300]);
      expect(executor.step(new Float64Array(2), new Float64Array(2), 2, steep(1e308), optimizer)).toBeNaN();
      expect(Array.from(executor.parameters)).toEqual([0, 0, 0, 1e-300]);
    },
  );
});

describe('the parameters of a node', () => {
  test('getParameters returns a new plain object', () => {
    const actual = chain().getParameters('y');
    expect(Object.keys(actual)).toEqual(['b', 'w']);
    actual.w.a = 5;
    expect(actual.w).toEqual({ a: 5 });
    delete actual.w.a;
    expect(actual.w).toEqual({});
  });

  test('setParameters writes to the vector, and outputPosition is −1 for nodes that are not outputs', () => {
    const network = chain();
    network.setParameters('a', { b: 1, w: { x: 2 } });
    network.setParameters('y', { b: 3, w: { a: 4 } });
    expect(network.parameters.vector).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(network.graph.outputPosition).toEqual(Int32Array.of(-1, -1, 0));
  });

  test('setParameters rejects a weight of the next node and leaves the parameters unchanged', () => {
    const network = chain();
    const before = network.parameters.vector.slice();
    expect(() => network.setParameters('a', { w: { a: 3 } })).toThrow('Node "a" has no edge from "a".');
    expect(network.parameters.vector).toEqual(before);
  });
});

test('shuffling n entries draws 32 random bits n − 1 times, and uniform draws 64 bits', () => {
  const [shuffled, drawn] = [new Random(7), new Random(7)];
  shuffle([1, 2, 3, 4, 5], shuffled);
  for (let k = 0; k < 2; k++) drawn.uniform();
  expect(shuffled.state()).toEqual(drawn.state());
});

test('copy lets a generator continue from the state of another one', () => {
  const [one, other] = [new Random(1), new Random(2)];
  other.uniform();
  one.copy(other);
  expect(one.uniform()).toBe(other.uniform());
});
