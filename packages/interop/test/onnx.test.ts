import * as activations from '@nnbp/activations';
import { everyActivation, randomGraph, randomParameters } from '@nnbp/conformance';
import {
  type Activation,
  backpropagate,
  GraphBuilder,
  mlp,
  Network,
  NnbpError,
  Random,
  Standardization,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { fromOnnx, type OnnxOptions, toOnnx } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { blocks } from '@nnbp/formats/shared';
import { decodeModel, encodeModel } from '../src/onnx/schema.js';
import { damagedFiles } from '../../formats/test/fuzz.js';

const { identity, relu, sigmoid, tanh } = activations;

const operationsOf = (bytes: Uint8Array) => decodeModel(bytes).graph!.node.map(({ opType }) => opType);
const exported = (network: Network, options?: OnnxOptions) => operationsOf(toOnnx(network, options));

/** A network of numbers that float32 holds, none of them 0, so that no edge is taken for a hole. */
function randomNetwork(random: Random, graph = randomGraph(random, { nodes: 80 })): Network {
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  return network;
}

const randomRows = (random: Random, width: number, samples = 5) =>
  Array.from({ length: samples }, () => Array.from({ length: width }, () => 4 * random.uniform() - 2));

/** The largest difference of what two networks say of the same rows, in the size of the numbers. */
function difference(a: Network, b: Network, rows: readonly number[][]): number {
  const [first, second] = [a.predictBatch(rows), b.predictBatch(rows)];
  return Math.max(...first.flat().map((x, k) => Math.abs(x - second.flat()[k]) / Math.max(1, Math.abs(x))));
}

function errorOf(action: () => unknown): NnbpError {
  try {
    action();
  } catch (error) {
    if (error instanceof NnbpError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('ONNX out', () => {
  test('a dense layer is a Gemm and its activation', () => {
    const graph = mlp([4, 16, 8, 3], { activation: relu, outputActivation: identity });
    expect(exported(new Network(graph, { seed: 1 }))).toEqual(['Gemm', 'Relu', 'Gemm', 'Relu', 'Gemm']);
  });

  test('c costs an operation at the outputs only, and none where g is the identity', () => {
    const network = (outputActivation: Activation) => {
      const made = new Network(mlp([2, 3, 1], { activation: tanh, outputActivation }), { seed: 1 });
      for (const id of made.graph.ids.slice(2)) made.setParameters(id, { c: 1.5 });
      return made;
    };
    expect(exported(network(identity))).toEqual(['Gemm', 'Tanh', 'Gemm']);
    expect(exported(network(sigmoid))).toEqual(['Gemm', 'Tanh', 'Gemm', 'Sigmoid', 'Mul']);
  });

  test('nodes of one level with two activations are one product, cut in two', () => {
    const builder = new GraphBuilder();
    const from = builder.inputs(3);
    const hidden = [
      builder.node('a', { from: from.slice(0, 2), activation: relu }),
      builder.node('b', { from: from.slice(1), activation: tanh }),
      builder.node('c', { from, activation: relu }),
    ];
    builder.output(builder.node('y', { from: hidden, activation: identity }));
    expect(exported(new Network(builder.build()))).toEqual(['Gemm', 'Split', 'Relu', 'Tanh', 'Concat', 'Gemm']);
  });

  test('units are a Sub and a Div before, a Mul and an Add after', () => {
    const network = new Network(mlp([2, 1], { activation: identity }), { seed: 3 });
    network.inputScaler = new Standardization([1, 2], [3, 4]);
    network.outputScaler = new Standardization([5], [6]);
    expect(exported(network)).toEqual(['Sub', 'Div', 'Gemm', 'Mul', 'Add']);
    expect(difference(network, fromOnnx(toOnnx(network)), randomRows(new Random(1), 2))).toBeLessThan(1e-6);
  });

  test('nodes that no output needs are left out', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x');
    builder.node('unread', { from: [x], activation: tanh });
    builder.output(builder.node('y', { from: [x], activation: sigmoid, fixed: { c: 1 } }));
    expect(exported(new Network(builder.build()))).toEqual(['Gemm', 'Sigmoid']);
  });

  test('the model says what it is: names, free batch, operator set, ids of inputs and outputs', () => {
    const network = new Network(mlp([2, 1], { activation: sigmoid }));
    const model = decodeModel(toOnnx(network, { name: 'article', input: 'x', output: 'y' }));
    expect(model.producerName).toBe('nnbp');
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 13n]]);
    expect(model.graph!.name).toBe('article');
    const described = [...model.graph!.input, ...model.graph!.output].map(({ name, type }) => [
      name,
      ...type!.tensorType!.shape!.dim.map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
    ]);
    expect(described).toEqual([
      ['x', 'batch', 2],
      ['y', 'batch', 1],
    ]);
    expect(
      Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, JSON.parse(value) as unknown])),
    ).toEqual({
      'nnbp.inputs': ['input.0', 'input.1'],
      'nnbp.outputs': ['output.0'],
    });
  });

  test.each([
    ['sigmoid', 13n],
    ['mish', 18n],
    ['gelu', 20n],
  ])('with %s the operator set is %i', (name, version) => {
    const activation = everyActivation.find((candidate) => candidate.name === name)!;
    expect(decodeModel(toOnnx(new Network(mlp([1, 1], { activation })))).opsetImport[0].version).toBe(version);
  });

  test('an irregular level too wide for a matrix gathers what each node reads', () => {
    const random = new Random(5);
    const builder = new GraphBuilder();
    const inputs = builder.inputs(2000);
    const hidden = Array.from({ length: 1500 }, (_, k) => {
      const from = new Set(Array.from({ length: 1 + (k % 5) }, () => inputs[Math.floor(random.uniform() * 2000)]));
      return builder.node(`node ${k}`, { from: [...from], activation: k % 2 === 0 ? tanh : relu });
    });
    builder.output(...builder.layer(2, { from: hidden, activation: identity }));
    const graph = builder.build();
    expect(blocks(graph).map(({ form }) => form)).toEqual(['sparse', 'dense']);
    const network = randomNetwork(random, graph);
    const bytes = toOnnx(network);
    // 2,000 · 1,500 floats would be 12 million bytes.
    expect(bytes.length).toBeLessThan(200_000);
    expect(operationsOf(bytes)).toContain('ReduceSum');
    const back = fromOnnx(bytes);
    expect(back.graph.edgeCount).toBe(graph.edgeCount);
    expect(difference(network, back, randomRows(random, 2000))).toBeLessThan(1e-5);
  });

  test('of wide tensors only what is read is put side by side', () => {
    const random = new Random(8);
    const builder = new GraphBuilder();
    const inputs = builder.inputs(3000);
    let from = builder.node('first', { from: inputs.slice(0, 2), activation: tanh });
    for (let k = 0; k < 20; k++) {
      from = builder.node(`node ${k}`, { from: [from, inputs[k * 100], inputs[k * 100 + 1]], activation: tanh });
    }
    builder.output(from);
    const network = randomNetwork(random, builder.build());
    const bytes = toOnnx(network);
    const operations = operationsOf(bytes);
    expect(operations.filter((operation) => operation === 'Gather')).toHaveLength(20);
    expect(bytes.length).toBeLessThan(70_000);
    expect(difference(network, fromOnnx(bytes), randomRows(random, 3000))).toBeLessThan(1e-5);
  });

  test('dense layers side by side in one level are a product each', () => {
    const builder = new GraphBuilder();
    const inputs = ['left', 'middle', 'right'].map((name) => builder.inputs(60, name));
    const all = inputs.flatMap((from) => builder.layer(60, { from, activation: relu }));
    builder.output(...builder.layer(1, { from: all, activation: identity }));
    const graph = builder.build();
    expect(blocks(graph).map(({ nodes, from, form }) => [nodes.length, from.length, form])).toEqual([
      [60, 60, 'dense'],
      [60, 60, 'dense'],
      [60, 60, 'dense'],
      [1, 180, 'dense'],
    ]);
    const network = randomNetwork(new Random(2), graph);
    expect(difference(network, fromOnnx(toOnnx(network)), randomRows(new Random(3), 180))).toBeLessThan(1e-5);
  });

  test('a custom activation is refused, with its node', () => {
    const builder = new GraphBuilder();
    const cube: Activation = { name: 'cube', value: (h) => h ** 3, derivative: (h) => 3 * h ** 2 };
    builder.output(builder.node('bend', { from: [builder.input('x')], activation: cube }));
    const error = errorOf(() => toOnnx(new Network(builder.build())));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toMatch(/Node "bend".*"cube"/);
  });

  test('a number that float32 cannot hold is refused, with its node', () => {
    const network = new Network(mlp([1, 1], { activation: sigmoid }));
    network.setParameters('output.0', { w: { 'input.0': 1e300 } });
    const error = errorOf(() => toOnnx(network));
    expect(error.code).toBe('NOT_FINITE');
    expect(error.message).toMatch(/output\.0.*1e\+300/);
  });

  test.each([{ input: '' }, { input: '/Gemm.0' }, { output: 'input' }])('the names %o are refused', (options) => {
    expect(errorOf(() => toOnnx(new Network(mlp([1, 1], { activation: sigmoid })), options)).code).toBe('OUT_OF_RANGE');
  });
});

describe('out and in again', () => {
  test('every random graph comes back with the same outputs', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    for (let k = 0; k < 60; k++) {
      const random = new Random(seed + k);
      const network = randomNetwork(random);
      const rows = randomRows(random, network.graph.inputCount);
      expect(difference(network, fromOnnx(toOnnx(network)), rows), `seed ${seed + k}`).toBeLessThan(1e-4);
    }
  });

  test.each(everyActivation.map((activation) => [activation.name, activation] as const))(
    '%s comes back as itself',
    (_, activation) => {
      const network = new Network(mlp([3, 4, 2], { activation, fixed: { c: 1 } }), { seed: 7 });
      const back = fromOnnx(toOnnx(network));
      expect(back.graph.activations.map(({ name }) => name)).toEqual([activation.name]);
      expect(difference(network, back, randomRows(new Random(1), 3))).toBeLessThan(1e-6);
    },
  );

  test.each([activations.leakyRelu.negativeSlope(0.25), activations.elu.alpha(0.5), activations.sine.frequency(4)])(
    'the option of $name is kept',
    (activation) => {
      const network = new Network(mlp([2, 3, 1], { activation }), { seed: 2 });
      expect(difference(network, fromOnnx(toOnnx(network)), randomRows(new Random(2), 2))).toBeLessThan(1e-6);
    },
  );

  test('a dense network keeps its layers, and the ids of inputs and outputs', () => {
    const { graph } = fromOnnx(toOnnx(new Network(mlp([2, 3, 2], { activation: tanh, fixed: { c: 1 } }), { seed: 1 })));
    expect(graph.ids).toEqual(['input.0', 'input.1', 'layer1.0', 'layer1.1', 'layer1.2', 'output.0', 'output.1']);
    expect(graph.edgeCount).toBe(12);
  });

  test('an edge that is not there stays away', () => {
    const builder = new GraphBuilder();
    const [x, y] = [builder.input('x'), builder.input('y')];
    const hidden = [x, y].map((from) => builder.node(`of ${from}`, { from: [from], activation: tanh }));
    builder.output(builder.node('z', { from: hidden, activation: identity }));
    const back = fromOnnx(toOnnx(new Network(builder.build(), { seed: 1 })));
    expect(back.graph.edgeCount).toBe(4);
    expect(back.graph.ids).toEqual(['x', 'y', 'layer1.0', 'layer2.0', 'z']);
  });

  test('a layer of nothing but zeros keeps its edges', () => {
    const network = new Network(mlp([2, 2], { activation: identity }));
    network.parameters.vector.fill(0);
    expect(fromOnnx(toOnnx(network)).graph.edgeCount).toBe(4);
  });

  test('an input that is an output, and twice the same sum, are kept apart', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x');
    builder.output(
      x,
      builder.node('y', { from: [x], activation: identity }),
      builder.node('b', { from: [], activation: tanh }),
    );
    const network = new Network(builder.build());
    network.setParameters('y', { w: { x: 1 } });
    network.setParameters('b', { b: 0.5 });
    const back = fromOnnx(toOnnx(network));
    expect(back.predict([3])).toEqual([3, 3, expect.closeTo(Math.tanh(0.5), 6)]);
  });
});

/** A model as another program would write it: float32 numbers, `null` for the batch. */
function foreign(model: {
  readonly inputs: Readonly<Record<string, readonly (number | null)[]>>;
  readonly nodes: readonly (readonly [
    op: string,
    inputs: string,
    outputs: string,
    attributes?: Record<string, unknown>,
  ])[];
  readonly numbers?: Readonly<Record<string, readonly [dims: readonly number[], values: readonly number[]]>>;
  readonly whole?: Readonly<Record<string, readonly number[]>>;
  readonly outputs: string;
}): Uint8Array {
  const attribute = ([name, value]: [string, unknown]) => {
    if (typeof value === 'bigint') return { name, i: value, type: 2 };
    if (typeof value === 'number') return { name, f: value, type: 1 };
    return { name, s: new TextEncoder().encode(String(value)), type: 3 };
  };
  const named = (names: string) => (names === '' ? [] : names.split(' ').map((name) => (name === '-' ? '' : name)));
  return encodeModel({
    irVersion: 8n,
    producerName: 'someone else',
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'foreign',
      node: model.nodes.map(([opType, inputs, outputs, attributes = {}], k) => ({
        name: `node ${k}`,
        opType,
        input: named(inputs),
        output: named(outputs),
        attribute: Object.entries(attributes).map(attribute),
      })),
      initializer: [
        ...Object.entries(model.numbers ?? {}).map(([name, [dims, values]]) => ({
          name,
          dataType: 1,
          dims: dims.map(BigInt),
          floatData: [...values],
        })),
        ...Object.entries(model.whole ?? {}).map(([name, values]) => ({
          name,
          dataType: 7,
          dims: [BigInt(values.length)],
          int64Data: values.map(BigInt),
        })),
      ],
      input: Object.entries(model.inputs).map(([name, dims]) => ({
        name,
        type: {
          tensorType: {
            elemType: 1,
            shape: { dim: dims.map((size) => (size === null ? { dimParam: 'N' } : { dimValue: BigInt(size) })) },
          },
        },
      })),
      output: named(model.outputs).map((name) => ({ name })),
    },
  });
}

/** A model of one table of two columns and one chain of operations. */
const chain = (
  nodes: Parameters<typeof foreign>[0]['nodes'],
  numbers: Parameters<typeof foreign>[0]['numbers'] = {},
  whole: Parameters<typeof foreign>[0]['whole'] = {},
) => fromOnnx(foreign({ inputs: { x: [null, 2] }, nodes, numbers, whole, outputs: 'y' }));

describe('ONNX in', () => {
  const W: readonly [number[], number[]] = [
    [3, 2],
    [1, 2, 3, 4, 5, 6],
  ];
  const b: readonly [number[], number[]] = [[3], [0.5, -0.5, 0.25]];

  test('as PyTorch writes a classifier: an image flattened, Gemm with transB, a softmax at the end', () => {
    const network = fromOnnx(
      foreign({
        inputs: { image: [null, 1, 1, 2] },
        nodes: [
          ['Flatten', 'image', 'flat', { axis: 1n }],
          ['Gemm', 'flat W b', 'h', { alpha: 1, beta: 1, transB: 1n }],
          ['Relu', 'h', 'g'],
          ['Gemm', 'g V', 'logits'],
          ['Softmax', 'logits', 'p', { axis: -1n }],
        ],
        numbers: {
          W,
          b,
          V: [
            [3, 2],
            [1, -1, 0.5, 1, 2, -2],
          ],
        },
        outputs: 'p',
      }),
    );
    expect(network.graph.ids.slice(0, 3)).toEqual(['image.0', 'image.1', 'layer1.0']);
    expect(network.graph.edgeCount).toBe(12);
    // g = relu(W x + b) at x = (1, 1).
    const g = [3.5, 6.5, 11.25];
    const logits = [g[0] + 0.5 * g[1] + 2 * g[2], -g[0] + g[1] - 2 * g[2]];
    const powers = logits.map((x) => Math.exp(x - logits[0]));
    network.predict([1, 1]).forEach((p, k) => expect(p).toBeCloseTo(powers[k] / (powers[0] + powers[1]), 15));
    // Training continues on the logits.
    expect(backpropagate(network, [1, 1], [1, 0], mse()).outputs[0]).toEqual(logits);
  });

  test('as Keras writes it: MatMul, then Add', () => {
    const network = chain(
      [
        ['MatMul', 'x W', 'm'],
        ['Add', 'm b', 'h'],
        ['Elu', 'h', 'y', { alpha: 0.5 }],
      ],
      {
        W: [
          [2, 2],
          [1, 2, 3, 4],
        ],
        b: [[2], [-9, 1]],
      },
    );
    expect(network.predict([1, 1])).toEqual([expect.closeTo(0.5 * Math.expm1(-5), 7), 7]);
    expect(network.graph.activations).toHaveLength(1);
  });

  test('numbers written as a Constant, transposed, cast, reshaped and dropped out on the way', () => {
    const network = chain(
      [
        ['Constant', '', 'two', { value_float: 2 }],
        ['Transpose', 'W', 'T'],
        ['Reshape', 'x shape', 'flat'],
        ['Cast', 'flat', 'f', { to: 1n }],
        ['MatMul', 'f T', 'm'],
        ['Dropout', 'm', 'd -'],
        ['Identity', 'd', 'same'],
        ['Sub', 'same two', 'less'],
        ['Sub', 'two less', 'more'],
        ['Mul', 'more two', 'scaled'],
        ['Div', 'scaled two', 'halved'],
        ['Neg', 'halved', 'y'],
      ],
      { W },
      { shape: [0, -1] },
    );
    // −(2 − (W x − 2))
    expect(network.predict([1, 1])).toEqual([3 - 4, 7 - 4, 11 - 4]);
  });

  test('columns chosen, cut and joined', () => {
    const network = chain(
      [
        ['Gather', 'x last', 'second', { axis: 1n }],
        ['Split', 'x', 'first other', { axis: -1n }],
        ['Concat', 'second first other second', 'four', { axis: 1n }],
        ['MatMul', 'four V', 'y'],
      ],
      {
        V: [
          [4, 1],
          [1, 10, 100, 1000],
        ],
      },
      { last: [-1] },
    );
    // Column 2 is there three times, and is one edge all the same.
    expect(network.predict([3, 5])).toEqual([5 + 30 + 500 + 5000]);
    expect(network.graph.edgeCount).toBe(2);
  });

  test('a residual connection adds edges', () => {
    const network = chain(
      [
        ['MatMul', 'x W', 'h'],
        ['Tanh', 'h', 'g'],
        ['Add', 'g x', 'sum'],
        ['Sigmoid', 'sum', 'y'],
      ],
      {
        W: [
          [2, 2],
          [1, 2, 3, 4],
        ],
      },
    );
    expect(network.graph.edgeCount).toBe(8);
    const expected = [0.1 + Math.tanh(0.7), 0.2 + Math.tanh(1)].map(sigmoid.value);
    expect(network.predict([0.1, 0.2])).toEqual(expected.map((y): unknown => expect.closeTo(y, 12)));
  });

  test('two inputs and two outputs stand one after another', () => {
    const network = fromOnnx(
      foreign({
        inputs: { a: [null, 1], b: [1, 2] },
        nodes: [
          ['Concat', 'a b', 'c', { axis: 1n }],
          ['Relu', 'c', 'd'],
          ['Add', 'a a', 'e'],
        ],
        outputs: 'e d',
      }),
    );
    expect(network.graph.ids.slice(0, 3)).toEqual(['a.0', 'b.0', 'b.1']);
    expect(network.predict([2, -3, 4])).toEqual([4, 2, 0, 4]);
  });

  test.each<[string, Activation, Parameters<typeof foreign>[0]['nodes']]>([
    [
      'silu, a sigmoid times its argument',
      activations.silu,
      [
        ['Sigmoid', 'x', 's'],
        ['Mul', 's x', 'y'],
      ],
    ],
    [
      'mish, tanh of softplus',
      activations.mish,
      [
        ['Softplus', 'x', 's'],
        ['Tanh', 's', 't'],
        ['Mul', 'x t', 'y'],
      ],
    ],
    [
      'gelu with erf',
      activations.gelu,
      [
        ['Div', 'x root', 'r'],
        ['Erf', 'r', 'e'],
        ['Add', 'e one', 'f'],
        ['Mul', 'x f', 'm'],
        ['Mul', 'm half', 'y'],
      ],
    ],
    [
      'gelu, halved before',
      activations.gelu,
      [
        ['Mul', 'x half', 'h'],
        ['Div', 'x root', 'r'],
        ['Erf', 'r', 'e'],
        ['Add', 'one e', 'f'],
        ['Mul', 'f h', 'y'],
      ],
    ],
    [
      'gaussian',
      activations.gaussian,
      [
        ['Pow', 'x two', 'p'],
        ['Neg', 'p', 'n'],
        ['Exp', 'n', 'y'],
      ],
    ],
    [
      'softsign with abs',
      activations.softsign,
      [
        ['Abs', 'x', 'a'],
        ['Add', 'a one', 'b'],
        ['Div', 'x b', 'y'],
      ],
    ],
    ['clip as hard tanh', activations.hardTanh, [['Clip', 'x minus one', 'y']]],
    ['clip without an end as relu', relu, [['Clip', 'x nought', 'y']]],
    ['selu with its constants', activations.selu, [['Selu', 'x', 'y']]],
    ['hard sigmoid of 1/6', activations.hardSigmoid, [['HardSigmoid', 'x', 'y', { alpha: 1 / 6 }]]],
    ['leaky relu', activations.leakyRelu.negativeSlope(0.25), [['LeakyRelu', 'x', 'y', { alpha: 0.25 }]]],
  ])('%s', (_, activation, nodes) => {
    const scalar = (value: number) => [[], [value]] as const;
    const network = chain(nodes, {
      root: scalar(Math.SQRT2),
      half: scalar(0.5),
      one: scalar(1),
      two: scalar(2),
      minus: scalar(-1),
      nought: scalar(0),
    });
    for (const x of [-3, -0.7, 0.2, 1.5]) {
      expect(network.predict([x, -x])[0]).toBeCloseTo(activation.value(x), 6);
      expect(network.graph.activations.map(({ name }) => name)).toContain(activation.name);
    }
  });

  test.each<[string, (x: number) => number, Parameters<typeof foreign>[0]['nodes']]>([
    ['relu6', (x) => Math.min(Math.max(x, 0), 6), [['Clip', 'x nought six', 'y']]],
    ['a ceiling', (x) => Math.min(x, 6), [['Clip', 'x - six', 'y']]],
    ['hard sigmoid of 0.2', (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1), [['HardSigmoid', 'x', 'y']]],
    ['another selu', (x) => (x > 0 ? 2 * x : 6 * Math.expm1(x)), [['Selu', 'x', 'y', { alpha: 3, gamma: 2 }]]],
    [
      'a sharper swish',
      (x) => x / (1 + Math.exp(-2 * x)),
      [
        ['Add', 'x x', 'd'],
        ['Sigmoid', 'd', 's'],
        ['Mul', 's x', 'y'],
      ],
    ],
  ])('%s is made of what there is', (_, expected, nodes) => {
    const network = chain(nodes, { nought: [[], [0]], six: [[], [6]] });
    for (const x of [-4, -1, 0.5, 3, 8]) expect(network.predict([x, 0])[0]).toBeCloseTo(expected(x), 5);
  });

  test.each<[string, Parameters<typeof foreign>[0]['nodes'], RegExp]>([
    ['an operation of another kind of network', [['Conv', 'x', 'y']], /Conv "node 0"/],
    ['a name that every object has', [['constructor', 'x', 'y']], /constructor "node 0"/],
    [
      'a softmax in the middle',
      [
        ['Softmax', 'x', 's', { axis: 1n }],
        ['Relu', 's', 'y'],
      ],
      /Relu "node 1".*Softmax "node 0"/,
    ],
    [
      'a product of two computed tensors',
      [
        ['Relu', 'x', 'r'],
        ['Mul', 'x r', 'y'],
      ],
      /Mul "node 1".*product/,
    ],
    ['an exponential', [['Exp', 'x', 'y']], /Exp "node 0".*gaussian/],
    ['a quotient of two computed tensors', [['Div', 'x x', 'y']], /Div "node 0".*quotient/],
    ['half a gelu', [['Erf', 'x', 'y']], /Erf "node 0"/],
    ['the approximate gelu', [['Gelu', 'x', 'y', { approximate: 'tanh' }]], /Gelu "node 0".*tanh/],
    ['a concatenation of samples', [['Concat', 'x x', 'y', { axis: 0n }]], /Concat "node 0".*axis 0/],
    ['whole numbers', [['Cast', 'x', 'y', { to: 7n }]], /Cast "node 0".*type 7/],
  ])('%s is refused, with its node', (_, nodes, message) => {
    const error = errorOf(() => chain(nodes));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toMatch(message);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['an operand from nowhere', () => chain([['Relu', 'z', 'y']]), /Relu "node 0".*"z"/],
    [
      'a matrix that does not fit',
      () =>
        chain([['MatMul', 'x W', 'y']], {
          W: [
            [3, 1],
            [1, 2, 3],
          ],
        }),
      /3 rows.*2 columns/,
    ],
    ['numbers that are not there', () => chain([['Relu', 'x', 'y']], { W: [[3, 1], [1]] }), /"W".*3 × 1.*1 numbers/],
    [
      'a position beyond the end',
      () => chain([['Gather', 'x i', 'y', { axis: 1n }]], {}, { i: [2] }),
      /position 2 of 2/,
    ],
    ['an output from nowhere', () => chain([['Relu', 'x', 'z']]), /Output "y"/],
    ['no model', () => fromOnnx(new TextEncoder().encode('{"not": "a model"}')), /no ONNX model/],
    ['nothing', () => fromOnnx(new Uint8Array()), /no graph/],
    ['a model that does not say of which operator set', () => fromOnnx(encodeModel({ graph: {} })), /operator set/],
  ])('%s is a malformed file', (_, action, message) => {
    const error = errorOf(action);
    expect(error.code).toBe('MALFORMED');
    expect(error.message).toMatch(message);
  });

  type Given = Parameters<typeof chain>;
  const cube: Given[1] = {
    W: [
      [1, 1, 2],
      [1, 2],
    ],
    c: [[4], [1, 2, 3, 4]],
    V: [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
  };
  test.each<[string, Given[0], RegExp, Given[2]?]>([
    ['a transposed batch', [['Gemm', 'x V', 'y', { transA: 1n }]], /transA/],
    ['a stack of matrices', [['MatMul', 'x W', 'y']], /3 axes instead of 2/],
    ['a matrix that is computed', [['MatMul', 'x x', 'y']], /computed operand 1/],
    ['numbers where a table is expected', [['Relu', 'V', 'y']], /constant operand 0/],
    ['the batch among other axes', [['Flatten', 'x', 'y', { axis: 2n }]], /axis 2/],
    ['a reshape that changes the batch', [['Reshape', 'x s', 'y']], /from \[batch, 2\] to \[-1, 1\]/, { s: [-1, 1] }],
    ['a reshape to very many axes', [['Reshape', 'x s', 'y']], /to 17 axes/, { s: new Array<number>(17).fill(1) }],
    ['a sum over the batch', [['ReduceSum', 'x s', 'y']], /axes \[0\]/, { s: [0] }],
    [
      'columns of a cube',
      [
        ['Reshape', 'x s', 'c'],
        ['Concat', 'c c', 'y', { axis: 1n }],
      ],
      /of 3 axes; expected 2/,
      { s: [0, 1, 2] },
    ],
    ['another power', [['Pow', 'x V', 'y']], /power other than 2/],
    [
      'a clip with nothing between',
      [
        ['Constant', '', 'n', { value_float: 1 }],
        ['Clip', 'x n n', 'y'],
      ],
      /between 1 and 1/,
    ],
    [
      'dropout in training',
      [
        ['Constant', '', 't', { value_int: 1n }],
        ['Dropout', 'x - t', 'y'],
      ],
      /in training/,
    ],
    [
      'a constant that is a text',
      [
        ['Constant', '', 'n', { value_string: 'a' }],
        ['Add', 'x n', 'y'],
      ],
      /no number/,
    ],
    ['numbers for each sample', [['Add', 'x V', 'y']], /shape \[2, 3\] beside rows of \[2\]/],
  ])('%s is refused', (_, nodes, message, whole = {}) => {
    const error = errorOf(() => chain(nodes, cube, whole));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toMatch(message);
  });

  test.each<[string, Given[0], RegExp, Given[2]?]>([
    ['a Gemm with a stack', [['Gemm', 'x W', 'y']], /3 axes instead of 2/],
    ['biases of another layer', [['Gemm', 'x V c', 'y']], /shapes \[3\] and \[4\]/],
    ['numbers that do not fit', [['Mul', 'x c', 'y']], /shapes \[2\] and \[4\]/],
    [
      'a division by 0',
      [
        ['Constant', '', 'n', { value_float: 0 }],
        ['Div', 'x n', 'y'],
      ],
      /division by 0/,
    ],
    ['parts that are not the whole', [['Split', 'x s', 'y z', { axis: 1n }]], /2 columns into \[1, 2\]/, { s: [1, 2] }],
  ])('%s is a malformed file', (_, nodes, message, whole = {}) => {
    const error = errorOf(() => chain(nodes, cube, whole));
    expect(error.code).toBe('MALFORMED');
    expect(error.message).toMatch(message);
  });

  test('numbers of every kind are read, as raw bytes and one by one', () => {
    const numbers = (tensor: object) =>
      fromOnnx(
        encodeModel({
          opsetImport: [{ version: 13n }],
          graph: {
            node: [{ opType: 'Add', input: ['x', 'n'], output: ['y'] }],
            initializer: [{ name: 'n', dims: [2n], ...tensor }],
            input: [{ name: 'x', type: { tensorType: { shape: { dim: [{}, { dimValue: 2n }] } } } }],
            output: [{ name: 'y' }],
          },
        }),
      ).predict([0, 0]);
    const raw = (values: ArrayBufferView) => new Uint8Array(values.buffer as ArrayBuffer);
    expect(numbers({ dataType: 1, rawData: raw(Float32Array.of(0.5, -2)) })).toEqual([0.5, -2]);
    expect(numbers({ dataType: 11, rawData: raw(Float64Array.of(0.1, -2)) })).toEqual([0.1, -2]);
    expect(numbers({ dataType: 11, doubleData: [0.1, -2] })).toEqual([0.1, -2]);
    expect(numbers({ dataType: 6, rawData: raw(Int32Array.of(7, -2)) })).toEqual([7, -2]);
    expect(numbers({ dataType: 6, int32Data: [7, -2] })).toEqual([7, -2]);
    expect(numbers({ dataType: 7, rawData: raw(BigInt64Array.of(7n, -2n)) })).toEqual([7, -2]);
    expect(numbers({ dataType: 9, rawData: Uint8Array.of(1, 0) })).toEqual([1, 0]);

    const refused = (tensor: object) => errorOf(() => numbers(tensor));
    expect(refused({ dataType: 8 }).message).toMatch(/received type 8/);
    expect(refused({ dataType: 1, dataLocation: 1 }).message).toMatch(/another file/);
    expect(refused({ dataType: 1, dims: [-2n] }).message).toMatch(/sizes ≥ 0, received -2/);
    expect(refused({ dataType: 1, floatData: [1, NaN] }).code).toBe('NOT_FINITE');
  });

  test('constants of every form', () => {
    const network = chain(
      [
        ['Constant', '', 'one', { value_int: 1n }],
        ['Add', 'x one', 'a'],
        ['ReduceSum', 'a axis', 's'],
        ['Reshape', 's flat', 'r'],
        ['Add', 'a r', 'y'],
      ],
      {},
      { axis: [-1], flat: [0, 1] },
    );
    // x + 1, and to each the sum of both.
    expect(network.predict([2, 3])).toEqual([3 + 7, 4 + 7]);
  });

  test('an operator set before 6 is refused: its sums were others', () => {
    const old = encodeModel({ graph: {}, opsetImport: [{ version: 5n }] });
    const error = errorOf(() => fromOnnx(old));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toMatch(/operator set 5/);
  });

  test('a size that is not known, and a sequence, are no input', () => {
    const network = (dims: (number | null)[]) => () =>
      fromOnnx(foreign({ inputs: { x: dims }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }));
    expect(errorOf(network([null, null])).message).toMatch(/Input "x".*batch/);
    expect(errorOf(network([3])).message).toMatch(/Input "x".*1 axes/);
  });

  test('a small file that asks for much is refused before it gets it', () => {
    const wide = () => fromOnnx(foreign({ inputs: { x: [null, 2 ** 40] }, nodes: [['Relu', 'x', 'y']], outputs: 'y' }));
    expect(errorOf(wide).code).toBe('TOO_LARGE');
    const chainOf = (
      count: number,
      step: (from: string, to: string) => Parameters<typeof foreign>[0]['nodes'][number],
    ) =>
      foreign({
        inputs: { t0: [null, 2] },
        nodes: Array.from({ length: count }, (_, k) => step(`t${k}`, `t${k + 1}`)),
        numbers: {
          many: [[1000, 100], new Array<number>(1e5).fill(1)],
          wide: [[2, 1e5], new Array<number>(2e5).fill(1)],
        },
        whole: { parts: [1e5, 0] },
        outputs: `t${count}`,
      });
    const bombs = {
      'twice as wide each time': chainOf(60, (from, to) => ['Concat', `${from} ${from}`, to, { axis: 1n }]),
      'a transposed copy each time': chainOf(5000, (_, to) => ['Transpose', 'many', to]),
      'wide, and copied each time': chainOf(5000, (from, to) =>
        from === 't0' ? ['MatMul', 't0 wide', to] : ['Neg', from, to],
      ),
      'wide, and cut each time': chainOf(5000, (from, to) =>
        from === 't0' ? ['MatMul', 't0 wide', to] : ['Split', `${from} parts`, `${to} -`, { axis: 1n }],
      ),
    };
    for (const [what, bytes] of Object.entries(bombs))
      expect(errorOf(() => fromOnnx(bytes)).code, what).toBe('TOO_LARGE');
  });
});

describe('damaged files', () => {
  const random = new Random(11);
  const files = [
    toOnnx(new Network(mlp([3, 4, 2], { activation: tanh }), { seed: 1 })),
    toOnnx(randomNetwork(random, randomGraph(random, { nodes: 60 }))),
  ];

  /** Reads it; anything but a network or an `NnbpError` is a failure. */
  const read = (bytes: Uint8Array, what: string) => {
    try {
      fromOnnx(bytes);
      return false;
    } catch (error) {
      expect(error, what).toBeInstanceOf(NnbpError);
      return true;
    }
  };

  test('every truncation of a file is refused', () => {
    const [file] = files;
    for (let length = 0; length < file.length; length++) {
      // The metadata stands last; without it the model is whole.
      const refused = read(file.slice(0, length), `${length} bytes`);
      if (!refused) expect(length).toBeGreaterThan(file.length - 120);
    }
  });

  test('flipped bits and overwritten bytes give a network or an error, never a crash', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    let refusals = 0;
    for (let k = 0; k < damagedFiles; k++) {
      const dice = new Random(seed + k);
      const below = (n: number) => Math.floor(dice.uniform() * n);
      const bytes = files[k % files.length].slice();
      for (let n = 1 + below(4); n > 0; n--) {
        const at = below(bytes.length);
        bytes[at] = below(2) === 0 ? bytes[at] ^ (1 << below(8)) : below(256);
      }
      refusals += Number(read(bytes, `seed ${seed + k}`));
    }
    expect(refusals).toBeGreaterThan(damagedFiles / 10);
  }, 120_000);
});

test('every operator set that an activation needs has its IR version', () => {
  for (const activation of everyActivation) {
    const { irVersion, opsetImport } = decodeModel(toOnnx(new Network(mlp([1, 1], { activation }))));
    expect(irVersion, activation.name).toBe({ 13: 7n, 14: 7n, 18: 8n, 20: 9n }[Number(opsetImport[0].version)]);
  }
});
