import { relu, sigmoid, tanh } from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import { everyActivation, randomGraph, randomGeneralGraph, randomParameters } from '@nnbp/conformance';
import {
  type Activation,
  type Aggregation,
  delayed,
  GraphBuilder,
  mlp,
  Network,
  Random,
  Standardization,
} from '@nnbp/core';
import { fromPyTorch, type PyTorchFiles, toPyTorch } from '@nnbp/interop';
import { averagePool, conv1d, conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import { layout } from '../src/pytorch/layout.js';
import { errorOf } from '../../core/test/error-of.js';
import { decode, encode } from '@nnbp/formats/shared';

// checks/interop/pytorch.test.mjs compares outputs and training with PyTorch itself.

/** About half of the random networks have delays, aggregations, and fixed and shared parameters. */
function randomNetwork(random: Random): Network {
  const graph = random.uniform() < 0.5 ? randomGraph(random) : randomGeneralGraph(random);
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  return network;
}

function networkOf(build: (builder: GraphBuilder) => readonly string[]): Network {
  const builder = new GraphBuilder();
  builder.output(...build(builder));
  return new Network(builder.build(), { seed: 1 });
}

const shapesIn = (files: PyTorchFiles) =>
  Array.from(decode(files['weights.safetensors']).tensors, ([name, { shape }]) => [name, ...shape]);

const small = () => new Network(mlp([2, 3, 1], { activation: tanh }), { seed: 4 });
const weightsOf = (network: Network) => toPyTorch(network)['weights.safetensors'];

describe('the PyTorch module', () => {
  test('a dense layer is a matrix as in torch.nn.Linear, with separate b and c', () => {
    const network = small();
    network.setParameters('layer1.1', { b: 0.5, c: 2, w: { 'input.0': 3, 'input.1': 4 } });
    const { tensors } = decode(weightsOf(network));
    expect(Array.from(tensors, ([name, { shape }]) => [name, ...shape])).toEqual([
      ['blocks.0.weight', 3, 2],
      ['blocks.0.bias', 3],
      ['blocks.0.scale', 3],
      ['blocks.1.weight', 1, 3],
      ['blocks.1.bias', 1],
      ['blocks.1.scale', 1],
    ]);
    expect(Array.from(tensors.get('blocks.0.weight')!.values.slice(2, 4))).toEqual([3, 4]);
    expect([tensors.get('blocks.0.bias')!.values[1], tensors.get('blocks.0.scale')!.values[1]]).toEqual([0.5, 2]);
  });

  test('a fixed c is not a parameter in PyTorch', () => {
    const network = new Network(mlp([2, 3, 1], { activation: tanh, fixed: { c: 1 } }));
    expect([...decode(weightsOf(network)).tensors.keys()]).toEqual([
      'blocks.0.weight',
      'blocks.0.bias',
      'blocks.1.weight',
      'blocks.1.bias',
    ]);
  });

  test('a shared weight is stored once', () => {
    const builder = new GraphBuilder();
    const [x, y] = [builder.input('x'), builder.input('y')];
    builder.output(builder.node('a', { from: [x, y], activation: relu, shared: { w: { x: 's', y: 's' } } }));
    const network = new Network(builder.build());
    network.setParameters('a', { b: 1, w: { x: 7 } });
    const { tensors } = decode(weightsOf(network));
    expect(Array.from(tensors, ([name, { values }]) => [name, ...values])).toEqual([
      ['shared', 7],
      ['blocks.0.bias', 1],
      ['blocks.0.scale', 1],
    ]);
    expect(toPyTorch(network)['network.py']).toMatch(/sources=\[0, 1\],\s+weight=0,\s+weight_indices=\[0, 0\]/);
  });

  test('every parameter is stored exactly once', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    for (let k = 0; k < 50; k++) {
      const { graph } = randomNetwork(new Random(seed + k));
      const indices = layout(graph).tensors.flatMap(({ name, parameters }) =>
        // PyTorch has two biases per unit, but @nnbp has one.
        name.endsWith('.bias_hh_l0') ? [] : parameters,
      );
      expect(
        indices.sort((a, b) => a - b),
        `seed ${seed + k}`,
      ).toEqual([...new Array(graph.parameterCount).keys()]);
    }
  });

  test('every activation becomes a Python function with its options', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x');
    builder.output(...everyActivation.map((activation) => builder.node(activation.name, { from: [x], activation })));
    const source = toPyTorch(new Network(builder.build()))['network.py'];
    expect(source.match(/^def g\d+\(h\):$/gm)).toHaveLength(everyActivation.length);
    expect(source).toContain('functional.leaky_relu(h, 0.01)');
  });

  test('names that would end a Python string are escaped', () => {
    const builder = new GraphBuilder();
    builder.output(builder.node('y', { from: [builder.input('"]\nimport os #\\')], activation: sigmoid }));
    const source = toPyTorch(new Network(builder.build()))['network.py'];
    expect(source).toContain(String.raw`input_names = ["\"]\nimport os #\\"]`);
    expect(source).not.toMatch(/^import os/m);
  });

  test('the Python files import only torch and the standard library', () => {
    const files = toPyTorch(small());
    const imported = Array.from(
      `${files['network.py']}${files['train.py']}`.matchAll(/^(?:from|import) (\w+)/gm),
      ([, name]) => name,
    );
    expect(new Set(imported)).toEqual(new Set(['array', 'json', 'torch', 'argparse', 'csv', 'os', 'network']));
  });

  test('a network with delays reads sequences, and the products of an LSTM have no parameters', () => {
    const files = toPyTorch(networkOf((b) => lstm(b, { from: b.inputs(2), units: 3, peepholes: true })));
    const source = files['network.py'];
    expect(source).toContain('has_state = True');
    expect(source).toContain('"initial": [0, 0, 0, 0, 0, 0]');
    expect(source).toContain('return z.prod(-1)');
    // Three gates form one block: i and f with sigmoid, g with tanh. o forms a later block, because it reads the
    // cell state of the current step.
    expect(shapesIn(files).slice(0, 4)).toEqual([
      ['blocks.0.weight', 51],
      ['blocks.0.bias', 9],
      ['blocks.3.weight', 18],
      ['blocks.3.bias', 3],
    ]);
  });

  test('every aggregation becomes a Python function, and a custom one is rejected with the id of its node', () => {
    const build = (aggregation: Aggregation) => {
      const builder = new GraphBuilder();
      builder.output(builder.node('y', { from: builder.inputs(3), activation: tanh, aggregation }));
      return new Network(builder.build());
    };
    for (const example of Object.values<Aggregation>(aggregations).filter(
      ({ builtin, isSum }) => builtin !== undefined && isSum !== true,
    )) {
      expect(toPyTorch(build(example))['network.py']).toMatch(new RegExp(`def a1\\(z\\):\\n {4}"""${example.name}"""`));
    }
    const own: Aggregation = { name: 'range', value: (z) => z[0], derivative: (_z, _a, dAdz) => dAdz.fill(0) };
    const error = errorOf(() => toPyTorch(build(own)));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/"y".*"range"/)]);
  });

  test('a custom activation is rejected with the id of its node', () => {
    const builder = new GraphBuilder();
    const cube: Activation = { name: 'cube', value: (h) => h ** 3, derivative: (h) => 3 * h ** 2 };
    builder.output(builder.node('bend', { from: [builder.input('x')], activation: cube }));
    const error = errorOf(() => toPyTorch(new Network(builder.build())));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toMatch(/Node "bend".*"cube"/);
  });
});

describe('a standard layer', () => {
  test.each([
    [
      'nn.RNN(2, 3, nonlinearity="tanh", batch_first=True)',
      1,
      (b: GraphBuilder) => rnn(b, { from: b.inputs(2), units: 3 }),
    ],
    [
      'nn.RNN(2, 3, nonlinearity="relu", batch_first=True)',
      1,
      (b: GraphBuilder) => rnn(b, { from: b.inputs(2), units: 3, activation: relu }),
    ],
    ['nn.LSTM(2, 3, batch_first=True)', 4, (b: GraphBuilder) => lstm(b, { from: b.inputs(2), units: 3 })],
    ['nn.GRU(2, 3, batch_first=True)', 3, (b: GraphBuilder) => gru(b, { from: b.inputs(2), units: 3 })],
  ] as const)('a layer from @nnbp/layers is exported as %s', (call, gates, add) => {
    const network = networkOf((b) => add(b));
    const files = toPyTorch(network);
    expect(files['network.py']).toContain(`layer=${call}`);
    expect(shapesIn(files)).toEqual([
      ['blocks.0.layer.weight_ih_l0', gates * 3, 2],
      ['blocks.0.layer.weight_hh_l0', gates * 3, 3],
      ['blocks.0.layer.bias_ih_l0', gates * 3],
      ['blocks.0.layer.bias_hh_l0', gates * 3],
    ]);
    network.parameters.vector.forEach((_, p, vector) => (vector[p] = p + 1));
    const tensors = [...decode(weightsOf(network)).tensors.values()];
    // All entries of bias_hh are 0, except for the candidate of a GRU, which has two biases.
    expect(tensors[3].values.filter((value) => value !== 0)).toHaveLength(gates === 3 ? 3 : 0);
    expect(fromPyTorch(weightsOf(network), network).parameters.vector).toEqual(network.parameters.vector);
    // If both biases are trained, b is their sum.
    tensors[3].values[0] = 0.5;
    const imported = fromPyTorch(encode(tensors, {}), network).parameters.vector;
    expect(imported.filter((value, p) => value !== p + 1)).toHaveLength(1);
    expect(imported.filter((value, p) => value === p + 1.5)).toHaveLength(1);
  });

  test('recurrent modules start from the initial state of the graph', () => {
    const network = networkOf((b) => {
      const x = b.layer(2, { from: b.inputs(3), activation: tanh, name: 'x' });
      const before = ['h', 'k'].map((id, k) => delayed(id, 1, { initial: [0.5, -0.25][k] }));
      for (const id of ['h', 'k']) b.node(id, { from: [...x, ...before], activation: tanh, fixed: { c: 1 } });
      const last = lstm(b, { from: ['h', 'k'], units: 1 });
      return b.layer(1, { from: [...last, ...x], activation: sigmoid, name: 'y' });
    });
    const source = toPyTorch(network)['network.py'];
    expect(source.match(/^ +layer=nn\.\w+/gm)?.map((line) => line.trim())).toEqual(['layer=nn.RNN', 'layer=nn.LSTM']);
    expect(source).toContain('self.state_sizes = [2, 2]');
    expect(source).toContain('"initial": [0.5, -0.25, 0, 0]');
    expect(fromPyTorch(weightsOf(network), network).parameters.vector).toEqual(network.parameters.vector);
  });

  test.each<[string, (b: GraphBuilder) => readonly string[]]>([
    ['there are peepholes', (b) => lstm(b, { from: b.inputs(2), units: 2, peepholes: true })],
    [
      'the reset gate of a GRU is applied before the recurrent weights',
      (b) => gru(b, { from: b.inputs(2), units: 2, resetAfter: false }),
    ],
    [
      'nn.RNN does not support the activation of the layer',
      (b) => rnn(b, { from: b.inputs(2), units: 2, activation: sigmoid }),
    ],
    [
      'another node reads two steps back',
      (b) => [
        b.node('y', { from: [...rnn(b, { from: b.inputs(2), units: 2 }), delayed('input.0', 2)], activation: tanh }),
      ],
    ],
    [
      'a weight is missing',
      (b) => {
        const [x, y] = b.inputs(2);
        b.node('h', { from: [x, y, delayed('h'), delayed('k')], activation: tanh, fixed: { c: 1 } });
        return ['h', b.node('k', { from: [x, delayed('h'), delayed('k')], activation: tanh, fixed: { c: 1 } })];
      },
    ],
    [
      'a weight is shared with another node',
      (b) => {
        const x = b.input('x');
        const shared = { w: { x: 's' } };
        b.node('h', { from: [x, delayed('h')], activation: tanh, fixed: { c: 1 }, shared });
        return ['h', b.node('y', { from: [x], activation: tanh, shared })];
      },
    ],
    ['c is a parameter', (b) => [b.node('h', { from: [b.input('x'), delayed('h')], activation: tanh })]],
  ])('a recurrent layer does not become a PyTorch module if %s', (_, build) => {
    const network = networkOf(build);
    const files = toPyTorch(network);
    expect(files['network.py']).not.toContain('layer=nn.');
    expect(files['network.py']).toContain('self.next_reads');
    expect(fromPyTorch(files['weights.safetensors'], network).parameters.vector).toEqual(network.parameters.vector);
  });

  test('convolution and pooling become PyTorch modules with their stride, padding and dilation', () => {
    const network = networkOf((b) => {
      const grid = { from: b.inputs(2 * 8 * 9), channels: 2, height: 8, width: 9 };
      const first = conv2d(b, { ...grid, kernel: [3, 2], stride: [1, 2], padding: 1, filters: 3, activation: relu });
      const kernel = { kernel: [2, 3], dilation: [2, 1] } as const;
      const second = conv2d(b, { ...kernel, from: first, channels: 3, height: 8, width: 5, filters: 2, name: 'c2' });
      const pooled = maxPool(b, { from: second, channels: 2, height: 6, width: 3, kernel: [2, 2], stride: [2, 1] });
      return b.layer(2, { from: pooled, activation: tanh, name: 'y' });
    });
    const files = toPyTorch(network);
    expect(files['network.py'].match(/layer=nn.*$/gm)).toEqual([
      'layer=nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(1, 1), dilation=(1, 1)),',
      'layer=nn.Conv2d(3, 2, (2, 3), stride=(1, 1), padding=(0, 0), dilation=(2, 1)),',
      'layer=nn.MaxPool2d((2, 2), stride=(2, 1), padding=(0, 0), dilation=(1, 1)),',
    ]);
    expect(shapesIn(files).slice(0, 5)).toEqual([
      ['blocks.0.layer.weight', 3, 2, 3, 2],
      ['blocks.0.layer.bias', 3],
      ['blocks.1.layer.weight', 2, 3, 2, 3],
      ['blocks.1.layer.bias', 2],
      ['blocks.3.weight', 2, 12],
    ]);
    expect(fromPyTorch(files['weights.safetensors'], network).parameters.vector).toEqual(network.parameters.vector);
  });

  test('layers over a single row are one-dimensional modules, and asymmetric padding is added before the module', () => {
    const network = networkOf((b) => {
      const x = b.inputs(6);
      // Windows of size four with one zero before and two zeros after the row.
      const rows = Array.from({ length: 6 }, (_, k) => {
        const read = [-1, 0, 1, 2].flatMap((offset, position) =>
          k + offset in x ? [[x[k + offset], `w${position}`] as const] : [],
        );
        const shared = { w: Object.fromEntries(read) };
        return b.node(`n${k}`, { from: read.map(([id]) => id), activation: tanh, fixed: { b: 0, c: 1 }, shared });
      });
      return averagePool(b, { from: rows, width: 6, kernel: [1, 2] });
    });
    const files = toPyTorch(network);
    expect(files['network.py'].match(/(?:layer=nn|pads|fill=).*$/gm)?.slice(-4)).toEqual([
      'layer=nn.Conv1d(1, 1, 4, stride=1, padding=0, dilation=1, bias=False),',
      'pads=[1, 2],',
      'fill=0.0,',
      'layer=nn.AvgPool1d(2, stride=2, padding=0, count_include_pad=False),',
    ]);
    expect(shapesIn(files)).toEqual([['blocks.0.layer.weight', 1, 1, 4]]);
    const row = networkOf((b) =>
      conv1d(b, { from: b.inputs(9), length: 9, kernel: 3, stride: 2, padding: 1, filters: 2 }),
    );
    expect(toPyTorch(row)['network.py']).toContain('layer=nn.Conv1d(1, 2, 3, stride=2, padding=1, dilation=1),');
  });
});

describe('fromPyTorch', () => {
  test('all parameters of random graphs are imported bit-identically', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    for (let k = 0; k < 50; k++) {
      const network = randomNetwork(new Random(seed + k));
      const back = fromPyTorch(weightsOf(network), network);
      expect(back.parameters.vector, `seed ${seed + k}`).toEqual(network.parameters.vector);
      expect(back.graph).toBe(network.graph);
    }
  });

  test('fromPyTorch does not change the exported network, and the copy has the same scalers', () => {
    const network = small();
    network.inputScaler = new Standardization([1, 2], [3, 4]);
    const before = network.parameters.vector.slice();
    const { tensors } = decode(weightsOf(network));
    const doubled = [...tensors.values()].map((tensor) => ({ ...tensor, values: tensor.values.map((w) => 2 * w) }));
    const back = fromPyTorch(encode(doubled, {}), network);
    expect(back.parameters.vector).toEqual(before.map((w) => 2 * w));
    expect(network.parameters.vector).toEqual(before);
    expect(back.inputScaler).toBe(network.inputScaler);
  });

  test('fromPyTorch reads float32 weights', () => {
    const network = small();
    const { tensors } = decode(weightsOf(network));
    const single = [...tensors.values()].map((tensor) => ({ ...tensor, values: Float32Array.from(tensor.values) }));
    expect(fromPyTorch(encode(single, {}), network).parameters.vector).toEqual(
      network.parameters.vector.map(Math.fround),
    );
  });

  test.each<
    [
      string,
      (tensors: Map<string, { name: string; shape: readonly number[]; values: Float64Array }>) => unknown,
      RegExp,
    ]
  >([
    [
      'a tensor is missing',
      (tensors) => tensors.delete('blocks.1.bias'),
      /"blocks\.1\.bias" of shape \[1\], received none/,
    ],
    [
      'a tensor has a different shape',
      (tensors) =>
        tensors.set('blocks.0.weight', { name: 'blocks.0.weight', shape: [2, 3], values: new Float64Array(6) }),
      /"blocks\.0\.weight" of shape \[3, 2\], received shape \[2, 3\]/,
    ],
    [
      'there is one tensor too many',
      (tensors) => tensors.set('more', { name: 'more', shape: [1], values: new Float64Array(1) }),
      /"more"/,
    ],
  ])('fromPyTorch rejects weights of another network: %s', (_, change, message) => {
    const network = small();
    const tensors = new Map(
      Array.from(decode(weightsOf(network)).tensors, ([name, tensor]) => [
        name,
        { name, shape: tensor.shape, values: Float64Array.from(tensor.values) },
      ]),
    );
    change(tensors);
    const error = errorOf(() => fromPyTorch(encode([...tensors.values()], {}), network));
    expect(error.code).toBe('MALFORMED');
    expect(error.message).toMatch(message);
  });

  test('fromPyTorch rejects weights that are not finite', () => {
    const network = small();
    const tensors = [...decode(weightsOf(network)).tensors.values()];
    tensors[1].values[2] = NaN;
    const error = errorOf(() => fromPyTorch(encode(tensors, {}), network));
    expect(error.code).toBe('NOT_FINITE');
    expect(error.message).toMatch(/"blocks\.0\.bias", position 2/);
  });

  test('fromPyTorch rejects bytes that are not a safetensors file', () => {
    expect(errorOf(() => fromPyTorch(new Uint8Array(5), small())).code).toBe('MALFORMED');
    expect(errorOf(() => fromPyTorch(new ArrayBuffer(5) as never, small())).code).toBe('WRONG_TYPE');
    const pt = errorOf(() => fromPyTorch(new TextEncoder().encode('PK\x03\x04 and more'), small()));
    expect(pt.code).toBe('MALFORMED');
    expect(pt.message).toMatch(/such as a \.pt file/);
  });
});
