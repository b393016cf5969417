import { identity, sigmoid } from '@nnbp/activations';
import {
  backpropagate,
  backpropagateBatch,
  constant,
  GraphBuilder,
  mlp,
  Network,
  NnbpError,
  ParameterVector,
  Random,
  reference,
  Standardization,
} from '@nnbp/core';
import { hinge, mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { errorOf } from './error-of.js';

const node = (from: string[]) => ({ from, activation: sigmoid });
const graphOf = (write: (builder: GraphBuilder) => void) => {
  const builder = new GraphBuilder();
  write(builder);
  return builder.build();
};
const network = () => new Network(mlp([2, 3, 1], { activation: sigmoid }), { seed: 1 });

const table: [what: string, code: string, message: RegExp, action: () => unknown][] = [
  [
    'a cycle',
    'CYCLE',
    /a → b → c → a|b → c → a → b|c → a → b → c/,
    () =>
      graphOf((g) => {
        g.input('i');
        g.node('a', node(['i', 'c']));
        g.node('b', node(['a']));
        g.node('c', node(['b']));
        g.output('c');
      }),
  ],
  [
    'a long cycle, which the message shortens',
    'CYCLE',
    /…/,
    () =>
      graphOf((g) => {
        g.input('i');
        for (let k = 0; k < 40; k++) g.node(`n${k}`, node([`n${(k + 39) % 40}`]));
        g.output('n0');
      }),
  ],
  ['a self edge', 'SELF_EDGE', /"a" is its own/, () => new GraphBuilder().node('a', node(['a']))],
  [
    'an unknown predecessor',
    'UNKNOWN_ID',
    /"x".*"a"/,
    () =>
      graphOf((g) => {
        g.input('i');
        g.node('a', node(['x']));
        g.output('a');
      }),
  ],
  [
    'an unknown output',
    'UNKNOWN_ID',
    /"x"/,
    () =>
      graphOf((g) => {
        g.input('i');
        g.output('x');
      }),
  ],
  ['a duplicate id', 'DUPLICATE_ID', /"i"/, () => graphOf((g) => (g.input('i'), g.input('i')))],
  ['a duplicate edge', 'DUPLICATE_EDGE', /"i" twice/, () => new GraphBuilder().node('a', node(['i', 'j', 'i']))],
  ['a duplicate output', 'DUPLICATE_OUTPUT', /"a" is declared twice/, () => new GraphBuilder().output('b', 'a', 'a')],
  ['a graph without inputs', 'NO_INPUTS', /input/, () => new GraphBuilder().build()],
  ['a graph without outputs', 'NO_OUTPUTS', /output/, () => graphOf((g) => g.input('i'))],
  ['a layer without nodes', 'EMPTY_LAYER', /layer1/, () => new GraphBuilder().layer(0, node(['i']))],
  ['a layer without predecessors', 'EMPTY_LAYER', /predecessors/, () => new GraphBuilder().layer(2, node([]))],
  ['a fractional number of nodes', 'OUT_OF_RANGE', /2.5/, () => new GraphBuilder().inputs(2.5)],
  [
    'more than 2²⁴ nodes, including the inputs',
    'OUT_OF_RANGE',
    /^The number of nodes: expected an integer from 1 to 16777216, received 16777217\.$/,
    () => {
      const builder = new GraphBuilder();
      builder.layer(2 ** 24, { from: [builder.input('x')], activation: sigmoid });
    },
  ],
  [
    'more inputs than a Map can hold',
    'OUT_OF_RANGE',
    /from 1 to 16777216, received 8589934592/,
    () => new GraphBuilder().inputs(2 ** 33),
  ],
  [
    'more than 2³¹ edges',
    'OUT_OF_RANGE',
    /edges.* to 2147483648, received 2500000000/,
    () => mlp([50_000, 50_000], { activation: sigmoid }),
  ],
  ['an id that is not a string', 'WRONG_TYPE', /string/, () => new GraphBuilder().input(7 as unknown as string)],
  [
    'an input that is not an array',
    'WRONG_TYPE',
    /array/,
    () => new Network(mlp([1, 1], { activation: sigmoid })).predict({} as never),
  ],
  ['a missing activation', 'WRONG_TYPE', /activation/, () => new GraphBuilder().node('a', { from: [] } as never)],
  [
    'a shared weight for an edge that does not exist',
    'UNKNOWN_ID',
    /"z"/,
    () => new GraphBuilder().node('a', { ...node(['i']), shared: { w: { z: 'w' } } }),
  ],
  ['an mlp with only one size', 'WRONG_LENGTH', /two sizes/, () => mlp([3], { activation: sigmoid })],
  [
    'a seed that is not a number',
    'NOT_FINITE',
    /seed/,
    () => new Network(mlp([1, 1], { activation: sigmoid }), { seed: NaN }),
  ],
  [
    'an initializer that returns Infinity',
    'NOT_FINITE',
    /initialized/,
    () => new Network(mlp([1, 1], { activation: sigmoid }), { initializer: constant(Infinity) }),
  ],
  ['a short input', 'WRONG_LENGTH', /expected 2 numbers, received 1/, () => network().predict([1])],
  ['a long target', 'WRONG_LENGTH', /target/, () => backpropagate(network(), [1, 2], [1, 2], mse())],
  [
    'standardization of rows that have different lengths',
    'NOT_FINITE',
    /mean/,
    () => Standardization.fit([[1, 2], [3]]),
  ],
  ['NaN as input', 'NOT_FINITE', /position 1.*NaN/, () => network().predict([1, NaN])],
  ['infinity as target', 'NOT_FINITE', /target/, () => backpropagate(network(), [1, 2], [Infinity], mse())],
  [
    'a target that is invalid for the loss',
    'WRONG_TARGET',
    /-1 or 1, received 0/,
    () => backpropagate(network(), [1, 2], [0], hinge()),
  ],
  [
    'fewer targets than inputs',
    'WRONG_LENGTH',
    /one row per sample/,
    () => backpropagateBatch(network(), [[1, 2]], [], mse()),
  ],
  ['no samples', 'EMPTY_DATA', /^inputs is empty/, () => network().predictBatch([])],
  ['an unknown node', 'UNKNOWN_ID', /"x"/, () => network().getParameters('x')],
  ['parameters of an input', 'UNKNOWN_ID', /input/, () => network().getParameters('input.0')],
  [
    'a weight for an edge that does not exist',
    'UNKNOWN_ID',
    /no edge/,
    () => network().setParameters('output.0', { w: { 'input.0': 1 } }),
  ],
  ['a parameter that is NaN', 'NOT_FINITE', /b of node/, () => network().setParameters('output.0', { b: NaN })],
  [
    'a value for a fixed c',
    'FIXED_PARAMETER',
    /fixed/,
    () => new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } })).setParameters('output.0', { c: 2 }),
  ],
  ['a batch size of 0', 'OUT_OF_RANGE', /batchSize/, () => reference().prepare(network().graph, 0)],
  [
    'a sample that does not exist',
    'OUT_OF_RANGE',
    /sample/,
    () => backpropagate(network(), [1, 2], [1], mse()).cache.x('output.0', 1),
  ],
  [
    'more samples than the batch size',
    'OUT_OF_RANGE',
    /from 1 to 2, received 3/,
    () => reference().prepare(network().graph, 2).predict(new Float64Array(6), 3),
  ],
  [
    'use after dispose',
    'DISPOSED',
    /disposed/,
    () => {
      const executor = reference().prepare(network().graph, 1);
      executor.dispose();
      executor.dispose();
      executor.predict(new Float64Array(2), 1);
    },
  ],
  [
    'fewer rows than samples',
    'WRONG_LENGTH',
    /inputs: expected 4 numbers, received 3/,
    () => reference().prepare(network().graph, 2).predict(new Float64Array(3), 2),
  ],
  [
    'fewer targets than samples',
    'WRONG_LENGTH',
    /targets: expected 2 numbers, received 1/,
    () => reference().prepare(network().graph, 2).backpropagate(new Float64Array(4), new Float64Array(1), 2, mse()),
  ],
  [
    'a vector that does not match the layout',
    'WRONG_LENGTH',
    /vector: expected 17 numbers, received 1/,
    () => new ParameterVector(network().graph, new Float64Array(1)),
  ],
  [
    'an unknown parameter of a node',
    'WRONG_TYPE',
    /Node "output.0": expected an object with b, c or w, received "bias"/,
    () => network().setParameters('output.0', { bias: 1 } as never),
  ],
  [
    'an array of outputs',
    'WRONG_TYPE',
    /A node's id: expected a string, received a,b/,
    () => new GraphBuilder().output(['a', 'b'] as never),
  ],
  ['an incomplete random state', 'WRONG_LENGTH', /state/, () => new Random(1).restore([1, 2])],
  ['a deviation of 0', 'OUT_OF_RANGE', /above 0/, () => new Standardization([0], [0])],
  [
    'an input scaler with the wrong width',
    'WRONG_LENGTH',
    /inputScaler/,
    () => (network().inputScaler = new Standardization([0], [1])),
  ],
  [
    'an output scaler with the wrong width',
    'WRONG_LENGTH',
    /outputScaler/,
    () => (network().outputScaler = new Standardization([0, 0], [1, 1])),
  ],
];

describe('bad input', () => {
  for (const [what, code, message, action] of table) {
    test(`a typed error is thrown for ${what}`, () => {
      const error = errorOf(action);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    });
  }

  test('predict throws for a parameter that is NaN', () => {
    const broken = network();
    broken.parameters.vector[3] = NaN;
    expect(errorOf(() => broken.predict([1, 2])).code).toBe('NOT_FINITE');
  });
});

describe('a rejected call', () => {
  test('a rejected setParameters leaves all parameters unchanged', () => {
    const one = network();
    const before = one.parameters.vector.slice();
    expect(() => one.setParameters('output.0', { b: 1, w: { 'layer1.0': 3, nobody: 1 } })).toThrow(NnbpError);
    expect(one.parameters.vector).toEqual(before);
  });

  test('a rejected call to layer adds no node, and a rejected call to output adds no output', () => {
    const builder = new GraphBuilder();
    const from = [builder.input('i'), builder.input('layer1.1')];
    expect(() => builder.layer(2, { from, activation: sigmoid })).toThrow(/layer1.1/);
    expect(builder.layer(2, { from, activation: sigmoid, name: 'other' })).toEqual(['other.0', 'other.1']);
    builder.output('other.0');
    expect(() => builder.output('other.1', 'other.0')).toThrow(NnbpError);
    expect(builder.build().outputs).toHaveLength(1);
  });

  test('a step whose loss, gradient or update is not finite leaves the parameters unchanged', () => {
    const graph = mlp([1, 1], { activation: identity, fixed: { c: 1 } });
    const executor = reference().prepare(graph, 1);
    const [x, t] = [Float64Array.of(1), Float64Array.of(0)];
    const overflowing = { name: 'overflow', step: (p: Float64Array | Float32Array) => void (p[0] = Infinity) };
    const optimizer = {
      ...overflowing,
      state: () => ({ name: '', numbers: {}, vectors: {} }),
      restore: () => undefined,
    };
    expect(executor.step(x, t, 1, mse(), optimizer)).toBeNaN();
    expect([...executor.parameters]).toEqual([0, 0]);
    const badGradient = {
      ...mse(),
      derivative: (_: unknown, __: unknown, d: Float64Array | Float32Array) => void d.fill(NaN),
    };
    expect(executor.step(x, t, 1, badGradient, optimizer)).toBeNaN();
    const badLoss = { ...mse(), value: () => Infinity };
    expect(executor.step(x, t, 1, badLoss, optimizer)).toBe(Infinity);
    expect([...executor.parameters]).toEqual([0, 0]);
    const one = { ...optimizer, step: (p: Float64Array | Float32Array) => void (p[0] = 1) };
    expect(executor.step(x, t, 1, mse(), one)).toBe(0);
    expect(executor.parameters[0]).toBe(1);
  });
});
