/** Tests the operators, names and size of exported ONNX models. */
import { elu, identity, relu, sigmoid, tanh } from '@nnbp/activations';
import { everyActivation } from '@nnbp/conformance';
import { type Activation, GraphBuilder, mlp, Network, Random, Standardization } from '@nnbp/core';
import { fromOnnx, type OnnxOptions, toOnnx } from '@nnbp/interop';
import { expect, test } from 'vitest';
import { blocks } from '@nnbp/formats/shared';
import { decodeModel } from '../src/onnx/schema.js';
import { errorOf } from '../../core/test/error-of.js';
import { difference, operationsOf, randomNetwork, randomRows } from './onnx-models.js';

const exportedOperations = (network: Network, options?: OnnxOptions) => operationsOf(toOnnx(network, options));

test('a dense layer becomes a Gemm and its activation', () => {
  const graph = mlp([4, 16, 8, 3], { activation: relu, outputActivation: identity });
  expect(exportedOperations(new Network(graph, { seed: 1 }))).toEqual(['Gemm', 'Relu', 'Gemm', 'Relu', 'Gemm']);
});

test('the scale c becomes a Mul only at the outputs, and not even there if the activation is the identity', () => {
  const network = (outputActivation: Activation) => {
    const scaled = new Network(mlp([2, 3, 1], { activation: tanh, outputActivation }), { seed: 1 });
    for (const id of scaled.graph.ids.slice(2)) scaled.setParameters(id, { c: 1.5 });
    return scaled;
  };
  expect(exportedOperations(network(identity))).toEqual(['Gemm', 'Tanh', 'Gemm']);
  expect(exportedOperations(network(sigmoid))).toEqual(['Gemm', 'Tanh', 'Gemm', 'Sigmoid', 'Mul']);
});

test('nodes on the same level with different activations become one matrix product and a Split', () => {
  const builder = new GraphBuilder();
  const from = builder.inputs(3);
  const hidden = [
    builder.node('a', { from: from.slice(0, 2), activation: relu }),
    builder.node('b', { from: from.slice(1), activation: tanh }),
    builder.node('c', { from, activation: relu }),
  ];
  builder.output(builder.node('y', { from: hidden, activation: identity }));
  expect(exportedOperations(new Network(builder.build()))).toEqual(['Gemm', 'Split', 'Relu', 'Tanh', 'Concat', 'Gemm']);
});

test('scalers become a Sub and a Div at the inputs, and a Mul and an Add at the outputs', () => {
  const network = new Network(mlp([2, 1], { activation: identity }), { seed: 3 });
  network.inputScaler = new Standardization([1, 2], [3, 4]);
  network.outputScaler = new Standardization([5], [6]);
  expect(exportedOperations(network)).toEqual(['Sub', 'Div', 'Gemm', 'Mul', 'Add']);
  expect(difference(network, fromOnnx(toOnnx(network)), randomRows(new Random(1), 2))).toBeLessThan(1e-6);
});

test('nodes that no output needs are omitted', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x');
  builder.node('unread', { from: [x], activation: tanh });
  builder.output(builder.node('y', { from: [x], activation: sigmoid, fixed: { c: 1 } }));
  expect(exportedOperations(new Network(builder.build()))).toEqual(['Gemm', 'Sigmoid']);
});

test('the model has names, a batch axis of any size, an operator set, and the ids of inputs and outputs', () => {
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
  expect(Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, JSON.parse(value) as unknown]))).toEqual({
    'nnbp.inputs': ['input.0', 'input.1'],
    'nnbp.outputs': ['output.0'],
  });
});

test.each([
  ['sigmoid', 13n],
  ['mish', 18n],
  ['gelu', 20n],
])('with %s, the operator set is %i', (name, version) => {
  const activation = everyActivation.find((candidate) => candidate.name === name)!;
  expect(decodeModel(toOnnx(new Network(mlp([1, 1], { activation })))).opsetImport[0].version).toBe(version);
});

test('an irregular level too wide for a matrix is exported with Gather and ReduceSum', () => {
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
  // A matrix of 2,000 · 1,500 float32 weights would take 12 million bytes.
  expect(bytes.length).toBeLessThan(200_000);
  expect(operationsOf(bytes)).toContain('ReduceSum');
  const back = fromOnnx(bytes);
  expect(back.graph.edgeCount).toBe(graph.edgeCount);
  expect(difference(network, back, randomRows(random, 2000))).toBeLessThan(1e-5);
});

test('only the needed columns of wide tensors are concatenated', () => {
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

test('each of several dense layers on the same level is a separate matrix product', () => {
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

test('the error for a custom activation names the node', () => {
  const builder = new GraphBuilder();
  const cube: Activation = { name: 'cube', value: (h) => h ** 3, derivative: (h) => 3 * h ** 2 };
  builder.output(builder.node('bend', { from: [builder.input('x')], activation: cube }));
  const error = errorOf(() => toOnnx(new Network(builder.build())));
  expect(error.code).toBe('UNSUPPORTED');
  expect(error.message).toMatch(/Node "bend".*"cube"/);
});

test('if a number is too large for float32, the error names the node', () => {
  const network = new Network(mlp([1, 1], { activation: sigmoid }));
  network.setParameters('output.0', { w: { 'input.0': 1e300 } });
  const error = errorOf(() => toOnnx(network));
  expect(error.code).toBe('NOT_FINITE');
  expect(error.message).toMatch(/output\.0.*1e\+300/);
});

test('an activation whose option is too large for float32 is rejected', () => {
  const network = new Network(mlp([1, 1], { activation: elu.alpha(1e300) }));
  const error = errorOf(() => toOnnx(network));
  expect([error.code, error.message]).toEqual(['NOT_FINITE', expect.stringMatching(/alpha.*1e\+300/)]);
});

test.each([{ input: '' }, { input: '/Gemm.0' }, { output: 'input' }])(
  'toOnnx rejects the tensor names %o',
  (options) => {
    expect(errorOf(() => toOnnx(new Network(mlp([1, 1], { activation: sigmoid })), options)).code).toBe('OUT_OF_RANGE');
  },
);

test('the IR version matches the operator set that each activation needs', () => {
  for (const activation of everyActivation) {
    const { irVersion, opsetImport } = decodeModel(toOnnx(new Network(mlp([1, 1], { activation }))));
    expect(irVersion, activation.name).toBe({ 13: 7n, 14: 7n, 18: 8n, 20: 9n }[Number(opsetImport[0].version)]);
  }
});
