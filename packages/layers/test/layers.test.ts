import { GraphBuilder, Network, type NnbpErrorCode } from '@nnbp/core';
import { attention, averagePool, bidirectional, conv1d, conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { expect, test } from 'vitest';

const inputs = (count: number) => {
  const builder = new GraphBuilder();
  return { builder, from: builder.inputs(count) };
};

test('an LSTM or GRU unit has nine nodes, an RNN unit has one', () => {
  for (const [layer, nodes] of [
    [lstm, 9],
    [gru, 9],
    [rnn, 1],
  ] as const) {
    const { builder, from } = inputs(2);
    builder.output(...layer(builder, { from, units: 3 }));
    expect(builder.build().nodeCount).toBe(2 + 3 * nodes);
  }
});

test('layers of the same kind can be stacked without names, and each builder counts its own layers', () => {
  const stacked = (builder: GraphBuilder) => {
    const pooled = maxPool(builder, { from: builder.inputs(4), width: 4, kernel: [1, 2] });
    const first = lstm(builder, { from: maxPool(builder, { from: pooled, width: 2, kernel: [1, 1] }), units: 2 });
    const named = lstm(builder, { from: first, units: 2, name: 'named' });
    return lstm(builder, { from: named, units: 1 });
  };
  const builder = new GraphBuilder();
  expect(stacked(builder)).toEqual(['lstm2.0']);
  expect(stacked(new GraphBuilder())).toEqual(['lstm2.0']);
  builder.output('lstm2.0');
  expect(builder.build().ids).toEqual(expect.arrayContaining(['pool.0', 'pool2.0', 'lstm.0', 'named.0', 'lstm2.0']));
});

test('the initial bias of forget gates is forgetBias, 1 by default, and initial weights are within ±1/√units', () => {
  for (const forgetBias of [undefined, 2]) {
    const { builder, from } = inputs(2);
    builder.output(...lstm(builder, { from, units: 4, ...(forgetBias !== undefined && { forgetBias }) }));
    const network = new Network(builder.build(), { seed: 1 });
    expect(network.getParameters('lstm.f.2').b).toBe(forgetBias ?? 1);
    expect(network.getParameters('lstm.i.2').b).toBe(0);
    for (const w of Object.values(network.getParameters('lstm.f.2').w)) expect(Math.abs(w)).toBeLessThanOrEqual(0.5);
  }
});

test('peepholes let the gates of a unit read its cell state', () => {
  const { builder, from } = inputs(1);
  builder.output(...lstm(builder, { from, units: 2, peepholes: true, name: 'a' }));
  const network = new Network(builder.build());
  expect(Object.keys(network.getParameters('a.i.1').w)).toEqual(['input.0', 'a.0@-1', 'a.1@-1', 'a.c.1@-1']);
  expect(Object.keys(network.getParameters('a.f.1').w)).toContain('a.c.1@-1');
  expect(Object.keys(network.getParameters('a.o.1').w)).toContain('a.c.1');
  expect(Object.keys(network.getParameters('a.g.1').w)).toEqual(['input.0', 'a.0@-1', 'a.1@-1']);
});

test('a convolution has one bias and one kernel per filter, shared by all positions', () => {
  const { builder, from } = inputs(36);
  builder.output(...conv2d(builder, { from, height: 6, width: 6, kernel: 3, padding: 1, filters: 2 }));
  const graph = builder.build();
  expect(graph.outputs).toHaveLength(2 * 36);
  expect(graph.parameterCount).toBe(2 * (1 + 9));
});

test.each<[string, NnbpErrorCode, RegExp, () => unknown]>([
  ['zero units', 'EMPTY_LAYER', /units.*received 0/, () => rnn(new GraphBuilder(), { from: [], units: 0 })],
  [
    'a fractional number of units',
    'EMPTY_LAYER',
    /units.*1.5/,
    () => lstm(new GraphBuilder(), { from: [], units: 1.5 }),
  ],
  [
    'an empty sequence',
    'EMPTY_LAYER',
    /steps is empty/,
    () => bidirectional(new GraphBuilder(), { steps: [], cell: 'rnn', units: 1 }),
  ],
  [
    'steps with different numbers of inputs',
    'WRONG_LENGTH',
    /steps\[1\]: expected as many ids as steps\[0\] \(1\), received 2/,
    () => bidirectional(new GraphBuilder(), { steps: [['a'], ['a', 'b']], cell: 'gru', units: 1 }),
  ],
  [
    'a grid with too few ids',
    'WRONG_LENGTH',
    /from/,
    () => conv2d(new GraphBuilder(), { from: ['a'], height: 2, width: 1, kernel: 1, filters: 1 }),
  ],
  [
    'a kernel larger than the grid',
    'OUT_OF_RANGE',
    /windows/,
    () => maxPool(new GraphBuilder(), { from: ['a'], width: 1, kernel: 2 }),
  ],
  [
    'a stride of 0',
    'OUT_OF_RANGE',
    /stride/,
    () => conv1d(new GraphBuilder(), { from: ['a'], length: 1, kernel: 1, filters: 1, stride: 0 }),
  ],
  [
    'negative padding',
    'OUT_OF_RANGE',
    /padding/,
    () => conv1d(new GraphBuilder(), { from: ['a'], length: 1, kernel: 1, filters: 1, padding: -1 }),
  ],
  [
    'zero filters',
    'OUT_OF_RANGE',
    /filters/,
    () => conv1d(new GraphBuilder(), { from: ['a'], length: 1, kernel: 1, filters: 0 }),
  ],
  [
    'a fractional number of channels',
    'OUT_OF_RANGE',
    /channels/,
    () => averagePool(new GraphBuilder(), { from: ['a'], channels: 0.5, width: 2, kernel: 1 }),
  ],
  [
    'attention without keys',
    'EMPTY_LAYER',
    /one key/,
    () => attention(new GraphBuilder(), { queries: [['a']], keys: [], values: [] }),
  ],
  [
    'attention with a key that has no value',
    'WRONG_LENGTH',
    /values/,
    () => attention(new GraphBuilder(), { queries: [['a']], keys: [['a']], values: [] }),
  ],
  [
    'attention with keys and queries of different sizes',
    'WRONG_LENGTH',
    /keys\[0\]/,
    () => attention(new GraphBuilder(), { queries: [['a']], keys: [['a', 'b']], values: [['a']] }),
  ],
])('layers reject %s', (_, code, message, act) => {
  expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
});
