import { elu, leakyRelu, sigmoid, sine, tanh } from '@nnbp/activations';
import { articleNetwork, everyActivation, randomGraph, randomParameters } from '@nnbp/conformance';
import { type Activation, GraphBuilder, mlp, Network, NnbpError, Random, Standardization } from '@nnbp/core';
import { fromJson, load, save, toJson } from '@nnbp/formats';
import { mse } from '@nnbp/losses';
import { adam, chain, clipByNorm, nadam, plateau, sgd } from '@nnbp/optim';
import { fit, type TrainState } from '@nnbp/train';
import { describe, expect, test } from 'vitest';
import { xor } from '../../core/test/xor.js';

const bits = (numbers: ArrayLike<number>) => new BigUint64Array(Float64Array.from(numbers).buffer).join();

/** A random network. It can have shared weights, fixed c and several outputs, and an input can also be an output. */
function anyNetwork(seed: number): Network {
  const random = new Random(seed);
  const network = new Network(randomGraph(random, { nodes: 3 + (seed % 40) }));
  network.parameters.vector.set(randomParameters(network.graph, random));
  return network;
}

function expectSame(actual: Network, expected: Network): void {
  const [one, other] = [actual.graph, expected.graph];
  expect(one.ids).toEqual(other.ids);
  for (const key of ['outputs', 'scaleTrainable', 'edgeStart', 'predecessors', 'parameterStart'] as const) {
    expect(Array.from(one[key]), key).toEqual(Array.from(other[key]));
  }
  // The name of a shared weight is not saved if only one edge uses the weight.
  const weights = (graph: typeof one) =>
    Array.from({ length: graph.nodeCount }, (_, i) => i).flatMap((i) =>
      Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) =>
        graph.weightIndex(graph.edgeStart[i] + k, i),
      ),
    );
  expect(weights(one)).toEqual(weights(other));
  for (let i = one.inputCount; i < one.nodeCount; i++) {
    const activation = one.activations[one.activationOf[i]];
    const { name, builtin } = other.activations[other.activationOf[i]];
    expect([activation.name, activation.builtin]).toEqual([name, builtin]);
  }
  expect(bits(actual.parameters.vector)).toBe(bits(expected.parameters.vector));
  expect(actual.inputScaler).toEqual(expected.inputScaler);
  expect(actual.outputScaler).toEqual(expected.outputScaler);
}

const forms: [string, (network: Network, activations?: Activation[]) => Network][] = [
  ['a file', (network, activations = []) => load(save(network), { activations }).network],
  ['JSON', (network, activations = []) => fromJson(toJson(network), { activations })],
];

describe.each(forms)('as %s', (_, roundTrip) => {
  test('200 random graphs are bit-identical after saving and loading', () => {
    for (let seed = 0; seed < 200; seed++) {
      const network = anyNetwork(seed);
      expectSame(roundTrip(network), network);
    }
  });

  test('every activation with its options, and numbers such as −0 and 5e-324, are saved and loaded', () => {
    for (const activation of [...everyActivation, elu.alpha(0.3), leakyRelu.negativeSlope(0.2), sine.frequency(30)]) {
      const network = new Network(mlp([2, 2, 1], { activation }), { seed: 3 });
      network.parameters.vector.set([-0, 5e-324, Number.MAX_VALUE, 1e-30, 0.1 + 0.2]);
      expectSame(roundTrip(network), network);
    }
  });

  test('scalers are saved and loaded', () => {
    const network = new Network(mlp([2, 2, 1], { activation: tanh }));
    network.inputScaler = new Standardization([1 / 3, -0], [0.1, 5e-324]);
    network.outputScaler = new Standardization([1e300], [7]);
    expectSame(roundTrip(network), network);
  });

  test('any id is saved and loaded, including names of properties of Object.prototype', () => {
    const builder = new GraphBuilder();
    const ids = ['__proto__', 'constructor', '', '7', '"\\\n', 'toString', '节点'];
    ids.slice(0, 3).forEach((id) => builder.input(id));
    ids.slice(3).forEach((id) =>
      builder.node(id, {
        from: ['__proto__', 'constructor', ''],
        activation: sigmoid,
        shared: { w: Object.fromEntries([['__proto__', '__proto__']]) },
      }),
    );
    builder.output('7', '节点');
    const network = new Network(builder.build(), { seed: 1 });
    expectSame(roundTrip(network), network);
  });

  test('supplied custom activations are used, and the error lists all missing ones', () => {
    const custom = (name: string): Activation => ({ name, value: Math.sin, derivative: Math.cos });
    const builder = new GraphBuilder();
    builder.input('1');
    builder.node('2', { from: ['1'], activation: custom('wave') });
    builder.node('3', { from: ['2'], activation: custom('tide') });
    builder.output('3');
    const network = new Network(builder.build(), { seed: 1 });
    const activations = [custom('wave'), custom('tide'), custom('unused')];
    expect(roundTrip(network, activations).predict([0.4])).toEqual(network.predict([0.4]));
    expect(() => roundTrip(network, [custom('unused')])).toThrow(/"wave", "tide"/);
    expect(() => roundTrip(network)).toThrow(expect.objectContaining({ code: 'MISSING_PLUGIN' }) as Error);
  });

  test('two custom activations with the same name are rejected', () => {
    const builder = new GraphBuilder();
    builder.input('1');
    builder.node('2', { from: ['1'], activation: { name: 'wave', value: Math.sin, derivative: Math.cos } });
    builder.node('3', { from: ['2'], activation: { name: 'wave', value: Math.cos, derivative: (h) => -Math.sin(h) } });
    builder.output('3');
    expect(() => roundTrip(new Network(builder.build()))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }) as Error,
    );
  });
});

test('a network whose parameters are float32 numbers is saved in about half the space', () => {
  const network = new Network(mlp([100, 100], { activation: tanh }), { seed: 1 });
  const float64Length = save(network).length;
  network.parameters.vector.set(Float32Array.from(network.parameters.vector));
  expect(save(network).length).toBeLessThan(float64Length / 1.8);
  expectSame(load(save(network)).network, network);
});

test('toJson writes one line per node, with its predecessors, activation, b, c and w', () => {
  const text = toJson(articleNetwork());
  expect(text.split('\n').slice(3, 7).join('\n')).toMatch(
    /^ {2}"inputs": \["1"\],\n {2}"nodes": \[\n {4}\{"id":"2","from":\["1"\],"activation":"sigmoid","b":[-\d.]+,"c":[-\d.]+,"w":\[[-\d.]+\]\},\n/,
  );
});

test('metadata is saved and loaded, and values that JSON cannot represent are rejected', () => {
  const network = articleNetwork();
  const metadata = { columns: ['a', 'b'], classes: { yes: 1 } };
  expect(load(save(network, { metadata })).metadata).toEqual(metadata);
  expect(load(save(network)).metadata).toEqual({});
  expect(() => save(network, { metadata: { n: 1n } })).toThrow(
    expect.objectContaining({ code: 'WRONG_TYPE' }) as Error,
  );
});

describe('a checkpoint', () => {
  test.each([
    ['adam', () => adam({ learningRate: 0.05 })],
    ['nadam', () => nadam({ learningRate: 0.05 })],
    [
      'momentum and a plateau schedule',
      () => sgd({ learningRate: plateau({ initial: 0.1, patience: 1 }), momentum: 0.9 }),
    ],
    ['a chain', () => chain(clipByNorm(1), adam({ learningRate: 0.05 }))],
  ])('training with %s resumes bit-for-bit from a file', async (_, optimizer) => {
    const options = {
      loss: mse(),
      epochs: 8,
      batchSize: 2,
      seed: 5,
      earlyStopping: { patience: 99, monitor: 'training' as const },
    };
    const whole = new Network(mlp([2, 4, 1], { activation: tanh }), { seed: 1 });
    await fit(whole, xor, { ...options, optimizer: optimizer() });

    const savedHalfway = new Network(mlp([2, 4, 1], { activation: tanh }), { seed: 1 });
    let file = new Uint8Array();
    const onEpochEnd = ({ epoch, state, network }: { epoch: number; state(): TrainState; network: Network }) => {
      if (epoch === 4) file = save(network, { checkpoint: state() }) as Uint8Array<ArrayBuffer>;
    };
    await fit(savedHalfway, xor, { ...options, optimizer: optimizer(), callbacks: [{ onEpochEnd }] });
    const { network, checkpoint } = load(file);
    await fit(network, xor, { ...options, optimizer: optimizer(), resume: checkpoint! });
    expect(bits(network.parameters.vector)).toBe(bits(whole.parameters.vector));
  });

  test('a checkpoint with a negative `bestEpoch` is rejected', async () => {
    const network = new Network(mlp([2, 4, 1], { activation: tanh }), { seed: 1 });
    let text = '';
    const onEpochEnd = ({ state }: { state(): TrainState }) => {
      text = Buffer.from(save(network, { checkpoint: state() })).toString('latin1');
    };
    const earlyStopping = { patience: 99, monitor: 'training' as const };
    const options = { loss: mse(), optimizer: adam(), epochs: 12, earlyStopping, callbacks: [{ onEpochEnd }] };
    await fit(network, xor, options);
    const corrupt = text.replace(/(\\"bestEpoch\\":)\d\d/, '$1-1');
    expect(corrupt).not.toBe(text);
    expect(() => load(Buffer.from(text, 'latin1'))).not.toThrow();
    expect(() => load(Buffer.from(corrupt, 'latin1'))).toThrow(/bestEpoch.*an integer ≥ 0/);
  });
});

test('load and fromJson reject corrupt models, unknown formats and unknown activations with different error codes', () => {
  const code = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      return (error as NnbpError).code;
    }
    return undefined;
  };
  const file = save(articleNetwork());
  expect(code(() => load(new Uint8Array()))).toBe('MALFORMED');
  expect(code(() => load(file.subarray(0, -1)))).toBe('MALFORMED');
  expect(code(() => fromJson('{}'))).toBe('UNKNOWN_FORMAT');
  expect(code(() => fromJson(toJson(articleNetwork()).replace('"version": 2', '"version": 3')))).toBe('UNKNOWN_FORMAT');
  expect(code(() => fromJson(toJson(articleNetwork()).replace('"sigmoid"', '"sigmoyd"')))).toBe('MISSING_PLUGIN');
  expect(code(() => fromJson(toJson(articleNetwork()).replace('"from":["1"]', '"from":["9"]')))).toBe('MALFORMED');
  expect(code(() => fromJson(toJson(articleNetwork()).replace('"b":', '"bias":')))).toBe('MALFORMED');
});
