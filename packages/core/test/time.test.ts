import { identity, tanh } from '@nnbp/activations';
import { max } from '@nnbp/aggregations';
import {
  backpropagateSequence,
  delayed,
  expectFeatures,
  featuresOf,
  type Graph,
  GraphBuilder,
  js,
  mlp,
  Network,
  type NodeOptions,
  predictSequence,
  Random,
  reference,
  type Source,
  Standardization,
  stream,
  unroll,
  unsupportedFeatures,
} from '@nnbp/core';
import { hinge, mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { product, randomRecurrentGraph } from './random-recurrent.js';

/** h(t) = 2 x(t) + 3 h(t − 1). */
function recurrence(initial?: number): Network {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), delayed('h', 1, initial === undefined ? {} : { initial })];
  builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
  const network = new Network(builder.build());
  network.setParameters('h', { w: { x: 2, 'h@-1': 3 } });
  return network;
}

describe('a delayed edge', () => {
  test('a delayed edge reads the value of the previous step, and 0 before the first', () => {
    const { graph, parameters } = recurrence();
    const executor = reference().prepare(graph, 1, 3);
    executor.parameters.set(parameters.vector);
    expect([...executor.predict(Float64Array.of(1, 0, 1), [1, 1, 1])]).toEqual([2, 6, 20]);
  });

  test('the gradients of a two-step recurrence equal those computed by hand', () => {
    const { graph, parameters } = recurrence();
    const executor = reference().prepare(graph, 1, 2);
    executor.parameters.set(parameters.vector);
    // h(0) = 2, h(1) = 2·5 + 3·2 = 16; only step 1 has a target, 15: dloss/dh(1) = 2, dloss/dh(0) = 2·3.
    const options = { weights: Float64Array.of(0, 1) };
    expect(executor.backpropagate(Float64Array.of(1, 5), Float64Array.of(NaN, 15), [1, 1], mse(), options)).toBe(1);
    expect(executor.cache.dLossDx('h', 0, 1)).toBe(2);
    expect(executor.cache.dLossDx('h', 0, 0)).toBe(6);
    // dloss/dw_x = 2·5 + 6·1, dloss/dw_h = 2·2 + 6·0.
    expect([...executor.gradients]).toEqual([16, 4]);
  });

  test('a delayed edge reads its initial value, or the given state, before the first step', () => {
    const { graph, parameters } = recurrence(1);
    expect([...graph.initialState()]).toEqual([1]);
    const executor = reference().prepare(graph, 2, 2);
    executor.parameters.set(parameters.vector);
    expect([...executor.predict(Float64Array.of(1, 1), [1, 1])]).toEqual([5, 17]);
    const state = Float64Array.of(10, 20);
    expect([...executor.predict(Float64Array.of(0, 0, 1), [2, 1], { state })]).toEqual([30, 60, 92]);
    expect([...state]).toEqual([92, 60]);
  });

  test('predict resumes bit-for-bit from the state of the previous call', () => {
    const random = new Random(5);
    for (let n = 0; n < 20; n++) {
      const graph = randomRecurrentGraph(random);
      const network = new Network(graph, { seed: n });
      const oneCall = reference().prepare(graph, 1, 6);
      const severalCalls = reference().prepare(graph, 2, 4);
      for (const executor of [oneCall, severalCalls]) executor.parameters.set(network.parameters.vector);
      const inputs = Float64Array.from({ length: 6 * graph.inputCount }, () => random.uniform());
      const expected = [...oneCall.predict(inputs, [1, 1, 1, 1, 1, 1])];
      const state = graph.initialState();
      const actual: number[] = [];
      for (const [from, to] of [
        [0, 4],
        [4, 5],
        [5, 6],
      ]) {
        const part = inputs.subarray(from * graph.inputCount, to * graph.inputCount);
        actual.push(...severalCalls.predict(part, new Array<number>(to - from).fill(1), { state }));
      }
      expect(actual).toEqual(expected);
    }
  });
});

test('an integer sample weight has the same effect as repeating the sample', () => {
  const { graph, parameters } = recurrence();
  const run = (rows: number[], targets: number[], samples: number, weights?: number[]) => {
    const executor = reference().prepare(graph, samples);
    executor.parameters.set(parameters.vector);
    const options = weights === undefined ? {} : { weights: Float64Array.from(weights) };
    const loss = executor.backpropagate(Float64Array.from(rows), Float64Array.from(targets), samples, mse(), options);
    return [loss, ...executor.gradients];
  };
  expect(run([1, 2], [5, 7], 2, [3, 1])).toEqual(run([1, 1, 1, 2], [5, 5, 5, 7], 4));
});

describe('features', () => {
  const build = (options: object, from: Source[] = ['x']) => {
    const builder = new GraphBuilder();
    builder.input('x');
    builder.node('a', { from: ['x'], activation: tanh, ...options });
    builder.output(builder.node('y', { from, activation: tanh, ...options }));
    return builder.build();
  };

  test.each([
    ['an aggregation', build({ aggregation: product }), { aggregation: 'Node "a" has the aggregation product.' }],
    ['a delay', build({}, ['x', delayed('y')]), { delay: 'Node "y" has a delayed edge from "y".' }],
    ['a fixed b', build({ fixed: { b: 1 } }), { fixedParameter: 'Node "a" has a fixed b.' }],
    ['a fixed c', build({ fixed: { c: 2 } }), { fixedParameter: 'Node "a" has a fixed c.' }],
    ['a fixed w', build({ fixed: { w: 1 } }), { fixedParameter: 'Node "a" has a fixed w for its edge from "x".' }],
    ['a shared b', build({ shared: { b: 's' } }), { sharedParameter: 'Node "y" shares its b with another node.' }],
    ['a shared c', build({ shared: { c: 's' } }), { sharedParameter: 'Node "y" shares its c with another node.' }],
    ['nothing for c fixed at 1', build({ fixed: { c: 1 } }), {}],
    ['nothing for shared weights', build({ shared: { w: { x: 's' } } }), {}],
    ['nothing for the sum', build({ aggregation: { ...product, isSum: true } }), {}],
  ])('featuresOf reports %s', (_, graph, expected) => {
    expect(Object.fromEntries(featuresOf(graph))).toEqual(expected);
    expect(unsupportedFeatures(graph)).toEqual(Object.values(expected));
    for (const engine of [reference(), js()]) expect(engine.supports(graph)).toEqual([]);
  });

  test('a feature that an engine does not support is rejected, and the error names the first node that has it', () => {
    const graph = build({ aggregation: product });
    expect(() => expectFeatures('This engine', graph)).toThrow(
      'This engine does not support this graph: Node "a" has the aggregation product.',
    );
    expect(() => expectFeatures('This', graph, ['aggregation'])).not.toThrow();
  });
});

test('fixed parameters are constants, and parameters shared under one name are one parameter', () => {
  const builder = new GraphBuilder();
  const from = [builder.input('x'), builder.input('y')];
  builder.node('a', { from, activation: identity, fixed: { b: 0.5, w: { x: 2 } }, shared: { c: 's' } });
  builder.output(
    builder.node('b', { from: [...from, 'a'], activation: identity, fixed: { w: 1 }, shared: { c: 's' } }),
  );
  const network = new Network(builder.build(), { initializer: () => 3 });
  expect(network.getParameters('a')).toEqual({ c: 1, w: { y: 3 } });
  expect(network.getParameters('b')).toEqual({ b: 0, c: 1, w: {} });
  network.setParameters('b', { c: 2 });
  expect(network.getParameters('a').c).toBe(2);
  // a = 2 (0.5 + 2·1 + 3·10) = 65, b = 2 (1 + 10 + 65).
  expect(network.predict([1, 10])).toEqual([152]);
  for (const values of [{ b: 1 }, { w: { x: 1 } }]) {
    expect(() => network.setParameters('a', values)).toThrow(/fixed/);
  }
});

test('init sets the initial parameters', () => {
  const builder = new GraphBuilder();
  builder.output(
    builder.node('a', { from: [builder.input('x')], activation: identity, init: { b: 1, c: 2, w: () => 5 } }),
  );
  expect(new Network(builder.build()).getParameters('a')).toEqual({ b: 1, c: 2, w: { x: 5 } });
});

test('the loss of each step is computed from the outputs and targets of that step', () => {
  const builder = new GraphBuilder();
  for (const id of ['a', 'b']) {
    builder.output(
      builder.node(id, { from: [builder.input(`x${id}`)], activation: identity, fixed: { b: 0, c: 1, w: 1 } }),
    );
  }
  const checked: number[][] = [];
  const loss = { ...mse(), targetProblem: (t: ArrayLike<number>) => void checked.push(Array.from(t)) };
  const inputs = [[1, 2], [3, 4], [5, 6]]; // oxfmt-ignore
  const targets = [[1, 0], null, [2, 6]]; // oxfmt-ignore
  const { losses } = backpropagateSequence(new Network(builder.build()), inputs, targets, loss);
  expect(losses).toEqual([2, undefined, 4.5]);
  expect(checked).toEqual([targets[0], targets[2]]);
});

describe('a network', () => {
  test('a stream returns, step by step, the same outputs as predictSequence', () => {
    const random = new Random(9);
    for (let n = 0; n < 20; n++) {
      const network = new Network(randomRecurrentGraph(random), { seed: n });
      const inputs = Array.from({ length: 5 }, () =>
        Array.from({ length: network.graph.inputCount }, () => random.uniform()),
      );
      const expected = predictSequence(network, inputs);
      const executor = reference().prepare(network.graph, 1, 5);
      executor.parameters.set(network.parameters.vector);
      expect(expected.flat()).toEqual([...executor.predict(Float64Array.from(inputs.flat()), [1, 1, 1, 1, 1])]);
      const steps = stream(network);
      expect(inputs.slice(0, 3).map((input) => steps.next(input))).toEqual(expected.slice(0, 3));
      const { state } = steps;
      expect(steps.next(inputs[3])).toEqual(expected[3]);
      steps.reset();
      expect(steps.next(inputs[0])).toEqual(expected[0]);
      steps.state = state;
      expect(inputs.slice(3).map((input) => steps.next(input))).toEqual(expected.slice(3));
      expect(network.predict(inputs[0])).toEqual(expected[0]);
      expect(network.predictBatch([inputs[0]])).toEqual([expected[0]]);
    }
  });

  test('streams are independent and keep their state when a step is rejected', () => {
    const network = recurrence();
    const [one, two] = [stream(network), stream(network)];
    expect([one.next([1]), two.next([5]), one.next([5])]).toEqual([[2], [10], [16]]);
    expect(predictSequence(network, [[1]])).toEqual([[2]]);
    expect(() => one.next([Infinity])).toThrow('input of step 2');
    expect(() => two.next([])).toThrow('input of step 1');
    expect([one.state, two.state]).toEqual([[16], [10]]);
    for (const state of [[], [1, 2], [NaN], [null], ['1'], null, 5]) {
      expect(() => (one.state = state as never)).toThrow(expect.objectContaining({ name: 'NnbpError' }));
      expect(one.state).toEqual([16]);
    }
    expect(one.next([0])).toEqual([48]);
    network.setParameters('h', { w: { x: 3, 'h@-1': 0 } });
    expect(one.next([1])).toEqual([3]);
  });

  test('a stream rejects a parameter that is not finite, even if it has no effect on the outputs', () => {
    const builder = new GraphBuilder();
    const from = [builder.input('x'), delayed('h')];
    builder.output(builder.node('h', { from, aggregation: max, activation: identity }));
    const network = new Network(builder.build(), { initializer: () => 1 });
    const steps = stream(network);
    expect(steps.next([2])).toEqual([2]);
    // The maximum is 2, from the previous step; −∞ from x has no effect.
    network.parameters.vector[network.graph.weightIndex(0, 1)] = -Infinity;
    expect(() => steps.next([2])).toThrow('parameters');
    expect(steps.state).toEqual([2]);
  });

  test('backpropagateSequence computes the loss and gradients over the steps that have a target', () => {
    const pass = backpropagateSequence(recurrence(), [[1], [5], [0]], [null, [15], [47]], mse());
    expect(pass.outputs).toEqual([[2], [16], [48]]);
    expect(pass.losses).toEqual([undefined, 1, 1]);
    expect(pass.loss).toBe(1);
    expect([0, 1, 2].map((t) => pass.cache.dLossDx('h', 0, t))).toEqual([24, 8, 2]);
    // Means over two steps: (24·1 + 8·5 + 2·0) / 2 and (24·0 + 8·2 + 2·16) / 2.
    expect(pass.gradients.of('h').w).toEqual({ x: 32, 'h@-1': 24 });
    expect(() => pass.cache.x('h', 0, 3)).toThrow('step: expected an integer from 0 to 2, received 3.');
  });

  test('a stream of a network without delays predicts each step independently', () => {
    const network = new Network(mlp([2, 3, 1], { activation: tanh }), { seed: 1 });
    expect(stream(network).next([1, 2])).toEqual(network.predict([1, 2]));
    expect(stream(network).state).toEqual([]);
  });

  test('sequences are predicted in the units of the data', () => {
    const network = recurrence();
    network.inputScaler = new Standardization([10], [2]);
    network.outputScaler = new Standardization([1], [0.5]);
    expect(predictSequence(network, [[12], [10]])).toEqual([[2], [4]]);
    expect(backpropagateSequence(network, [[12]], [[2]], mse()).loss).toBe(0);
    const steps = stream(network);
    expect([steps.next([12]), steps.next([10])]).toEqual([[2], [4]]);
  });

  test.each<[string, string, RegExp, () => unknown]>([
    ['a delay of 0', 'OUT_OF_RANGE', /delay of the edge from "a".*received 0/, () => withDelay(0)],
    ['a delay of −1', 'OUT_OF_RANGE', /delay/, () => withDelay(-1)],
    ['a delay of 1.5', 'OUT_OF_RANGE', /delay/, () => withDelay(1.5)],
    ['an initial value that is not finite', 'NOT_FINITE', /initial value of "a"/, () => withDelay(1, NaN)],
    [
      'different initial values of one node',
      'CONFLICT',
      /"a".*1 and 2/,
      () => withDelay(1, 1, delayed('a', 2, { initial: 2 })),
    ],
    ['the same delayed edge twice', 'DUPLICATE_EDGE', /"a@-1" twice/, () => withDelay(1, 0, delayed('a'))],
    ['an edge from a node to itself without a delay', 'SELF_EDGE', /delayed\("a"\)/, () => withDelay(1, 0, 'a')],
    ['a sequence without steps', 'EMPTY_DATA', /at least one step/, () => predictSequence(recurrence(), [])],
    ['backpropagation without steps', 'EMPTY_DATA', /step/, () => backpropagateSequence(recurrence(), [], [], mse())],
    [
      'a sequence without targets',
      'EMPTY_DATA',
      /target/,
      () => backpropagateSequence(recurrence(), [[1]], [null], mse()),
    ],
    [
      'too few targets',
      'WRONG_LENGTH',
      /expected one row per step \(2\)/,
      () => backpropagateSequence(recurrence(), [[1], [2]], [[1]], mse()),
    ],
    [
      'a target with too many numbers',
      'WRONG_LENGTH',
      /target of step 0/,
      () => backpropagateSequence(recurrence(), [[1]], [[1, 2]], mse()),
    ],
    [
      'a target that is invalid for the loss',
      'WRONG_TARGET',
      /target of step 1/,
      () => backpropagateSequence(recurrence(), [[1], [1]], [null, [0.5]], hinge()),
    ],
    [
      'an input with too many numbers',
      'WRONG_LENGTH',
      /input of step 1/,
      () => predictSequence(recurrence(), [[1], [1, 2]]),
    ],
    ['NaN as an input of a stream', 'NOT_FINITE', /input of step 0/, () => stream(recurrence()).next([NaN])],
    [
      'a sequence that is not an array',
      'WRONG_TYPE',
      /inputs: expected an array/,
      () => predictSequence(recurrence(), 5 as never),
    ],
    ['a step that is not an array', 'WRONG_TYPE', /step 1/, () => predictSequence(recurrence(), [[1], null as never])],
    ['null as an input', 'NOT_FINITE', /step 1/, () => predictSequence(recurrence(), [[1], [null as never]])],
    ['a string as an input', 'NOT_FINITE', /step 0/, () => stream(recurrence()).next(['1' as never])],
    ['a bigint as an input', 'NOT_FINITE', /step 0/, () => stream(recurrence()).next([1n as never])],
    ['a step without inputs', 'WRONG_LENGTH', /step 0/, () => stream(recurrence()).next([])],
    [
      'backpropagation with null as the input of a step',
      'WRONG_TYPE',
      /input of step 1/,
      () => backpropagateSequence(recurrence(), [[1], null as never], [[1], [1]], mse()),
    ],
    [
      'an undefined target',
      'WRONG_TYPE',
      /target of step 0/,
      () => backpropagateSequence(recurrence(), [[1]], [undefined as never], mse()),
    ],
    [
      'targets that are not an array',
      'WRONG_TYPE',
      /targets/,
      () => backpropagateSequence(recurrence(), [[1]], 5 as never, mse()),
    ],
    ['a state that is not an array', 'WRONG_TYPE', /state/, () => (stream(recurrence()).state = null as never)],
    ['a number as the options of a delay', 'WRONG_TYPE', /\{ initial \}/, () => delayed('h', 1, 5 as never)],
    ['an unknown option of a delay', 'WRONG_TYPE', /"start"/, () => delayed('h', 1, { start: 1 } as never)],
    [
      'an initial value that is null',
      'NOT_FINITE',
      /initial/,
      () => bad({ from: ['x', delayed('h', 1, { initial: null as never })] }),
    ],
    ['a delay that is a string', 'OUT_OF_RANGE', /delay/, () => bad({ from: ['x', delayed('h', '1' as never)] })],
    ['a predecessor that is a number', 'WRONG_TYPE', /delayed\(id\)/, () => bad({ from: [5 as never] })],
    ['predecessors that are a string', 'WRONG_TYPE', /from/, () => bad({ from: 'x' as never })],
    ['a boolean as the fixed parameters', 'WRONG_TYPE', /fixed/, () => bad({ fixed: true as never })],
    ['a boolean as the fixed weights', 'WRONG_TYPE', /fixed\.w/, () => bad({ fixed: { w: true as never } })],
    ['a fixed parameter with an unknown name', 'WRONG_TYPE', /"bias"/, () => bad({ fixed: { bias: 0 } as never })],
    ['a fixed b that is null', 'WRONG_TYPE', /fixed\.b/, () => bad({ fixed: { b: null as never } })],
    ['a shared name that is a number', 'WRONG_TYPE', /shared\.w\.x/, () => bad({ shared: { w: { x: 5 as never } } })],
    ['an initializer that is a string', 'WRONG_TYPE', /init\.w/, () => bad({ init: { w: 'zeros' as never } })],
    [
      'unrolling a network instead of its graph',
      'WRONG_TYPE',
      /network\.graph/,
      () => unroll(recurrence() as never, 2),
    ],
    [
      'an output step that does not exist',
      'OUT_OF_RANGE',
      /outputSteps\[1\]/,
      () => unroll(recurrence().graph, 2, [0, 2]),
    ],
    ['output steps that are a number', 'WRONG_TYPE', /outputSteps/, () => unroll(recurrence().graph, 2, 1 as never)],
    ['an empty list of output steps', 'NO_OUTPUTS', /output/, () => unroll(recurrence().graph, 2, [])],
    ['the state of another network', 'WRONG_LENGTH', /state/, () => (stream(recurrence()).state = [1, 2])],
    ['a state that is not finite', 'NOT_FINITE', /state/, () => (stream(recurrence()).state = [NaN])],
    [
      'numbers that overflow through time',
      'OVERFLOW',
      /^Step 1: x of node "h"/,
      () =>
        predictSequence(
          recurrence(),
          [[1e308], [1e308], [1e308]].map(([x]) => [x / 4]),
        ),
    ],
    [
      'a loss that overflows in a sequence',
      'OVERFLOW',
      /^Sample 0, step 1: the loss is Infinity/,
      () => backpropagateSequence(recurrence(), [[0], [1e200]], [null, [0]], mse()),
    ],
    [
      'numbers that overflow in a later step, and derivatives that are then infinite in the first step',
      'OVERFLOW',
      /^Sample 0, step 1: x of node "h" is Infinity/,
      () => backpropagateSequence(recurrence(), [[5e307], [5e307], [5e307]], [null, null, [0]], mse()),
    ],
    ['unrolling to 0 steps', 'OUT_OF_RANGE', /steps/, () => unroll(recurrence().graph, 0)],
    ['a parameter both fixed and shared', 'CONFLICT', /b is both/, () => bad({ fixed: { b: 1 }, shared: { b: 's' } })],
    [
      'a weight both fixed and shared',
      'CONFLICT',
      /w from "x" is both/,
      () => bad({ fixed: { w: 1 }, shared: { w: { x: 's' } } }),
    ],
    [
      'a fixed weight for an edge that does not exist',
      'UNKNOWN_ID',
      /fixes the weight of "z"/,
      () => bad({ fixed: { w: { z: 1 } } }),
    ],
    ['a fixed c that is not finite', 'NOT_FINITE', /fixed c/, () => bad({ fixed: { c: NaN } })],
    ['a fixed w that is not finite', 'NOT_FINITE', /fixed w from "x"/, () => bad({ fixed: { w: Infinity } })],
    ['an initial parameter that is not finite', 'NOT_FINITE', /initial b/, () => bad({ init: { b: NaN } })],
    [
      'an aggregation without functions',
      'WRONG_TYPE',
      /aggregation with value/,
      () => bad({ aggregation: {} as never }),
    ],
    [
      'an aggregation without predecessors',
      'EMPTY_LAYER',
      /predecessors/,
      () => bad({ aggregation: product, from: [] }),
    ],
    [
      'setting a fixed parameter',
      'FIXED_PARAMETER',
      /b of node "h" is fixed/,
      () => recurrence().setParameters('h', { b: 1 }),
    ],
    ['more steps than prepared', 'OUT_OF_RANGE', /number of steps/, () => pass([1, 1, 1])],
    ['sample counts that increase', 'OUT_OF_RANGE', /samples\[1\]/, () => pass([1, 2])],
    ['a step without samples', 'OUT_OF_RANGE', /samples\[1\]/, () => pass([1, 0])],
    ['a negative sample weight', 'OUT_OF_RANGE', /weights\[1\]/, () => pass([1, 1], [1, -1])],
    ['sample weights that are all 0', 'OUT_OF_RANGE', /at least one number above 0/, () => pass([1, 1], [0, 0])],
    ['too few sample weights', 'WRONG_LENGTH', /weights/, () => pass([1, 1], [1])],
    ['a state that is too short', 'WRONG_LENGTH', /state/, () => pass([1, 1], [1, 1], [])],
    ['a state that is too long', 'WRONG_LENGTH', /state/, () => pass([1, 1], [1, 1], [0, 0])],
  ])('a typed error is thrown for %s', (_, code, message, act) => {
    expect(act).toThrow(
      expect.objectContaining({ name: 'NnbpError', code, message: expect.stringMatching(message) as string }),
    );
  });
});

function withDelay(steps: number, initial?: number, other?: Source): Graph {
  const builder = new GraphBuilder();
  const edge = delayed('a', steps, initial === undefined ? {} : { initial });
  builder.input('x');
  builder.output(builder.node('a', { from: ['x', edge, ...(other === undefined ? [] : [other])], activation: tanh }));
  return builder.build();
}

function bad(options: Partial<NodeOptions>): unknown {
  const builder = new GraphBuilder();
  builder.input('x');
  return builder.node('a', { from: ['x'], activation: tanh, ...options });
}

function pass(counts: number[], weights?: number[], state?: number[]): number {
  const rows = new Float64Array(8).fill(1);
  return reference()
    .prepare(recurrence().graph, 2, 2)
    .backpropagate(rows, rows, counts, mse(), {
      ...(weights && { weights: Float64Array.from(weights) }),
      ...(state && { state: Float64Array.from(state) }),
    });
}
