/**
 * Tests exported ONNX models of networks with delays and aggregations. `checks/interop` runs such models in
 * onnxruntime.
 */
import { gelu, identity, sigmoid, sine, tanh } from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import { type Aggregation, delayed, GraphBuilder, Network } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { lstm } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import { decodeModel, encodeModel } from '../src/onnx/schema.js';
import { errorOf } from '../../core/test/error-of.js';

const { max, product } = aggregations;

function lstmNetwork(): Network {
  const builder = new GraphBuilder();
  builder.output(...lstm(builder, { from: builder.inputs(2), units: 3 }));
  return new Network(builder.build(), { seed: 1 });
}

test('a network with delays is exported as a single-step model, with its state as input and output', () => {
  const network = lstmNetwork();
  const { graph, metadataProps } = decodeModel(toOnnx(network));
  const namesAndWidths = (list: NonNullable<typeof graph>['input']) =>
    list.map(({ name, type }) => [name, Number(type!.tensorType!.shape!.dim[1].dimValue)]);
  expect(namesAndWidths(graph!.input)).toEqual([
    ['input', 2],
    ['state', 6],
  ]);
  expect(namesAndWidths(graph!.output)).toEqual([
    ['output', 3],
    ['next_state', 6],
  ]);
  const initial = metadataProps.find(({ key }) => key === 'nnbp.initialState')!.value;
  expect(JSON.parse(initial)).toEqual(Array.from(network.graph.initialState()));
});

test('an LSTM is exported with one Gemm for all gates, and with at most three Mul operators', () => {
  const types = decodeModel(toOnnx(lstmNetwork())).graph!.node.map(({ opType }) => opType);
  const count = (type: string) => types.filter((one) => one === type).length;
  // One Gemm for the gates i, f, g and o, one for the sum of the cell state, and one for the tanh of the cell state.
  expect(count('Gemm')).toBe(3);
  expect(count('Mul')).toBeLessThanOrEqual(3);
  expect(types).not.toContain('ReduceProd');
});

const aggregating = (aggregation: Aggregation, activation = tanh) => {
  const builder = new GraphBuilder();
  builder.output(builder.node('y', { from: builder.inputs(3), activation, aggregation }));
  return new Network(builder.build(), { initializer: () => 0.5 });
};
const nodesOf = (network: Network) => decodeModel(toOnnx(network)).graph!.node;

describe('an aggregation', () => {
  test.each([
    ['product', ['ReduceProd']],
    ['max', ['ReduceMax']],
    ['min', ['ReduceMin']],
    ['mean', ['ReduceMean']],
    ['logSumExp', ['ReduceLogSumExp']],
    ['median', ['TopK', 'Gather', 'ReduceMean']],
    ['maxAbs', ['Abs', 'ArgMax', 'GatherElements', 'ReduceMax']],
  ] as const)('the aggregation %s is exported as %j', (name, types) => {
    const opTypes = nodesOf(aggregating(aggregations[name])).map(({ opType }) => opType);
    expect(opTypes).toEqual(['Gather', 'Mul', ...types, 'Tanh']);
  });

  test('a TopK with sorted = 0 is not imported as a median', () => {
    const model = decodeModel(toOnnx(aggregating(aggregations.median)));
    const topK = model.graph!.node.find(({ opType }) => opType === 'TopK')!;
    const [axis] = topK.attribute;
    topK.attribute = [{ ...axis, name: 'sorted', i: 0n }];
    const unsorted = encodeModel(model);
    expect(errorOf(() => fromOnnx(unsorted)).code).toBe('UNSUPPORTED');
  });

  test.each(['TopK', 'Gather'])(
    'a model is rejected if its output is the intermediate result of the %s in a median',
    (opType) => {
      const model = decodeModel(toOnnx(aggregating(aggregations.median)));
      const [name] = model.graph!.node.findLast((node) => node.opType === opType)!.output;
      model.graph!.output = [{ ...model.graph!.output[0], name }];
      const error = errorOf(() => fromOnnx(encodeModel(model)));
      expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/intermediate result/)]);
    },
  );

  test('a reduction has its axis as an attribute before opset 18, and as an input from then on', () => {
    const reduction = (network: Network) => nodesOf(network).find(({ opType }) => opType === 'ReduceMax')!;
    const before18 = reduction(aggregating(max));
    expect(before18.attribute.find(({ name }) => name === 'axes')!.ints).toEqual([2n]);
    expect(before18.input).toHaveLength(1);
    const since18 = reduction(aggregating(max, gelu));
    expect(since18.attribute.some(({ name }) => name === 'axes')).toBe(false);
    expect(since18.input).toHaveLength(2);
  });

  test('a Mul after the aggregation applies the factor that the activation requires', () => {
    const types = nodesOf(aggregating(product, sine.frequency(3))).map(({ opType }) => opType);
    expect(types.slice(0, 5)).toEqual(['Gather', 'Mul', 'ReduceProd', 'Mul', 'Sin']);
  });

  test('a custom aggregation is rejected, and the error names the node', () => {
    const range: Aggregation = { name: 'range', value: (z) => z[0], derivative: (_z, _a, dAdz) => dAdz.fill(0) };
    const error = errorOf(() => toOnnx(aggregating(range)));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/"y".*"range"/)]);
  });
});

test('duplicate and invalid tensor names are rejected', () => {
  expect(errorOf(() => toOnnx(lstmNetwork(), { state: 'input' })).code).toBe('OUT_OF_RANGE');
  expect(errorOf(() => toOnnx(lstmNetwork(), { nextState: '1st' })).code).toBe('OUT_OF_RANGE');
});

test('in the next state of an exported model, only the latest value of a node is multiplied by c', () => {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.node('h', { from: ['x', delayed('h', 2, { initial: 0.5 })], activation: sigmoid, fixed: { c: 2 } });
  builder.output(builder.node('y', { from: ['h'], activation: identity, fixed: { c: 1 } }));
  const { graph } = decodeModel(toOnnx(new Network(builder.build(), { seed: 1 })));
  const next = graph!.node.find(({ output }) => output[0] === 'next_state')!;
  // The next state: the value of node "h" at the current step, which is 2 · g, then its value at the previous step,
  // which already includes the factor 2.
  expect(next.opType).toBe('Mul');
  const scale = graph!.initializer.find(({ name }) => name === next.input[1])!;
  expect(Array.from(new Float32Array(scale.rawData.slice().buffer))).toEqual([2, 1]);
});
